/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sample of the objects of a site, to be looked at one by one in the kernel's memory: while that
 * goes on, the table changes.  Pure.
 */
#ifndef KLEAK_MEMORY_OBJECT_SAMPLE_H
#define KLEAK_MEMORY_OBJECT_SAMPLE_H

#include "kleak.h"

#include <stdbool.h>
#include <stdint.h>

#define OBJECT_SAMPLE 64

/* Starts as all zeros. */
struct object_sample {
	uint64_t of; /* objects that were there to choose from */
	uint32_t nr;
	uint32_t slots[OBJECT_SAMPLE]; /* as struct snapshot_object has them */
};

/*
 * There is one more object, in this slot: each is as likely to be in the sample (Vitter's algorithm
 * R).  random: chance__next()'s.
 */
void object_sample__take(struct object_sample *sample, uint32_t slot, uint64_t *random);

/* An object of the table, as it stood there at one moment. */
struct object_sample_one {
	uint64_t key; /* ~(its address | its space) */
	struct kleak_record record;
};

/* What stands in this slot now.  False: nothing that can be read. */
bool object_sample__begin(struct object_sample_one *one, const struct kleak_bucket *buckets,
			  uint32_t slot);

/* Is it still the same one?  If not, what was seen at its address may be somebody else's. */
bool object_sample__is_same(const struct object_sample_one *one, const struct kleak_bucket *buckets,
			    uint32_t slot);

#endif
