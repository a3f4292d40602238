/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the objects of a slab cache point to: pointers into other objects, by where in the object
 * they stand.  Pure.
 *
 * A sample of the pointers at each place is followed: sk_buffs that came from one device all have
 * the same one at one place, files have ones into the cache of inodes.
 */
#ifndef KLEAK_MEMORY_POINTEES_H
#define KLEAK_MEMORY_POINTEES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POINTEES_SAMPLED 32   /* pointers of a place */
#define POINTEES_BYTES	 4096 /* of an object: where pointers are looked for */

struct pointees_place {
	uint32_t objects; /* that have a pointer there */
	uint64_t sample[POINTEES_SAMPLED];
};

/* Of one cache; all zeros at first. */
struct pointees {
	struct pointees_place places[POINTEES_BYTES / sizeof(uint64_t)];
	uint64_t random;
};

/* Where most pointers of a place lead. */
struct pointees_lead {
	uint64_t offset;  /* of the place in the object */
	uint64_t cache;	  /* of what is pointed to, as cache_of() calls it */
	uint64_t value;	  /* the one that most of them are; 0: there is none */
	uint32_t objects; /* estimated: of those looked at, whose pointer leads there */
};

/* An object has the pointer `value` at `offset`, a multiple of 8; beyond POINTEES_BYTES: ignored.
 */
void pointees__add(struct pointees *pointees, uint64_t offset, uint64_t value);

/*
 * The leads of at least a quarter of `objects`, which were looked at, and of two: pointers to one
 * thing first, then those of most objects.  cache_of(): in which cache's slab an address lies;
 * false: in none.  Returns how many were written to list, `most` at most.
 */
size_t pointees__leads(const struct pointees *pointees, uint64_t objects,
		       bool (*cache_of)(void *arg, uint64_t value, uint64_t *cache), void *arg,
		       struct pointees_lead *list, size_t most);

#endif
