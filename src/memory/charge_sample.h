/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which memory cgroups the objects of a site are charged to: a sample of them, looked at one by one
 * (charged_object.h), whoever allocated them.  Pure but for the callbacks that read kernel memory.
 */
#ifndef KLEAK_MEMORY_CHARGE_SAMPLE_H
#define KLEAK_MEMORY_CHARGE_SAMPLE_H

#include "kleak.h"
#include "memory/charged_object.h"
#include "memory/object_sample.h"
#include "trace/sites.h"
#include "trace/snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHARGE_SAMPLE_GROUPS 4 /* of a site that are told apart */

struct charge_sample_group {
	uint32_t memcg; /* an index in memcgs->list */
	uint32_t objects;
};

/* What was seen of a site's objects. */
struct charge_sample_count {
	uint32_t looked_at; /* 0: nothing is known */
	uint32_t nobody;    /* of them, charged to no cgroup */
	uint32_t unknown;   /* of them, whom they are charged to cannot be told */
	uint32_t wanted;    /* of them, charged to the wanted group, or to one below */
	struct charge_sample_group groups[CHARGE_SAMPLE_GROUPS]; /* the most frequent first */
	uint32_t nr;
	uint32_t others; /* of them, charged to groups that are not among these */
};

struct charge_sample_site {
	uint32_t site; /* of sites->list, as it was */
	struct object_sample sample;
	struct charge_sample_count count;
};

/* Starts as all zeros. */
struct charge_sample {
	struct charge_sample_site *list;
	size_t nr, room;
	/* at work */
	uint64_t random;
	uint32_t *chosen; /* by site.index: its place in `list`, or SITES_NONE */
	size_t room_chosen, nr_chosen;
};

/* Whose objects are looked at, and where they stand. */
struct charge_sample_tables {
	const struct kleak_bucket *buckets;
	uint64_t most;			    /* objects in all: of the first sites that are ... */
	bool (*shown)(const struct site *); /* ... listed */
	uint32_t wanted;		    /* index of a group, or MEMCGS_NONE */
};

/*
 * Look at OBJECT_SAMPLE objects of each site at most; what an earlier call saw is forgotten.
 * object->charges->memcgs has been read before: memcgs__read().  0 or -ENOMEM.
 */
int charge_sample__look(struct charge_sample *sample, struct charged_object *object,
			const struct snapshot *snapshot, const struct sites *sites,
			const struct charge_sample_tables *tables);

/* What was seen of this site; NULL: it was not looked at. */
const struct charge_sample_count *charge_sample__of(const struct charge_sample *sample,
						    const struct site *site);

/* How many objects the last call looked at. */
uint64_t charge_sample__looked_at(const struct charge_sample *sample);

void charge_sample__free(struct charge_sample *sample);

#endif
