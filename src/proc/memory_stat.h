/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.stat of a cgroup: what its memory consists of, descendants included (mm/memcontrol.c,
 * memory_stats[]; of v1 mm/memcontrol-v1.c, memcg1_stats[], in which the sums are "total_...").
 */
#ifndef KLEAK_PROC_MEMORY_STAT_H
#define KLEAK_PROC_MEMORY_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum memory_stat_field {
	MEMORY_STAT_ANON,
	MEMORY_STAT_FILE,   /* shmem included */
	MEMORY_STAT_KERNEL, /* 5.18: all of the kernel's memory that is charged */
	MEMORY_STAT_KERNEL_STACK,
	MEMORY_STAT_PAGE_TABLES,
	MEMORY_STAT_SEC_PAGE_TABLES, /* 6.1 */
	MEMORY_STAT_PERCPU,	     /* 5.9 */
	MEMORY_STAT_SOCK,
	MEMORY_STAT_VMALLOC, /* 5.17 */
	MEMORY_STAT_SHMEM,
	MEMORY_STAT_ZSWAP,   /* 5.19; a part of the kernel's */
	MEMORY_STAT_HUGETLB, /* 6.13, where the mount option memory_hugetlb_accounting charges it */
	MEMORY_STAT_INACTIVE_FILE,
	MEMORY_STAT_ACTIVE_FILE,
	MEMORY_STAT_SLAB_RECLAIMABLE,
	MEMORY_STAT_SLAB_UNRECLAIMABLE,
	MEMORY_STAT_TIGHTEST_LIMIT, /* v1: of the cgroup and those above it; v1's
				      number for none is above LINES_MOST */
	MEMORY_STAT_FIELDS,
};

struct memory_stat {
	uint64_t bytes[MEMORY_STAT_FIELDS];
	bool present[MEMORY_STAT_FIELDS]; /* kernels have more or fewer fields */
	uint64_t odd; /* lines that were not understood: their fields are not there */
};

/*
 * Read the text of memory.stat, of `len` bytes and a NUL byte.  0, or -EINVAL when none of its
 * lines is known (*stat is then untouched).
 */
int memory_stat__parse(struct memory_stat *stat, const char *text, size_t len, bool v1);

#endif
