/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many files of cgroups may stay open from reading to reading: that takes a third of the time
 * of opening them each time.  One that was read keeps a page and its structs in the kernel
 * (fs/seq_file.c, seq_read_iter()), which this process's own cgroup is charged with.
 */
#ifndef KLEAK_KERNEL_KEPT_FILES_H
#define KLEAK_KERNEL_KEPT_FILES_H

#include "kernel/memory_hierarchy.h"

#include <stddef.h>
#include <stdint.h>

#define KEPT_FILES_SHARE 512 /* of the machine's memory one part, at most */
#define KEPT_FILES_ROOM	 8   /* the same of what is left to the limits of the own cgroup */
#define KEPT_FILES_SPARE 256 /* file descriptors that are left for others */

/*
 * So many, by the machine's memory, what is left to the own cgroup (UINT64_MAX: no limit), both in
 * bytes, and the most file descriptors there may be.
 */
size_t kept_files__fit(uint64_t memory, uint64_t room, uint64_t page_size, uint64_t descriptors);

/*
 * The same here; the limit of file descriptors (RLIMIT_NOFILE) is raised as far as it takes.  0
 * where it is not known what the own cgroup has left.
 */
size_t kept_files__most(const struct memory_hierarchy *hierarchy);

#endif
