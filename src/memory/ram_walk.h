/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks through all of the memory that the kernel keeps for itself, by the struct pages.  Blocks of
 * which it keeps nothing, huge pages and free ones, cost a look at their first page.
 */
#ifndef KLEAK_MEMORY_RAM_WALK_H
#define KLEAK_MEMORY_RAM_WALK_H

#include "memory/ram.h"

/*
 * Hand every word of it to see(), those of free slab objects as zeros, in order of address and
 * without gaps in between where there are none; pieces end at multiples of 64 KiB.  0, the first
 * that is not 0 of what see() returned, or -ENOMEM.  Pages that vanish meanwhile are left out, and
 * so are the books of other trackers, which hold the address of every object.
 */
int ram_walk__words(struct ram *memory,
		    int (*see)(void *arg, uint64_t address, const uint64_t *words, size_t nr),
		    void *arg);

/* Hand every slab to see(): as ram_walk__words(). */
int ram_walk__slabs(struct ram *memory, int (*see)(void *arg, uint64_t address, uint64_t cache),
		    void *arg);

/*
 * Hand every struct page to see() that is no tail of a compound page, of free blocks some of them:
 * `page` are its bytes, of the page at `address` of the direct map.  As ram_walk__words().
 */
int ram_walk__pages(struct ram *memory,
		    int (*see)(void *arg, uint64_t address, const uint8_t *page,
			       enum ram_kind kind),
		    void *arg);

#endif
