/* SPDX-License-Identifier: GPL-2.0-only */
/* The hierarchy of cgroups that memory is charged in: that of v2, or v1's memory controller. */
#ifndef KLEAK_KERNEL_MEMORY_HIERARCHY_H
#define KLEAK_KERNEL_MEMORY_HIERARCHY_H

#include "proc/mountinfo.h"

#include <stdbool.h>
#include <stddef.h>

struct memory_hierarchy {
	struct mountinfo_cgroups mount;
	int fd; /* of the mount's root */
	bool v1;
	bool cut_off; /* its root is none of the hierarchy's: a limit above it is not seen */
};

/*
 * Find it by /proc/self/mountinfo.  0; or -errno and one sentence in `why`: there is none
 * (-ENOENT), ...
 */
int memory_hierarchy__open(struct memory_hierarchy *hierarchy, char *why, size_t len);

/*
 * Open the cgroup that `path` names: a directory of the hierarchy, or a path below its mount, as
 * /proc/PID/cgroup prints it.  A file descriptor, and its path below the mount in `below` ("/" for
 * its root), of `room` bytes; or -errno and one sentence in `why`.
 */
int memory_hierarchy__find(const struct memory_hierarchy *hierarchy, const char *path, char *below,
			   size_t room, char *why, size_t len);

void memory_hierarchy__close(struct memory_hierarchy *hierarchy);

#endif
