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
#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum slub_state {
	SLUB_LIVE,
	SLUB_FREE,
	SLUB_UNKNOWN,
};

struct slub {
	struct slub_layout layout;
	/* Copy kernel memory: 0 or -EFAULT. */
	int (*read)(void *arg, uint64_t address, void *to, size_t len);
	void *arg;
	const uint64_t *cpu_offsets; /* what to add to a per-CPU pointer */
	uint32_t nr_cpus, nr_nodes;  /* possible ones */
	const uint32_t *online;	     /* the CPUs that are; NULL: may be all */
	uint32_t nr_online;
	uint64_t page_base; /* of address x: page_base + (x / page_size) * sizeof(struct page) */

	/* what has been read since slub__begin() */
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

/*
 * Find page_base from slabs: of the cache at this address (a struct kmem_cache) and
 * of those that follow it in the kernel's list of caches.  Several must agree and
 * none disagree.  0 or -ENODATA.
 */
int slub__learn_pages(struct slub *slub, uint64_t cache);

/*
 * The head of the compound page that the struct page at `page` belongs to; word: its word at
 * slub_layout.page_head.
 */
uint64_t slub__head_of(uint64_t page, uint64_t word);

/* Of the memory at `address`: its struct page, and back; in the direct map. */
uint64_t slub__page_of(const struct slub *slub, uint64_t address);
uint64_t slub__address_of(const struct slub *slub, uint64_t page);

/* Forget what was read: the kernel has gone on. */
void slub__begin(struct slub *slub);

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

/*
 * Hand the objects[] of every sheaf of every cache to see(), [start, end): what stands there is
 * free, or was, and refers to nothing.  cache: the address of any one.  0, or the first that is not
 * 0 of what see() returned.
 */
int slub__each_sheaf(const struct slub *slub, uint64_t cache,
		     int (*see)(void *arg, uint64_t start, uint64_t end), void *arg);

/* A slab, as memory is walked through. */
struct slub_place {
	uint64_t head;	      /* its struct page */
	uint64_t start;	      /* its first object */
	uint64_t bytes;	      /* of its pages */
	uint64_t counters[2]; /* the words at slub_layout.slab_freelist of its struct page */
	/* by slub__note_slab() */
	uint64_t cpu_freelist; /* what a CPU has of it; 0: nothing */
	uint32_t cache;
};

/*
 * Read what slub__mask_free() has to know of this slab, of the cache at this address.  0 or
 * -ENOMEM.
 */
int slub__note_slab(struct slub *slub, struct slub_place *slab, uint64_t cache);

/*
 * Zero what of a slab's content belongs to no object: free ones and what is left over at
 * the end.  Reads nothing.  When its freelists do not make sense, for they change all the
 * time, it is left as it is.  Objects that are taken or freed meanwhile may be wrong.
 */
void slub__mask_free(struct slub *slub, const struct slub_place *slab, uint8_t *content);

/*
 * The same of the part [start, end) of a slab that is too large to be read at once, by what
 * slub__slab_of() read before.
 */
void slub__mask_part(struct slub *slub, const struct slub_place *slab, uint64_t start, uint64_t end,
		     uint8_t *content);

/*
 * Is this struct page mapped by processes or in the page cache?  False when it cannot
 * be read.
 */
bool slub__is_mapped(const struct slub *slub, uint64_t page);

void slub__free(struct slub *slub);

#endif
