/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a slab's content belongs to no object: to be zeroed, before its words are read. */
#ifndef KLEAK_MEMORY_SLUB_MASK_H
#define KLEAK_MEMORY_SLUB_MASK_H

#include "memory/slub.h"

#include <stdint.h>

/* A slab, as memory is walked through. */
struct slub_place {
	uint64_t head;	      /* its struct page */
	uint64_t start;	      /* its address */
	uint64_t bytes;	      /* of its pages */
	uint64_t counters[2]; /* the words at slub_layout.slab_freelist of its struct page */
	/* by slub_mask__note() */
	uint64_t cpu_freelist; /* what a CPU has of it; 0: nothing */
	uint32_t cache;
};

/*
 * Read what slub_mask__whole() has to know of this slab, of the cache at this address.  0 or
 * -ENOMEM.
 */
int slub_mask__note(struct slub *slub, struct slub_place *slab, uint64_t cache);

/*
 * Zero what of a slab's content belongs to no object: free ones, what is around those in use and
 * what is left over at the end.  Reads nothing.  When its freelists do not make sense, for they
 * change all the time, it is left as it is.  Objects that are taken or freed meanwhile may be
 * wrong.
 */
void slub_mask__whole(struct slub *slub, const struct slub_place *slab, uint8_t *content);

/*
 * The same of the part [start, end) of a slab that is too large to be read at once, by what
 * slub__slab_of() read before.
 */
void slub_mask__part(struct slub *slub, const struct slub_place *slab, uint64_t start, uint64_t end,
		     uint8_t *content);

#endif
