/* SPDX-License-Identifier: GPL-2.0-only */
/* Freelists of slabs: the slab's own, and the one that a CPU has of it. */
#ifndef KLEAK_MEMORY_SLUB_FREELIST_H
#define KLEAK_MEMORY_SLUB_FREELIST_H

#include "memory/slub_cache.h"

#include <stdbool.h>
#include <stdint.h>

#define FREELIST_MOST_OBJECTS 32767 /* of a slab: 15 bits */

/* A slab's counters (mm/slab.h), the word behind its freelist: inuse:16, objects:15, frozen:1. */
static inline uint32_t slub_freelist__in_use(uint64_t counters)
{
	return counters & 0xffff;
}

static inline uint32_t slub_freelist__objects(uint64_t counters)
{
	return counters >> 16 & FREELIST_MOST_OBJECTS;
}

static inline bool slub_freelist__is_frozen(uint64_t counters)
{
	return counters >> 31 & 1;
}

/*
 * Mark the objects of the freelist that starts at `object` in `free`: of a slab with
 * `objects` places, which begins at `start` and has this content.  How many, or -EAGAIN if
 * it is no freelist (any more).
 */
int slub_freelist__mark(const struct slub *slub, const struct slub_cache *cache, uint64_t start,
			uint32_t objects, const uint8_t *content, uint64_t object, uint64_t *free);

/* The freelist that a CPU keeps for the slab that it works with, without writing it back. */
struct slub_cpu_list {
	uint64_t at; /* address of the struct kmem_cache_cpu; 0: no CPU has the slab */
	uint64_t freelist, tid;
};

/*
 * What a CPU has of this slab, in *list.  CPUs work with slabs that are frozen (also those that
 * wait for them are, up to 6.7).  Looking at every CPU for each of those would cost too much where
 * there are many: it is done once, and again when one was not where it was, but only after as many
 * searches as there are CPUs.  0 or -ENOMEM.
 */
int slub_freelist__find_of_cpu(struct slub *slub, struct slub_cache *cache, uint64_t head,
			       uint64_t counters, struct slub_cpu_list *list);

/* Does the CPU still have the same of the slab, or still nothing? */
bool slub_freelist__is_unchanged(const struct slub *slub, const struct slub_cpu_list *list,
				 uint64_t head);

#endif
