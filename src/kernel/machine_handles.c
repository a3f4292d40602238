// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/machine_handles.h"
#include "proc/handle_counts.h"

#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MOST_IDS     8192	/* of BPF maps, programs and links: a system call each */
#define MQUEUE_MAGIC 0x19800202 /* ipc/mqueue.c */

/* A text that is not there, or not whole, is not missed: kernels keep more or fewer. */
static int read_table(struct handles *to, const char *path,
		      int (*parse)(struct handles *handles, FILE *file))
{
	FILE *file = fopen(path, "re");
	int err = 0;

	if (!file)
		return 0;
	err = parse(to, file);
	fclose(file);
	return err == -ENOMEM ? err : 0;
}

static int read_numbers(const char *path, uint64_t *numbers, int most)
{
	FILE *file = fopen(path, "re");
	int nr = file ? handle_counts__numbers(numbers, most, file) : 0;

	if (file)
		fclose(file);
	return nr;
}

/* The first number of the file, less the second if `less`. */
static int add_number(struct handles *to, const char *path, enum handle_kind kind, bool less)
{
	uint64_t numbers[2] = {};
	int nr = read_numbers(path, numbers, 2);

	if (!nr || (less && (nr < 2 || numbers[1] > numbers[0])))
		return 0;
	return handles__add_of_all(to, kind, "", numbers[0] - (less ? numbers[1] : 0));
}

static int add_numbers(struct handles *to)
{
	int err = add_number(to, "/proc/sys/fs/file-nr", HANDLE_FILE_ALL, true);

	if (!err)
		err = add_number(to, "/proc/sys/fs/dentry-state", HANDLE_DENTRY, true);
	if (!err)
		err = add_number(to, "/proc/sys/fs/inode-state", HANDLE_INODE, true);
	if (!err)
		err = add_number(to, "/proc/sys/net/netfilter/nf_conntrack_count", HANDLE_CONNTRACK,
				 false);
	return err;
}

/* BPF_MAP_GET_NEXT_ID and its like: as many as there are, or MOST_IDS. */
static int add_ids(struct handles *to, int command, enum handle_kind kind)
{
	union bpf_attr attr;
	uint64_t nr = 0;

	memset(&attr, 0, sizeof(attr));
	while (nr < MOST_IDS && !syscall(SYS_bpf, command, &attr, sizeof(attr))) {
		attr.start_id = attr.next_id;
		nr++;
	}
	return nr ? handles__add_of_all(to, kind, "", nr) : 0;
}

static int add_bpf(struct handles *to)
{
	int err = add_ids(to, BPF_MAP_GET_NEXT_ID, HANDLE_BPF_MAP_ALL);

	if (!err)
		err = add_ids(to, BPF_PROG_GET_NEXT_ID, HANDLE_BPF_PROG_ALL);
	if (!err)
		err = add_ids(to, BPF_LINK_GET_NEXT_ID, HANDLE_BPF_LINK_ALL);
	return err;
}

/* Entries of a directory, of a file system of this type or (0) any, that `wanted` takes. */
static uint64_t count_entries(const char *path, long type, bool (*wanted)(int dir, const char *))
{
	struct statfs fs;
	struct dirent *entry;
	uint64_t nr = 0;
	DIR *dir = opendir(path);

	if (!dir)
		return 0;
	if (!type || (!fstatfs(dirfd(dir), &fs) && fs.f_type == type))
		while ((entry = readdir(dir)))
			nr += entry->d_name[0] != '.' && wanted(dirfd(dir), entry->d_name);
	closedir(dir);
	return nr;
}

static bool is_any(int dir, const char *name)
{
	(void)dir;
	(void)name;
	return true;
}

static bool is_loop_in_use(int dir, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/loop/backing_file", name);
	return !strncmp(name, "loop", 4) && !faccessat(dir, path, F_OK, 0);
}

static int add_directories(struct handles *to)
{
	int err = handles__add_of_all(to, HANDLE_LOOP, "",
				      count_entries("/sys/block", 0, is_loop_in_use));

	if (!err)
		err = handles__add_of_all(to, HANDLE_MQUEUE, "",
					  count_entries("/dev/mqueue", MQUEUE_MAGIC, is_any));
	return err;
}

/* Files in the tmpfs that is mounted there; one with nr_inodes=0 does not count them. */
static void add_tmpfs(const char *path, void *arg)
{
	struct handles *to = arg;
	struct handles_owner owner = {};
	struct statfs fs;

	snprintf(owner.name, sizeof(owner.name), "%s", path);
	if (!statfs(path, &fs) && fs.f_type == TMPFS_MAGIC && fs.f_files &&
	    !handles__find(to, &owner, HANDLE_TMPFS, ""))
		handles__add(to, &owner, HANDLE_TMPFS, "", fs.f_files - fs.f_ffree);
}

/* Of this process's mounts only the tmpfs: its mounts are counted with its namespace. */
static void add_all_tmpfs(struct handles *to)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	struct handles unused = {};

	if (!file)
		return;
	handle_counts__mounts(&unused, file, add_tmpfs, to);
	to->odd += unused.odd;
	handles__free(&unused);
	fclose(file);
}

static int add_tables(struct handles *to)
{
	static const struct {
		const char *path;
		int (*parse)(struct handles *handles, FILE *file);
	} tables[] = {
		{"/proc/sysvipc/shm", handle_counts__shm},
		{"/proc/sysvipc/sem", handle_counts__sem},
		{"/proc/sysvipc/msg", handle_counts__msg},
		{"/proc/net/sockstat", handle_counts__sockstat},
		{"/proc/net/sockstat6", handle_counts__sockstat},
		{"/proc/key-users", handle_counts__keys},
		{"/proc/cgroups", handle_counts__cgroups},
		{"/sys/fs/cgroup/cgroup.stat", handle_counts__cgroup_stat},
		{"/sys/fs/cgroup/unified/cgroup.stat", handle_counts__cgroup_stat},
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !err; i++)
		err = read_table(to, tables[i].path, tables[i].parse);
	return err;
}

int machine_handles__add(struct handles *to)
{
	int err = add_numbers(to);

	if (!err)
		err = add_bpf(to);
	if (!err)
		err = add_directories(to);
	if (!err)
		err = add_tables(to);
	if (!err)
		add_all_tmpfs(to);
	return err;
}
