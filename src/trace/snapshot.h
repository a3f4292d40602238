/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The object table and the tallies, read in one pass, summed by entry of the site
 * table.  An object is counted once or not at all, however busy the kernel is.
 */
#ifndef KLEAK_TRACE_SNAPSHOT_H
#define KLEAK_TRACE_SNAPSHOT_H

#include "kleak.h"
#include "util/idmap.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Sampling: what records stand for beyond themselves (sample.h), by the same names as below. */
struct snapshot_more {
	uint64_t live, held_bytes, account_records, account_bytes;
	uint64_t objects, bytes, bytes_requested, pending;
};

struct snapshot_site {
	/* from the object table; what each record is counted in comes first, in one line */
	uint64_t records;	  /* every record, of what is not in the sample any more too */
	uint64_t live;		  /* every record that is in the sample */
	uint64_t held_bytes;	  /* of every record */
	uint64_t objects;	  /* records that are outstanding: sized, not pending, old enough */
	uint64_t bytes;		  /* of `objects` */
	uint64_t bytes_requested; /* of `objects` */
	uint64_t listed;	  /* records behind `objects`: as many, but for sampling */
	uint64_t pending;	  /* handed to kfree_rcu(), old enough */
	uint64_t account_records; /* KLEAK_RECORD_ACCOUNT, of those that have bytes */
	uint64_t account_bytes;
	struct snapshot_more more;
	double objects_variance; /* of the estimates of `objects` and `bytes` */
	double bytes_variance;
	/* from the tallies: ever since the start */
	uint64_t allocations;
	uint64_t frees;
	uint64_t implicit;
	uint64_t verified;	   /* found free in the allocator's own books */
	uint64_t evicted;	   /* pages found to belong to somebody else */
	uint64_t unsampled;	   /* left out when the sampling became coarser */
	uint64_t allocations_more; /* sampling: what allocations stood for beyond themselves */
	uint64_t frees_more;	   /* the same of frees of every kind */
	uint64_t allocated_bytes;
	uint64_t freed_bytes;
};

#define SNAPSHOT_REGION_BITS 14
#define SNAPSHOT_REGIONS     (1U << SNAPSHOT_REGION_BITS)

struct snapshot_object {
	uint32_t site : 32 - SNAPSHOT_REGION_BITS;
	uint32_t region : SNAPSHOT_REGION_BITS; /* equal for objects that lie beside each other */
	float age;				/* ticks, to 24 bits: never wraps */
	uint32_t slot;				/* bucket * KLEAK_BUCKET_KEYS + index */
};

_Static_assert(KLEAK_MAX_SITES <= 1 << (32 - SNAPSHOT_REGION_BITS), "a site's number has to fit");

struct snapshot_area {
	uint64_t key;
	uint32_t site;
};

struct snapshot {
	struct snapshot_site *sites; /* nr_sites, like the site table */
	uint32_t nr_sites;
	uint8_t *used; /* by entry: has it anything?  All others are zeros; NULL: nobody knows */
	struct snapshot_object *list; /* one for each of `objects` */
	size_t nr_list, room_list;
	uint32_t *unsized; /* slots of vmalloc areas that nobody has sized yet */
	size_t nr_unsized, room_unsized;
	struct snapshot_area *unsized_are; /* what stood in each of them */
	size_t room_unsized_are;
	uint32_t *areas; /* of those that have a size */
	size_t nr_areas, room_areas;
	uint64_t counts[KLEAK_COUNTS];
	struct snapshot_site sum; /* of all sites */
	/*
	 * Events that happened while the tables were read.  allocations - frees -
	 * implicit - verified - evicted - unsampled differs from `live` by no more than that.
	 */
	uint64_t in_motion;
	double tallied_s; /* when the tallies were read: CLOCK_MONOTONIC (util/clock.h) */
};

/* The tables to read; see tracer.h for who owns them. */
struct snapshot_source {
	const struct kleak_bucket *buckets;
	const struct kleak_site *sites;	  /* these two tell the bytes of KLEAK_RECORD_OF_CACHE */
	const struct kleak_cache *caches; /* KLEAK_MAX_CACHES */
	const struct kleak_tally *tallies;
	const struct kleak_counts *counts;
	const uint8_t *parts; /* KLEAK_PARTS: 0 where a part was never used; NULL: read them all */
	uint32_t part_shift;  /* with parts: each has 1 << part_shift buckets */
	uint32_t nr_buckets;
	uint32_t nr_sites;
	uint32_t nr_lanes;
	uint32_t sample_bits;	     /* records of other addresses count as left out */
	const struct idmap *waiting; /* NULL, or slab objects that were pending at `now`: krc.h */
	/* NULL, or what entries had counted that were given back: recycle.h */
	const struct snapshot_site *retired;
};

/*
 * Copy the record in `slot`; return its key, KLEAK_KEY_EMPTY if there is none or it
 * changed while it was copied, or KLEAK_KEY_BUSY if it is being written.
 */
uint64_t snapshot__read_record(struct kleak_record *record, const struct kleak_bucket *buckets,
			       uint32_t slot);

/*
 * The first entry from `entry` on that has anything, or nr_sites.  Most of the table is empty, and
 * what nobody looks at takes no memory.
 */
static inline uint32_t snapshot__next(const struct snapshot *snapshot, uint32_t entry)
{
	const uint8_t *used;

	if (!snapshot->used || entry >= snapshot->nr_sites)
		return entry;
	used = memchr(snapshot->used + entry, 1, snapshot->nr_sites - entry);
	return used ? (uint32_t)(used - snapshot->used) : snapshot->nr_sites;
}

#define snapshot__each(entry, snapshot)                                                            \
	for (uint32_t entry = snapshot__next(snapshot, 0); entry < (snapshot)->nr_sites;           \
	     entry = snapshot__next(snapshot, entry + 1))

/*
 * Read the tables into *snapshot, reusing its memory; the first time *snapshot is
 * all zeros.  now: CLOCK_MONOTONIC in ticks.  min_age: ticks; younger
 * objects count in `live` and `held_bytes` only.  0 or -ENOMEM.
 */
int snapshot__take(struct snapshot *snapshot, const struct snapshot_source *source, uint64_t now,
		   uint64_t min_age);

/* Add what the tallies have counted at this entry to *sum. */
void snapshot__add_tallies(struct snapshot_site *sum, const struct snapshot_source *source,
			   uint32_t entry);

/*
 * Count the areas of snapshot->unsized, which the kernel side was asked to size
 * in the meantime.  Those that have no size still own nothing; where another one stands by now,
 * that one is left to the next pass.  0 or -ENOMEM.
 */
int snapshot__add_areas(struct snapshot *snapshot, const struct snapshot_source *source,
			uint64_t now, uint64_t min_age);

void snapshot__free(struct snapshot *snapshot);

#endif
