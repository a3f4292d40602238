/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be traced: do the process, the cgroup and the cache exist? */
#ifndef KLEAK_KERNEL_TARGET_H
#define KLEAK_KERNEL_TARGET_H

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

/*
 * Are there slab caches of all the names in this list ("dentry,filp")?  True, also when the
 * kernel does not tell; or false with one sentence on the first one that is missing.
 */
bool target__has_caches(const char *list, char *why, size_t len);

#endif
