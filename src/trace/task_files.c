// SPDX-License-Identifier: GPL-2.0-only
#include "trace/task_files.h"
#include "trace/bpfhash.h"
#include "util/clock.h"

#include "filecount.h"

#include "filecount.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct task_files {
	struct filecount *skeleton;
	double most_s;
};

/* There may be so many times the threads that there are now, each with so many kinds. */
#define ENTRIES_A_THREAD 8

/* /proc/loadavg (fs/proc/loadavg.c): "0.39 0.52 0.38 1/345 2042", of 345 threads. */
static uint32_t wanted_entries(void)
{
	FILE *file = fopen("/proc/loadavg", "re");
	unsigned int threads = 0;

	if (file && fscanf(file, "%*s %*s %*s %*u/%u", &threads) != 1)
		threads = 0;
	if (file)
		fclose(file);
	if (!threads || threads > FILECOUNT_MOST / ENTRIES_A_THREAD)
		return FILECOUNT_MOST;
	threads *= ENTRIES_A_THREAD;
	return threads < FILECOUNT_LEAST ? FILECOUNT_LEAST : threads;
}

/* Loading is tried: what libbpf says of a kernel that cannot is of no use to anybody. */
static int load(struct task_files *files)
{
	libbpf_print_fn_t before = libbpf_set_print(NULL);
	int err = 0;

	files->skeleton = filecount__open();
	if (!files->skeleton)
		err = -errno;
	if (!err)
		err = bpf_map__set_max_entries(files->skeleton->maps.filecount, wanted_entries());
	if (!err)
		err = filecount__load(files->skeleton);
	if (!err)
		err = filecount__attach(files->skeleton);
	libbpf_set_print(before);
	return err;
}

int task_files__open(struct task_files **out, double most_s)
{
	struct task_files *files = calloc(1, sizeof(*files));
	int err;

	if (!files)
		return -ENOMEM;
	files->most_s = most_s;
	err = load(files);
	if (err)
		task_files__close(files);
	else
		*out = files;
	return err;
}

/* Nothing is printed; after a million files the kernel wants to be asked again (-EAGAIN). */
static int run(const struct task_files *files)
{
	int link = bpf_link__fd(files->skeleton->links.count_files);
	int fd = bpf_iter_create(link), err = fd < 0 ? -errno : 0;
	double until_s = clock__now_s() + files->most_s;
	ssize_t got = 1;
	char byte;

	while (!err && got) {
		got = read(fd, &byte, sizeof(byte));
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			err = -errno;
		else if (got < 0 && clock__now_s() > until_s)
			err = -ETIME;
	}
	if (fd >= 0)
		close(fd);
	return err;
}

static enum handle_kind kind_of(const struct filecount_key *key, char detail[HANDLE_DETAIL])
{
	static const enum handle_kind kinds[] = {
		[FILECOUNT_REGULAR] = HANDLE_REGULAR,
		[FILECOUNT_DELETED] = HANDLE_DELETED,
		[FILECOUNT_DEVICE] = HANDLE_DEVICE,
		[FILECOUNT_PIPE] = HANDLE_PIPE,
		[FILECOUNT_SOCKET] = HANDLE_SOCKET,
		[FILECOUNT_NAMESPACE] = HANDLE_NAMESPACE_FILE,
		[FILECOUNT_MEMFD] = HANDLE_MEMFD,
		[FILECOUNT_PIDFD] = HANDLE_PIDFD,
		[FILECOUNT_DMABUF] = HANDLE_DMABUF,
		[FILECOUNT_MQUEUE] = HANDLE_MQUEUE_FILE,
		[FILECOUNT_OTHER] = HANDLE_OTHER_FILE,
	};

	_Static_assert(FILECOUNT_NAME <= HANDLE_DETAIL, "names are not cut");
	if (key->class == FILECOUNT_ANONYMOUS)
		return handle_kind__of_anonymous(key->name, detail);
	memcpy(detail, key->name, sizeof(key->name));
	return key->class <= FILECOUNT_OTHER ? kinds[key->class] : HANDLE_OTHER_FILE;
}

struct reading {
	const struct task_files *files;
	int (*each)(uint32_t pid, enum handle_kind kind, const char *detail, uint64_t count,
		    void *to);
	void *to;
	int err;
};

/* What no process had in this round goes: the processes have ended, or have closed them. */
static void take(const void *key_bytes, const void *value_bytes, void *arg)
{
	const struct filecount_key *key = key_bytes;
	const struct filecount_value *value = value_bytes;
	struct reading *reading = arg;
	const struct filecount *skeleton = reading->files->skeleton;
	char detail[HANDLE_DETAIL];
	enum handle_kind kind;

	if (value->round != skeleton->bss->filecount_round) {
		bpf_map_delete_elem(bpf_map__fd(skeleton->maps.filecount), key);
		return;
	}
	if (reading->err)
		return;
	kind = kind_of(key, detail);
	reading->err = reading->each(key->tgid, kind, detail, value->files, reading->to);
	if (!reading->err && value->mappings)
		reading->err =
			reading->each(key->tgid, HANDLE_MAPPING, "", value->mappings, reading->to);
}

int task_files__read(void *arg,
		     int (*each)(uint32_t pid, enum handle_kind kind, const char *detail,
				 uint64_t count, void *to),
		     void *to)
{
	struct task_files *files = arg;
	struct reading reading = {.files = files, .each = each, .to = to};
	int err;

	files->skeleton->bss->filecount_round++;
	files->skeleton->bss->filecount_full = 0;
	files->skeleton->bss->filecount_last = 0;
	err = run(files);
	if (!err && files->skeleton->bss->filecount_full)
		err = -E2BIG;
	if (!err)
		err = bpfhash__each(bpf_map__fd(files->skeleton->maps.filecount),
				    sizeof(struct filecount_key), sizeof(struct filecount_value),
				    take, &reading);
	return err ? err : reading.err;
}

void task_files__close(struct task_files *files)
{
	if (!files)
		return;
	filecount__destroy(files->skeleton);
	free(files);
}
