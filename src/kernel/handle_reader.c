// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/handle_reader.h"
#include "kernel/machine_handles.h"
#include "proc/handle_counts.h"
#include "proc/process_stat.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/lines.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LOOK_AFTER  8  /* files more than at first, before they are looked at */
#define ASK_EVERY   8  /* readings, for the namespaces of a process */
#define MOST_MOUNTS 64 /* mount namespaces of others whose mounts are counted */
#define FIRST_FILES 2  /* entries of /proc/PID/fd before that of file 0: "." and ".." */

enum { OF_NET, OF_MOUNTS, NAMESPACES = 8 };

static const char *const namespaces[NAMESPACES] = {
	[OF_NET] = "net", [OF_MOUNTS] = "mnt", "pid", "ipc", "uts", "user", "cgroup", "time"};

/* A process as it was when last looked at: its rows stand side by side in the last reading. */
struct seen {
	struct handles_owner owner;
	uint64_t files;
	uint32_t ns[NAMESPACES]; /* their numbers; 0: not told */
	uint64_t least;		 /* files that it has had: what is more has to be explained */
	size_t first, nr;	 /* rows of reader->last */
};

/* Processes, by PID. */
struct crowd {
	struct seen *list;
	size_t nr, room;
	struct idmap by_pid;
};

struct handle_reader {
	struct handle_limits limits;
	struct handle_files files;
	bool counts_files; /* the size of /proc/PID/fd is how many there are (6.2, f1f1f2569901) */
	uint32_t self, resume;
	struct crowd before, now;
	struct handles last; /* the last reading; rows only */
	uint32_t *pids;
	size_t nr_pids, room_pids;

	uint32_t round;

	/* of one reading */
	struct handles *to;
	double until_s;
	bool late;	 /* there was no time for all */
	bool has_files;	 /* reader->files has told */
	struct idmap ns; /* namespaces that processes are in */
	uint64_t nr_ns[NAMESPACES];
	uint32_t *zombies; /* their parents */
	size_t nr_zombies, room_zombies;
};

static bool is_late(struct handle_reader *reader)
{
	reader->late |= clock__now_s() > reader->until_s;
	return reader->late;
}

/* ---- one process ---- */

static int read_stat(int dir, struct process_stat *stat)
{
	int fd = openat(dir, "stat", O_RDONLY | O_CLOEXEC);
	char text[1024];
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return -ESRCH;
	text[got] = '\0';
	return process_stat__parse(stat, text) ? 0 : -EINVAL;
}

/* "TCP": sockfs keeps the protocol's name as an attribute (net/socket.c, sockfs_xattr_get()). */
static void read_protocol(const struct handles_owner *owner, const char *file,
			  char detail[HANDLE_DETAIL])
{
	char path[64], name[64];
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%u/fd/%.20s", owner->pid, file);
	got = getxattr(path, "system.sockprotoname", name, sizeof(name) - 1);
	name[got > 0 ? got : 0] = '\0';
	snprintf(detail, HANDLE_DETAIL, "%.*s", HANDLE_DETAIL - 1, name);
}

static int add_file(struct handle_reader *reader, const struct handles_owner *owner, int dir,
		    const char *file)
{
	char text[512], detail[HANDLE_DETAIL];
	ssize_t got = readlinkat(dir, file, text, sizeof(text) - 1);
	enum handle_kind kind;

	if (got <= 0) /* it was closed in the meantime */
		return 0;
	/* Of a path that is too long the end is not known; no name in the kernel is as long. */
	text[got] = '\0';
	kind = handle_kind__of_link(text, detail);
	if (kind == HANDLE_SOCKET)
		read_protocol(owner, file, detail);
	reader->to->files++;
	return handles__add(reader->to, owner, kind, detail, 1);
}

/* Of too many the last ones: what was opened last has the highest numbers, mostly. */
static void skip_files(const struct handle_reader *reader, int dir, uint64_t files)
{
	if (files > reader->limits.most_files)
		lseek(dir, (off_t)(files - reader->limits.most_files) + FIRST_FILES, SEEK_SET);
}

/* The files one by one, as many as may be: *nr. */
static int list_files(struct handle_reader *reader, const struct handles_owner *owner, DIR *dir,
		      uint64_t *nr)
{
	struct dirent *entry;
	int err = 0;

	*nr = 0;
	while (!err && *nr < reader->limits.most_files && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		++*nr;
		err = add_file(reader, owner, dirfd(dir), entry->d_name);
	}
	return err;
}

/* Those that were not looked at; where the kernel does not say how many there are, none are. */
static int add_unseen(struct handle_reader *reader, const struct handles_owner *owner, uint64_t nr)
{
	reader->to->files_unseen += nr;
	return nr ? handles__add(reader->to, owner, HANDLE_UNSEEN, "", nr) : 0;
}

static int look_at_files(struct handle_reader *reader, const struct handles_owner *owner,
			 int process, uint64_t files)
{
	int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = -errno;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	uint64_t nr;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		reader->to->processes_unseen += err == -EACCES || err == -EPERM;
		return 0;
	}
	skip_files(reader, fd, files);
	err = list_files(reader, owner, dir, &nr);
	closedir(dir);
	if (!err && nr == reader->limits.most_files && files > nr)
		err = add_unseen(reader, owner, files - nr);
	if (files < nr || nr < reader->limits.most_files)
		files = nr;
	return err ? err : handles__add(reader->to, owner, HANDLE_FILE, "", files);
}

static const struct seen *find_seen(const struct crowd *crowd, uint32_t pid)
{
	uint32_t at = idmap__find(&crowd->by_pid, idmap__mix(pid));

	return at == IDMAP_NONE ? NULL : &crowd->list[at];
}

/* The rows of its files, or all of them, as they were. */
static int copy_rows(struct handle_reader *reader, const struct seen *seen,
		     const struct handles_owner *owner, bool files_only)
{
	int err = 0;

	for (size_t i = seen->first; i < seen->first + seen->nr && !err; i++) {
		const struct handles_row *row = &reader->last.rows[i];

		if (files_only && row->kind != HANDLE_FILE && !handle_kind__is_file(row->kind))
			continue;
		if (row->kind == HANDLE_UNSEEN)
			err = add_unseen(reader, owner, row->count);
		else
			err = handles__add(reader->to, owner, row->kind, row->detail, row->count);
	}
	return err;
}

static int remember(struct handle_reader *reader, const struct seen *seen)
{
	struct crowd *crowd = &reader->now;

	if (array__reserve((void **)&crowd->list, crowd->nr + 1, &crowd->room,
			   sizeof(*crowd->list)) ||
	    idmap__add(&crowd->by_pid, idmap__mix(seen->owner.pid), (uint32_t)crowd->nr))
		return -ENOMEM;
	crowd->list[crowd->nr] = *seen;
	crowd->list[crowd->nr++].nr = reader->to->nr - seen->first;
	return 0;
}

/* Neither created nor closed any, or as many of each: what they are is taken to be the same. */
static bool has_same_files(const struct handle_reader *reader, const struct seen *before,
			   const struct seen *seen)
{
	return before && reader->counts_files && before->owner.start == seen->owner.start &&
	       before->files == seen->files;
}

/* As many as they are: nobody wants to know more. */
static int count_files(struct handle_reader *reader, const struct seen *seen)
{
	int err = handles__add(reader->to, &seen->owner, HANDLE_FILE, "", seen->files);

	return err ? err : add_unseen(reader, &seen->owner, seen->files);
}

static int add_files(struct handle_reader *reader, const struct seen *before,
		     const struct seen *seen, int dir)
{
	if (reader->has_files || (reader->counts_files && !seen->files))
		return 0;
	if (has_same_files(reader, before, seen))
		return copy_rows(reader, before, &seen->owner, true);
	if (reader->counts_files && seen->files < seen->least + LOOK_AFTER)
		return count_files(reader, seen);
	return look_at_files(reader, &seen->owner, dir, seen->files);
}

/* The number in "net:[4026531840]", or 0. */
static uint32_t read_namespace(int dir, const char *name)
{
	char path[16], text[64];
	uint64_t number;
	const char *at;
	ssize_t got;

	snprintf(path, sizeof(path), "ns/%s", name);
	got = readlinkat(dir, path, text, sizeof(text) - 1);
	text[got > 0 ? got : 0] = '\0';
	at = strchr(text, '[');
	if (!at)
		return 0;
	at++;
	return lines__number(&at, UINT32_MAX, &number) && *at == ']' ? (uint32_t)number : 0;
}

/* Few processes change theirs: each is asked once, and then now and again. */
static void find_namespaces(const struct handle_reader *reader, const struct seen *before,
			    struct seen *seen, int dir)
{
	bool same = before && before->owner.start == seen->owner.start;

	if (same && (seen->owner.pid + reader->round) % ASK_EVERY) {
		memcpy(seen->ns, before->ns, sizeof(seen->ns));
		return;
	}
	for (int i = 0; i < NAMESPACES; i++)
		seen->ns[i] = read_namespace(dir, namespaces[i]);
}

/* The mounts of the namespace that this process is in. */
static int add_mounts(struct handle_reader *reader, int dir)
{
	int fd = openat(dir, "mountinfo", O_RDONLY | O_CLOEXEC), err;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	err = handle_counts__mounts(reader->to, file, NULL, NULL);
	fclose(file);
	return err == -ENOMEM ? err : 0;
}

/* Those that no process before this one is in. */
static int add_namespaces(struct handle_reader *reader, const struct seen *seen, int dir)
{
	int err = 0;

	for (int i = 0; i < NAMESPACES && !err; i++) {
		uint64_t id = idmap__mix((uint64_t)seen->ns[i] << 3 | (uint64_t)i);

		if (!seen->ns[i] || idmap__find(&reader->ns, id) != IDMAP_NONE)
			continue;
		reader->nr_ns[i]++;
		err = idmap__add(&reader->ns, id, 0);
		if (!err && i == OF_MOUNTS && reader->nr_ns[i] <= MOST_MOUNTS)
			err = add_mounts(reader, dir);
	}
	return err;
}

static int note_zombie(struct handle_reader *reader, uint32_t parent)
{
	if (array__reserve((void **)&reader->zombies, reader->nr_zombies + 1, &reader->room_zombies,
			   sizeof(*reader->zombies)))
		return -ENOMEM;
	reader->zombies[reader->nr_zombies++] = parent;
	return 0;
}

/* What it is, and how many files it has where the kernel tells.  0 or -errno: it is gone. */
static int identify(const struct handle_reader *reader, int dir, uint32_t pid,
		    struct process_stat *stat, struct seen *seen)
{
	struct stat files = {};
	const struct seen *before;
	int err = read_stat(dir, stat);

	if (err)
		return err;
	*seen = (struct seen){.owner = {.pid = pid, .start = stat->start}};
	snprintf(seen->owner.name, sizeof(seen->owner.name), "%s", stat->comm);
	if (!reader->has_files && !fstatat(dir, "fd", &files, 0))
		seen->files = (uint64_t)files.st_size;
	seen->least = seen->files;
	before = find_seen(&reader->before, pid);
	if (before && before->owner.start == stat->start && before->least < seen->least)
		seen->least = before->least;
	return 0;
}

/* Whatever of it is gone is not there: a process may end at any time. */
static int look_at(struct handle_reader *reader, uint32_t pid, int dir)
{
	const struct seen *before = find_seen(&reader->before, pid);
	struct process_stat stat;
	struct seen seen;
	int err;

	if (identify(reader, dir, pid, &stat, &seen))
		return 0;
	reader->to->processes++;
	if (stat.state == 'Z')
		return note_zombie(reader, stat.parent);
	seen.first = reader->to->nr;
	err = handles__add(reader->to, &seen.owner, HANDLE_THREAD, "", stat.threads);
	if (!err)
		err = add_files(reader, before, &seen, dir);
	find_namespaces(reader, before, &seen, dir);
	if (!err)
		err = remember(reader, &seen);
	if (!err)
		err = add_namespaces(reader, &seen, dir);
	return err;
}

/* There is no time: it is as it was, unless it is another one or was never seen. */
static int leave(struct handle_reader *reader, uint32_t pid)
{
	const struct seen *before = find_seen(&reader->before, pid);
	struct seen seen;
	int err;

	reader->to->processes++;
	if (!before) {
		reader->to->processes_unseen++;
		return 0;
	}
	reader->to->processes_stale++;
	seen = *before;
	seen.first = reader->to->nr;
	err = copy_rows(reader, before, &before->owner, false);
	return err ? err : remember(reader, &seen);
}

/* ---- all processes ---- */

static int list_process(struct handle_reader *reader, const char *name)
{
	uint64_t pid;

	if (!lines__number(&name, UINT32_MAX, &pid) || *name || pid == reader->self)
		return 0;
	if (array__reserve((void **)&reader->pids, reader->nr_pids + 1, &reader->room_pids,
			   sizeof(*reader->pids)))
		return -ENOMEM;
	reader->pids[reader->nr_pids++] = (uint32_t)pid;
	return 0;
}

static int list_processes(struct handle_reader *reader)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	reader->nr_pids = 0;
	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir)))
		err = list_process(reader, entry->d_name);
	closedir(dir);
	return err;
}

/* The first one that there was no time for the last time: PIDs are listed in ascending order. */
static size_t first_process(const struct handle_reader *reader)
{
	for (size_t i = 0; i < reader->nr_pids; i++)
		if (reader->pids[i] >= reader->resume)
			return i;
	return 0;
}

static int add_process(struct handle_reader *reader, uint32_t pid)
{
	bool was_late = reader->late;
	char path[32];
	int dir, err;

	if (is_late(reader)) {
		if (!was_late)
			reader->resume = pid;
		return leave(reader, pid);
	}
	snprintf(path, sizeof(path), "/proc/%u", pid);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return 0;
	err = look_at(reader, pid, dir);
	close(dir);
	return err;
}

static int add_processes(struct handle_reader *reader)
{
	int err = list_processes(reader);
	size_t first = first_process(reader);

	for (size_t i = 0; i < reader->nr_pids && !err; i++)
		err = add_process(reader, reader->pids[(first + i) % reader->nr_pids]);
	return err;
}

static int add_zombies(struct handle_reader *reader)
{
	int err = 0;

	for (size_t i = 0; i < reader->nr_zombies && !err; i++) {
		const struct seen *parent = find_seen(&reader->now, reader->zombies[i]);

		if (parent)
			err = handles__add(reader->to, &parent->owner, HANDLE_ZOMBIE, "", 1);
	}
	return err;
}

#define MOST_LOCKS 20000 /* the kernel counts from the first one on for each page of the text */

/* Those of the first ones, where there are more. */
static int add_locks(struct handle_reader *reader)
{
	FILE *file = fopen("/proc/locks", "re");
	char line[256];
	int err = 0;

	for (int i = 0; file && i < MOST_LOCKS && !err && fgets(line, sizeof(line), file); i++) {
		uint32_t pid;
		const struct seen *owner =
			handle_counts__lock_owner(line, &pid) ? find_seen(&reader->now, pid) : NULL;

		if (owner)
			err = handles__add(reader->to, &owner->owner, HANDLE_LOCK, "", 1);
	}
	if (file)
		fclose(file);
	return err;
}

/* Files as reader->files has them. */
static int add_counted(uint32_t pid, enum handle_kind kind, const char *detail, uint64_t count,
		       void *arg)
{
	struct handle_reader *reader = arg;
	const struct seen *seen = find_seen(&reader->now, pid);
	int err;

	if (!seen) /* it has begun since, or ended */
		return 0;
	err = handles__add(reader->to, &seen->owner, kind, detail, count);
	if (err || !handle_kind__is_file(kind))
		return err;
	reader->to->files += count;
	return handles__add(reader->to, &seen->owner, HANDLE_FILE, "", count);
}

/* ---- what processes share ---- */

static bool is_shared(enum handle_kind kind)
{
	return kind == HANDLE_NAMESPACE || kind == HANDLE_NAMESPACE_MOUNT || kind == HANDLE_MOUNT;
}

/* Not all processes were looked at: namespaces and mounts are as they were. */
static int copy_shared(struct handle_reader *reader)
{
	int err = 0;

	for (size_t i = 0; i < reader->to->nr; i++)
		if (is_shared(reader->to->rows[i].kind))
			reader->to->rows[i].count = 0;
	for (size_t i = 0; i < reader->last.nr && !err; i++) {
		const struct handles_row *row = &reader->last.rows[i];

		if (is_shared(row->kind))
			err = handles__add_of_all(reader->to, row->kind, row->detail, row->count);
	}
	return err;
}

static int add_shared(struct handle_reader *reader)
{
	int err = 0;

	if (reader->late)
		return copy_shared(reader);
	for (int i = 0; i < NAMESPACES && !err; i++)
		err = handles__add_of_all(reader->to, HANDLE_NAMESPACE, namespaces[i],
					  reader->nr_ns[i]);
	return err;
}

/* ---- a reading ---- */

static void begin(struct handle_reader *reader, struct handles *handles)
{
	struct crowd older = reader->before;

	reader->round++;
	reader->before = reader->now;
	reader->now = older;
	reader->now.nr = 0;
	idmap__clear(&reader->now.by_pid);
	idmap__clear(&reader->ns);
	memset(reader->nr_ns, 0, sizeof(reader->nr_ns));
	reader->nr_zombies = 0;
	reader->late = false;
	reader->has_files = reader->files.read != NULL;
	reader->to = handles;
}

/* Keep a copy of the rows: what there is no time for the next time is taken from it. */
static int keep(struct handle_reader *reader)
{
	const struct handles *handles = reader->to;
	int err = array__reserve((void **)&reader->last.rows, handles->nr, &reader->last.room,
				 sizeof(*handles->rows));

	if (err)
		return err;
	if (handles->nr)
		memcpy(reader->last.rows, handles->rows, handles->nr * sizeof(*handles->rows));
	reader->last.nr = handles->nr;
	return 0;
}

static int read_all(struct handle_reader *reader)
{
	int err = add_processes(reader);

	if (!err && reader->has_files)
		err = reader->files.read(reader->files.arg, add_counted, reader);
	if (!err)
		err = add_zombies(reader);
	if (!err)
		err = add_locks(reader);
	if (!err)
		err = add_shared(reader);
	if (!err)
		err = machine_handles__add(reader->to);
	return err;
}

int handle_reader__read(struct handle_reader *reader, struct handles *handles)
{
	double start_s = clock__now_s();
	int err;

	reader->until_s = start_s + reader->limits.most_s;
	begin(reader, handles);
	err = read_all(reader);
	if (err && reader->files.read) {
		handles__free(handles);
		reader->files.read = NULL;
		begin(reader, handles);
		err = read_all(reader);
	}
	if (!reader->late)
		reader->resume = 0;
	if (!err)
		err = keep(reader);
	handles->took_s = clock__now_s() - start_s;
	return err;
}

int handle_reader__open(struct handle_reader **out, const struct handle_limits *limits,
			const struct handle_files *files)
{
	struct handle_reader *reader = calloc(1, sizeof(*reader));
	struct stat own = {};

	if (!reader)
		return -ENOMEM;
	reader->limits = *limits;
	if (files)
		reader->files = *files;
	reader->self = (uint32_t)getpid();
	/* This process has files open: the size is 0 only where the kernel does not say. */
	reader->counts_files = !stat("/proc/self/fd", &own) && own.st_size > 0;
	*out = reader;
	return 0;
}

int64_t handle_reader__count_mappings(uint32_t pid)
{
	char path[32], bytes[65536];
	int64_t lines = 0;
	ssize_t got = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < got; i++)
			lines += bytes[i] == '\n';
	close(fd);
	return got < 0 ? -EIO : lines;
}

void handle_reader__close(struct handle_reader *reader)
{
	if (!reader)
		return;
	free(reader->before.list);
	free(reader->now.list);
	idmap__free(&reader->before.by_pid);
	idmap__free(&reader->now.by_pid);
	idmap__free(&reader->ns);
	free(reader->last.rows);
	free(reader->pids);
	free(reader->zombies);
	free(reader);
}
