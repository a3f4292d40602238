/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What memory cgroups were charged with some time ago, to tell what grew since.  Pure.
 *
 * A cgroup is the same one if its memory is, and its serial number, which no other one ever gets
 * (css_serial_nr_next); a slab cache if its struct kmem_cache stands at the same address.
 */
#ifndef KLEAK_MEMORY_CHARGE_GROWTH_H
#define KLEAK_MEMORY_CHARGE_GROWTH_H

#include "memory/charge_walk.h"

#include <stdint.h>

struct charge_growth {
	const struct memcgs *memcgs; /* as they were: by the caller, as the rest */
	const struct charge_walk *walk;
	double seconds;	 /* from then until now */
	uint32_t *first; /* of each cgroup, its first row of walk->sums, and where the last ends */
};

/* With what the caller has filled in.  To be freed.  0 or -ENOMEM. */
int charge_growth__begin(struct charge_growth *growth);

/* Which one `now` was then, an index in growth->memcgs->list; MEMCGS_NONE: it was not there. */
uint32_t charge_growth__was(const struct charge_growth *growth, const struct memcg *now);

/* How many objects of the cache at this address the cgroup `was` was charged with. */
uint64_t charge_growth__objects(const struct charge_growth *growth, uint32_t was, uint64_t cache);

/*
 * How many cgroups were alive then and are not among those of `now` that are; *bytes: what they
 * were charged with of the kernel's memory, which is charged to those above them by now, or free.
 */
uint32_t charge_growth__removed(const struct charge_growth *growth, const struct memcgs *now,
				uint64_t *bytes);

void charge_growth__free(struct charge_growth *growth);

#endif
