/* SPDX-License-Identifier: GPL-2.0-only */
/* The books of one cgroup at one moment, descendants included: plain values. */
#ifndef KLEAK_PROC_CGROUP_BOOKS_H
#define KLEAK_PROC_CGROUP_BOOKS_H

#include "proc/memory_events.h"
#include "proc/memory_stat.h"

#include <stdbool.h>
#include <stdint.h>

/* A number that may not be known; limits: UINT64_MAX where there is none. */
struct cgroup_number {
	bool known;
	uint64_t is;
};

/* How much of them is read, each with what stands before it. */
enum cgroup_books_much {
	CGROUP_BOOKS_USAGE,
	CGROUP_BOOKS_LIMITS,
	CGROUP_BOOKS_WHOLE,
};

struct cgroup_books {
	uint64_t id; /* inode number of its directory: no other cgroup has it until the next boot */
	uint64_t parent;  /* the same of the one above; 0: none is seen */
	const char *path; /* below the mount, "/" is its root; whoever read it owns the string */
	bool v1;
	bool limits; /* its own limits were read, not only `usage` */
	bool whole;  /* all was read */

	struct cgroup_number usage; /* bytes charged: memory.current; not known of the root of v2 */
	struct cgroup_number max, high; /* its own limits: only where `limits` */
	/* the rest only where `whole` */
	struct cgroup_number kernel; /* v1: memory.kmem.usage_in_bytes */
	struct cgroup_number dying;  /* v2: cgroups below it that were removed and are still held */
	bool stat_known;
	struct memory_stat stat;
	struct memory_events events;
	uint64_t odd; /* files of single values that were not understood */
};

/* Page cache that reclaim takes first when a limit is reached: not shmem, which has no file. */
static inline uint64_t cgroup_books__cache(const struct cgroup_books *books)
{
	const struct memory_stat *stat = &books->stat;

	return books->stat_known ? stat->bytes[MEMORY_STAT_INACTIVE_FILE] +
					   stat->bytes[MEMORY_STAT_ACTIVE_FILE]
				 : 0;
}

/* All of the kernel's memory that is charged to it. */
static inline struct cgroup_number cgroup_books__kernel(const struct cgroup_books *books)
{
	if (books->v1)
		return books->kernel;
	return (struct cgroup_number){
		.known = books->stat_known && books->stat.present[MEMORY_STAT_KERNEL],
		.is = books->stat.bytes[MEMORY_STAT_KERNEL],
	};
}

#endif
