/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What SLUB's own books say of an object: free or not (mm/slub.c).  Pure but for
 * the callback that reads kernel memory.
 *
 * Nothing is locked: what changes while it is read is read again, and counts as
 * unknown if it will not hold still.  Free means: was free at some time after
 * the call began.  Whoever takes it for dead must check that its record has not
 * been replaced since.
 */
#ifndef KLEAK_MEMORY_SLUB_H
#define KLEAK_MEMORY_SLUB_H

#include "kernel/layout.h"
#include "kleak.h"
#include "memory/kernel_copy.h"
#include "memory/read_ahead.h"
#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum slub_state {
	SLUB_LIVE,
	SLUB_FREE,
	SLUB_UNKNOWN,
};

struct slub_slab {
	enum {
		SLUB_PAGE_SLAB,
		SLUB_PAGE_LARGE, /* large kmalloc */
		SLUB_PAGE_OTHER, /* in use for something else, or free */
		SLUB_PAGE_UNKNOWN,
	} kind;
	uint64_t head;	/* its struct page */
	uint64_t start; /* its address */
	uint32_t cache; /* index in slub->caches */
	uint32_t objects;
	size_t bits; /* index in slub->bits: one for each object that is free */
};

struct slub {
	struct slub_layout layout;
	kernel_copy read;
	void *arg;
	const uint64_t *cpu_offsets; /* what to add to a per-CPU pointer */
	uint32_t nr_cpus, nr_nodes;  /* possible ones */
	const uint32_t *online;	     /* the CPUs that are; NULL: may be all */
	uint32_t nr_online;
	uint64_t page_base; /* of address x: page_base + (x / page_size) * sizeof(struct page) */

	/*
	 * Read struct pages with their neighbours.  For those who ask only of what has been there
	 * since slub__begin(): what becomes a slab later may still seem to be none.
	 */
	bool reads_ahead;

	/* what has been read since slub__begin() */
	struct read_ahead ahead;
	uint64_t *cpu_lists; /* the struct kmem_cache_cpu of slabs that CPUs work with */
	size_t nr_cpu_lists, room_cpu_lists;
	struct idmap by_slab; /* struct page -> of cpu_lists */
	size_t last_cache;
	struct slub_slab *slabs;
	struct slub_cache *caches;
	uint64_t *bits; /* of free objects */
	size_t nr_slabs, room_slabs, nr_caches, room_caches, nr_bits, room_bits;
	struct idmap by_page; /* struct page -> slab */
	struct idmap in_sheaf;
	uint8_t *content;
	size_t room_content;
};

/* Forget what was read: the kernel has gone on. */
void slub__begin(struct slub *slub);

/*
 * The same, after the question that takes most: room that it took little of is given back
 * (array__give_back()).
 */
void slub__end(struct slub *slub);

/*
 * The state of the object at `address`.  kmem: its struct kmem_cache; size: what one object of it
 * takes; either 0 if that is not known; large: it is a kmalloc() beyond the caches.
 * A state, or -ENOMEM.
 */
int slub__state(struct slub *slub, uint64_t address, uint64_t kmem, uint64_t size, bool large);

/*
 * The slab that `address` lies in: where its first object is, their size and how many.
 * 0, -ENOENT when it is none or cannot be read, or -ENOMEM.
 */
int slub__slab_of(struct slub *slub, uint64_t address, uint64_t *start, uint32_t *size,
		  uint32_t *nr);

/* Is place i of this slab free, by what slub__state() or slub__slab_of() read of it? */
bool slub__is_marked(const struct slub *slub, const struct slub_slab *slab, uint32_t i);

void slub__free(struct slub *slub);

/* ---- reading: 0 or -EFAULT ---- */

static inline int slub__read_word(const struct slub *slub, uint64_t address, uint64_t *word)
{
	return slub->read(slub->arg, address, word, sizeof(*word));
}

static inline int slub__read_half(const struct slub *slub, uint64_t address, uint32_t *half)
{
	return slub->read(slub->arg, address, half, sizeof(*half));
}

/* What may be more than can be read at once. */
int slub__read_much(const struct slub *slub, uint64_t address, uint8_t *to, uint64_t len);

/* Of the slab whose struct page is at `head`: its own freelist, and its counters (slub_freelist.h).
 */
static inline int slub__read_counters(const struct slub *slub, uint64_t head, uint64_t counters[2])
{
	return slub->read(slub->arg, head + slub->layout.slab_freelist, counters,
			  2 * sizeof(*counters));
}

/* How many CPUs may have free objects: those that are dead have given them back. */
static inline uint32_t slub__nr_online(const struct slub *slub)
{
	return slub->online ? slub->nr_online : slub->nr_cpus;
}

/* Where a per-CPU pointer points on the i-th of them. */
static inline uint64_t slub__on_cpu(const struct slub *slub, uint64_t pointer, uint32_t i)
{
	return pointer + slub->cpu_offsets[slub->online ? slub->online[i] : i];
}

#endif
