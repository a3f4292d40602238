/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom to follow: is there such a process, such a cgroup? */
#ifndef KLEAK_TARGET_H
#define KLEAK_TARGET_H

#include <stddef.h>
#include <stdint.h>

/*
 * Is `pid` a process (a thread group), as this process's PID namespace numbers
 * them?  0, or -ESRCH / -EINVAL (a thread of another process) with one sentence
 * in `why`.
 */
int target__check_process(int64_t pid, char *why, size_t len);

/*
 * Open the directory of a cgroup v2.  Its file descriptor, to be closed by the
 * caller, or -errno with one sentence in `why`; -EINVAL for a cgroup v1 path.
 */
int target__open_cgroup(const char *path, char *why, size_t len);

#endif
