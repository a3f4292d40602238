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

/* Forget every id; keep the memory. */
void idmap__clear(struct idmap *map);

void idmap__free(struct idmap *map);

#endif
