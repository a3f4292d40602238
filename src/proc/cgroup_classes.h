/* SPDX-License-Identifier: GPL-2.0-only */
/* Classes of memory that is charged to a cgroup: what its memory.current consists of. */
#ifndef KLEAK_PROC_CGROUP_CLASSES_H
#define KLEAK_PROC_CGROUP_CLASSES_H

#include "proc/cgroup_books.h"

#include <stdbool.h>
#include <stdint.h>

enum cgroup_class {
	CGROUP_ANON,
	CGROUP_FILE_CACHE,
	CGROUP_SHMEM,
	CGROUP_SLAB_RECLAIMABLE,
	CGROUP_SLAB_UNRECLAIMABLE,
	CGROUP_KERNEL_STACK,
	CGROUP_PAGE_TABLES,
	CGROUP_SEC_PAGE_TABLES,
	CGROUP_PERCPU,
	CGROUP_VMALLOC,
	CGROUP_ZSWAP,
	CGROUP_KERNEL_OTHER, /* charged to the kernel's account, and none of those above */
	CGROUP_SOCK,
	CGROUP_HUGETLB,
	CGROUP_OTHER, /* charged, and told nowhere */
	CGROUP_CLASSES,
};

struct cgroup_classes {
	int64_t bytes[CGROUP_CLASSES];
	bool known[CGROUP_CLASSES];
};

/* "slab_reclaimable" for JSON, "slab, reclaimable" for people, "reclaimable" in a sentence. */
const char *cgroup_class__name(enum cgroup_class class);
const char *cgroup_class__title(enum cgroup_class class);
const char *cgroup_class__word(enum cgroup_class class);

/* NULL, or what is to be said of it. */
const char *cgroup_class__remark(enum cgroup_class class, bool v1);

/*
 * Divide what is charged to a cgroup.  The classes that are known add up to its usage, where that
 * is known: counters are read one after the other and lag (memory.stat up to 2 s), so that what is
 * left over, CGROUP_OTHER and CGROUP_KERNEL_OTHER, may be below 0.  What the kernel does not tell
 * is not known, not 0.
 */
void cgroup_classes__of(struct cgroup_classes *classes, const struct cgroup_books *books);

/* Does it stay when the limit is reached?  Page cache that has a file goes first. */
static inline bool cgroup_class__is_held(enum cgroup_class class)
{
	return class != CGROUP_FILE_CACHE;
}

#endif
