// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/target.h"
#include "kernel/books.h"
#include "kernel/memory_hierarchy.h"
#include "kernel/slabnames.h"
#include "util/commas.h"
#include "util/reason.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static int check_process(int64_t pid, char *why, size_t len)
{
	char path[64], line[256];
	int64_t leader = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/status", pid);
	file = fopen(path, "re");
	if (!file) {
		snprintf(why, len, "there is no process %" PRId64 ": see ps -e", pid);
		return -ESRCH;
	}
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Tgid: %" SCNd64, &leader) == 1)
			break;
	fclose(file);
	if (leader == pid)
		return 0;
	snprintf(why, len,
		 "%" PRId64 " is a thread of process %" PRId64
		 ": all threads of a process are followed together, give --pid %" PRId64,
		 pid, leader, leader);
	return -EINVAL;
}

static int open_cgroup(const char *path, char *why, size_t len)
{
	struct statfs fs;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;

	if (fd < 0) {
		err = -errno;
		snprintf(why, len, "cannot open the cgroup %s: %s", path, reason__of(-err));
		return err;
	}
	if (fstatfs(fd, &fs))
		err = -errno;
	else if (fs.f_type != CGROUP2_SUPER_MAGIC)
		err = -EINVAL;
	if (!err)
		return fd;
	close(fd);
	if (err == -EINVAL && fs.f_type == CGROUP_SUPER_MAGIC)
		snprintf(why, len,
			 "%s is a cgroup of version 1: give a directory of the unified hierarchy "
			 "(cgroup2, often below /sys/fs/cgroup or /sys/fs/cgroup/unified)",
			 path);
	else if (err == -EINVAL)
		snprintf(why, len, "%s is no cgroup: give a directory of a cgroup2 file system",
			 path);
	else
		snprintf(why, len, "cannot look at the cgroup %s: %s", path, reason__of(-err));
	return err;
}

/* Opened before it is looked at: what it says is said of this one, or this one is seen to be gone.
 */
static int open_process(int64_t pid, int *target, char *why, size_t len)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	int err = check_process(pid, why, len);

	if (!err)
		*target = fd < 0 ? -1 : fd;
	else if (fd >= 0)
		close(fd);
	return err;
}

int target__find(int64_t pid, const char *path, int *target, char *why, size_t len)
{
	*target = -1;
	if (pid >= 0)
		return open_process(pid, target, why, len);
	if (!path)
		return 0;
	*target = open_cgroup(path, why, len);
	return *target < 0 ? *target : 0;
}

int target__find_group(const char *path, struct target_group *group, char *why, size_t len)
{
	struct memory_hierarchy hierarchy;
	struct stat stat;
	int err = memory_hierarchy__open(&hierarchy, why, len), fd;

	if (err)
		return err;
	fd = memory_hierarchy__find(&hierarchy, path, group->path, sizeof(group->path), why, len);
	memory_hierarchy__close(&hierarchy);
	if (fd < 0)
		return fd;
	err = fstat(fd, &stat) ? -errno : 0;
	close(fd);
	if (err)
		snprintf(why, len, "cannot look at the cgroup %s: %s", path, reason__of(-err));
	group->id = stat.st_ino;
	return err;
}

static void explain_missing(const char *name, char *why, size_t len)
{
	struct slabnames names;
	char others[200] = "";

	if (!slabnames__read(&names)) {
		slabnames__aliases(&names, name, others, sizeof(others));
		slabnames__free(&names);
	}
	if (*others)
		snprintf(why, len,
			 "--cache %s: nothing is traced of it, the kernel has merged it with "
			 "others: "
			 "give the one that /proc/slabinfo lists (%s)",
			 name, others);
	else
		snprintf(why, len,
			 "--cache %s: /proc/slabinfo lists no such cache; it is traced if it is "
			 "made "
			 "later",
			 name);
}

bool target__has_caches(const char *list, char *why, size_t len)
{
	bool all = true;
	struct books books;
	const char *word;
	size_t length;

	books__read(&books, BOOKS_SLABS);
	while (all && !books.slabs_err && (word = commas__next(&list, &length))) {
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)length, word);
		all = slabinfo__find(&books.slabs, name);
		if (!all)
			explain_missing(name, why, len);
	}
	books__free(&books);
	return all;
}
