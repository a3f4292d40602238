// SPDX-License-Identifier: GPL-2.0-only
#include "proc/cgroup_classes.h"

#include <stddef.h>

#define NO_FIELD MEMORY_STAT_FIELDS /* it is reckoned from others */

static const struct {
	const char *name, *title, *word;
	enum memory_stat_field field;
	bool of_kernel; /* a part of the kernel's account */
} table[CGROUP_CLASSES] = {
	[CGROUP_ANON] = {"anon", "processes' own (anon)", "anon", MEMORY_STAT_ANON},
	[CGROUP_FILE_CACHE] = {"file_cache", "page cache of files", "page cache", NO_FIELD},
	[CGROUP_SHMEM] = {"shmem", "shared memory, tmpfs", "shmem", MEMORY_STAT_SHMEM},
	[CGROUP_SLAB_RECLAIMABLE] = {"slab_reclaimable", "slab, reclaimable", "reclaimable",
				     MEMORY_STAT_SLAB_RECLAIMABLE, true},
	[CGROUP_SLAB_UNRECLAIMABLE] = {"slab_unreclaimable", "slab, unreclaimable", "unreclaimable",
				       MEMORY_STAT_SLAB_UNRECLAIMABLE, true},
	[CGROUP_KERNEL_STACK] = {"kernel_stack", "kernel stacks", "kernel stacks",
				 MEMORY_STAT_KERNEL_STACK, true},
	[CGROUP_PAGE_TABLES] = {"page_tables", "page tables", "page tables",
				MEMORY_STAT_PAGE_TABLES, true},
	[CGROUP_SEC_PAGE_TABLES] = {"sec_page_tables", "page tables, secondary",
				    "secondary page tables", MEMORY_STAT_SEC_PAGE_TABLES, true},
	[CGROUP_PERCPU] = {"percpu", "per-CPU", "per-CPU", MEMORY_STAT_PERCPU, true},
	[CGROUP_VMALLOC] = {"vmalloc", "vmalloc", "vmalloc", MEMORY_STAT_VMALLOC, true},
	[CGROUP_ZSWAP] = {"zswap", "zswap", "zswap", MEMORY_STAT_ZSWAP, true},
	[CGROUP_KERNEL_OTHER] = {"kernel_other", "kernel, other", "kernel memory", NO_FIELD},
	[CGROUP_SOCK] = {"sock", "socket buffers", "socket buffers", MEMORY_STAT_SOCK},
	[CGROUP_HUGETLB] = {"hugetlb", "hugetlb", "hugetlb", MEMORY_STAT_HUGETLB},
	[CGROUP_OTHER] = {"other", "other", "other", NO_FIELD},
};

const char *cgroup_class__name(enum cgroup_class class)
{
	return table[class].name;
}

const char *cgroup_class__title(enum cgroup_class class)
{
	return table[class].title;
}

const char *cgroup_class__word(enum cgroup_class class)
{
	return table[class].word;
}

const char *cgroup_class__remark(enum cgroup_class class, bool v1)
{
	if (class == CGROUP_KERNEL_OTHER)
		return v1 ? "all of it: cgroup v1 does not divide it"
			  : "such as pipes, and what CPUs were charged ahead";
	if (class == CGROUP_OTHER)
		return "charged to CPUs ahead, and counters that lag";
	return NULL;
}

static void put(struct cgroup_classes *classes, enum cgroup_class class, bool known, int64_t bytes)
{
	classes->known[class] = known;
	classes->bytes[class] = known ? bytes : 0;
}

static int64_t sum(const struct cgroup_classes *classes, bool of_kernel)
{
	int64_t bytes = 0;

	for (int i = 0; i < CGROUP_CLASSES; i++)
		if (table[i].of_kernel == of_kernel)
			bytes += classes->bytes[i];
	return bytes;
}

/* What is left of the kernel's account, and of all that is charged. */
static void put_rests(struct cgroup_classes *classes, const struct cgroup_books *books)
{
	const struct cgroup_number kernel = cgroup_books__kernel(books);
	int64_t parts = sum(classes, true);
	bool known = books->usage.known && classes->known[CGROUP_ANON] &&
		     classes->known[CGROUP_FILE_CACHE];

	put(classes, CGROUP_KERNEL_OTHER, kernel.known, (int64_t)kernel.is - parts);
	put(classes, CGROUP_OTHER, known, (int64_t)books->usage.is - sum(classes, false) - parts);
}

void cgroup_classes__of(struct cgroup_classes *classes, const struct cgroup_books *books)
{
	const struct memory_stat *stat = &books->stat;

	*classes = (struct cgroup_classes){};
	for (int i = 0; books->stat_known && i < CGROUP_CLASSES; i++)
		if (table[i].field != NO_FIELD)
			put(classes, i, stat->present[table[i].field],
			    (int64_t)stat->bytes[table[i].field]);
	if (books->stat_known)
		put(classes, CGROUP_FILE_CACHE,
		    stat->present[MEMORY_STAT_FILE] && stat->present[MEMORY_STAT_SHMEM],
		    (int64_t)(stat->bytes[MEMORY_STAT_FILE] - stat->bytes[MEMORY_STAT_SHMEM]));
	put_rests(classes, books);
}
