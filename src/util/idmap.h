/* SPDX-License-Identifier: GPL-2.0-only */
/* A map from 64-bit ids (already well mixed) to small numbers. */
#ifndef KLEAK_UTIL_IDMAP_H
#define KLEAK_UTIL_IDMAP_H

#include <stddef.h>
#include <stdint.h>

struct idmap {
	struct idmap_entry *entries;
	size_t room; /* a power of two, or 0 */
	size_t nr;
};

#define IDMAP_NONE UINT32_MAX

/* An id for a word, such as an address. */
static inline uint64_t idmap__mix(uint64_t word)
{
	uint64_t hash = word * 0x9e3779b97f4a7c15ULL;

	return hash ^ hash >> 32;
}

/* The number of `id`, or IDMAP_NONE. */
uint32_t idmap__find(const struct idmap *map, uint64_t id);

/* Give `id`, which must be new, a number below IDMAP_NONE.  0 or -ENOMEM. */
int idmap__add(struct idmap *map, uint64_t id, uint32_t number);

/* What a row of an array begins with, in which a map has the places of its ids. */
struct idmap_row {
	uint64_t id;
	uint64_t entered; /* the caller's: when it was last of use */
};

/*
 * The row of `id` in *rows, an array of *nr rows of `size` bytes each, with room for *room.  A new
 * one is all zero but for its id.  Valid until the next one is added; NULL: memory is short.
 */
void *idmap__row(struct idmap *map, uint64_t id, void **rows, uint32_t *nr, size_t *room,
		 size_t size);

/*
 * Leave out of the `nr` rows, of `size` bytes each, those whose `entered` is not this one.  Their
 * order stays; `map` is made anew where any went.  *nr: how many are left.  0 or -ENOMEM.
 */
int idmap__drop_rows(struct idmap *map, void *rows, uint32_t *nr, size_t size, uint64_t entered);

/* Forget every id; keep the memory. */
void idmap__clear(struct idmap *map);

/* Forget every id, and give back room for many more than there were, as array__give_back(). */
void idmap__give_back(struct idmap *map);

void idmap__free(struct idmap *map);

#endif
