/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Classes of memory, from /proc/meminfo and /proc/vmallocinfo: what MemTotal consists of, and the
 * rest that no counter shows.
 */
#ifndef KLEAK_PROC_CLASSES_H
#define KLEAK_PROC_CLASSES_H

#include "proc/meminfo.h"
#include "proc/vmallocinfo.h"
#include "proc/zoneinfo.h"

#include <stdbool.h>
#include <stdint.h>

enum memory_class {
	/* parts of MemTotal: their sum and CLASS_UNACCOUNTED are MemTotal */
	CLASS_FREE,    /* MemFree, and what CPUs keep of free pages for themselves */
	CLASS_ANON,    /* AnonPages, and SwapCached beyond it */
	CLASS_CACHE,   /* Buffers + Cached - Shmem */
	CLASS_SHMEM,   /* Shmem */
	CLASS_HUGETLB, /* Hugetlb: pages reserved for hugetlbfs, used or not */
	CLASS_SLAB_UNRECLAIMABLE,
	CLASS_SLAB_RECLAIMABLE,
	CLASS_VMALLOC, /* VmallocUsed, or pages of the areas where that counts something else;
			  without kernel stacks where those are in it */
	CLASS_PERCPU,
	CLASS_KERNEL_STACK,
	CLASS_PAGE_TABLES,
	CLASS_SEC_PAGE_TABLES, /* of KVM and IOMMUs, from 6.1 */
	CLASS_ZSWAP,	       /* compressed pages in RAM */
	CLASS_OTHER, /* Bounce, HardwareCorrupted, Balloon, Unaccepted, KReclaimable - SReclaimable
		      */
	CLASS_UNACCOUNTED, /* MemTotal - all of the above: raw pages nobody shows; may be < 0 */
	/* apart: no part of MemTotal */
	CLASS_SWAP,    /* SwapTotal - SwapFree: on disk (or compressed, in zswap) */
	CLASS_IOREMAP, /* address space of devices */
	CLASS_VMAP,    /* pages of others mapped once more */
	CLASSES,
};

/* Where vmalloc()ed bytes come from. */
enum vmalloc_count {
	VMALLOC_BY_FIELD, /* VmallocUsed counts pages: 5.3 and later */
	VMALLOC_IS_ZERO,  /* it is always 0, from 4.4 to 5.2: by /proc/vmallocinfo, if at all */
	VMALLOC_IS_SPACE, /* it counts address space, before 4.4: by /proc/vmallocinfo */
};

struct classes {
	int64_t bytes[CLASSES];
	bool known[CLASSES]; /* the kernel prints what it takes to tell */
	enum vmalloc_count vmalloc;
};

/* JSON: "slab_unreclaimable".  People: "slab, unreclaimable". */
const char *class__name(enum memory_class which);
const char *class__title(enum memory_class which);

/*
 * NULL, or a few words about it: "address space of devices, not RAM"; among them why its bytes
 * are not what one expects, here.
 */
const char *classes__remark(const struct classes *classes, enum memory_class which);

/* Is it no part of MemTotal's sum? */
bool class__is_apart(enum memory_class which);

/*
 * vmap_stack: kernel stacks are vmalloc()ed (CONFIG_VMAP_STACK), so VmallocUsed has
 * them too (mm/vmalloc.c: nr_vmalloc_pages counts every VM_ALLOC page).  zones: NULL
 * when /proc/zoneinfo could not be read: what CPUs keep is then unaccounted.  areas: NULL
 * when /proc/vmallocinfo could not be read: ioremap and vmap are then unknown.  page_size: what
 * the areas count in.
 */
void classes__of(struct classes *classes, const struct meminfo *mem, const struct zoneinfo *zones,
		 const struct vmallocinfo *areas, uint64_t page_size, bool vmap_stack);

/*
 * What free(1) of procps calls cache, in bytes: [0] before 3.3.10: Buffers + Cached;
 * [1] 3.3.10: Buffers + Cached + Slab; [2] later: Buffers + Cached + SReclaimable.
 */
void classes__free_cache(uint64_t bytes[3], const struct meminfo *mem);

#endif
