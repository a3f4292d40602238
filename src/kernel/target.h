/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be traced: do the process, the cgroup and the cache exist? */
#ifndef KLEAK_KERNEL_TARGET_H
#define KLEAK_KERNEL_TARGET_H

#include "proc/mountinfo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Is there whom to follow?  pid: a process (a thread group), as this process's PID
 * namespace numbers them, or -1; path: the directory of a cgroup v2, or NULL.
 * 0 and *target, a file descriptor of either (to be closed by the caller), or -1: there is none of
 * processes before Linux 5.3; or -errno with one sentence in `why`: -ESRCH, -EINVAL (a thread of
 * another process, a cgroup v1), ...
 */
int target__find(int64_t pid, const char *path, int *target, char *why, size_t len);

/* A cgroup that memory is charged to. */
struct target_group {
	uint64_t id;		   /* inode number of its directory, as struct memcg has it */
	char path[MOUNTINFO_PATH]; /* below the mount, "/" for its root */
};

/*
 * Find the cgroup whose directory is `path`, or that /proc/PID/cgroup prints so: of version 2, or
 * of version 1's memory controller.  0, or -errno with one sentence in `why`.
 */
int target__find_group(const char *path, struct target_group *group, char *why, size_t len);

/*
 * Are there slab caches of all the names in this list ("dentry,filp")?  True, also when the
 * kernel does not tell; or false with one sentence on the first one that is missing.
 */
bool target__has_caches(const char *list, char *why, size_t len);

#endif
