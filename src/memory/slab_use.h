/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of the slabs is in use, by kind.  /proc/slabinfo tells how many objects are, but counts
 * all of a slab that a CPU works with, or has put aside, or that stand in sheaves (mm/slub.c,
 * get_slabinfo()): that part is read from the kernel's memory.
 */
#ifndef KLEAK_MEMORY_SLAB_USE_H
#define KLEAK_MEMORY_SLAB_USE_H

#include "memory/slub.h"
#include "proc/slabinfo.h"

#include <stdbool.h>
#include <stdint.h>

enum slab_use_kind {
	SLAB_USE_UNRECLAIMABLE, /* as /proc/meminfo has it: SUnreclaim */
	SLAB_USE_RECLAIMABLE,	/* its caches are SLAB_RECLAIM_ACCOUNT: SReclaimable */
	SLAB_USE_KINDS,
};

struct slab_use {
	bool known;
	int64_t slabs_bytes[SLAB_USE_KINDS];
	int64_t used_bytes[SLAB_USE_KINDS];
};

/*
 * Of all caches, in *use: of those of `info`, which was read just now, that stand in the kernel's
 * list.  cache: the address of any one; slub->page_base is known.  Nothing is locked: what changes
 * meanwhile may be counted or not.  0 or -ENOMEM.
 */
int slab_use__read(struct slab_use *use, struct slub *slub, uint64_t cache,
		   const struct slabinfo *info);

#endif
