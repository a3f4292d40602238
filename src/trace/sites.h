/* SPDX-License-Identifier: GPL-2.0-only */
/* A snapshot summed by site: the allocating call path, from the first frame outside the allocator.
 */
#ifndef KLEAK_TRACE_SITES_H
#define KLEAK_TRACE_SITES_H

#include "kernel/allocator.h"
#include "kleak.h"
#include "trace/sample.h"
#include "trace/snapshot.h"
#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECONDS_PER_TICK ((1 << KLEAK_TICK_SHIFT) / 1e9) /* of an age */

struct site {
	uint64_t id;	/* hash of key space, cache and frames: stable while the kernel runs */
	uint32_t space; /* enum kleak_key_space */
	uint32_t cache; /* index into the cache table */
	uint64_t frames[KLEAK_MAX_DEPTH];
	uint32_t nr_frames;
	struct names_time made; /* of its first entry: its addresses are to be named as of then */
	bool metadata;		/* the slab allocator's own */
	bool backing;		/* pages that another allocator or a process counts: not listed */
	uint32_t index;		/* of sites->of_entry: sorting does not change it */
	uint32_t first_age;	/* its ages: sites->ages[first_age .. + listed) */
	uint64_t live, objects, bytes, bytes_requested, pending;
	uint64_t allocations, frees, implicit, verified, evicted;
	uint64_t listed;	 /* objects that `ages` has: all, but for sampling */
	double objects_variance; /* sampling: of the estimates of `objects` and `bytes` */
	double bytes_variance;
	double age_median_s;	     /* sites__age() */
	double growth_bytes_per_min; /* last_minute__measure() */
	double allocations_per_s;    /* last_minute__measure() */
	uint32_t rank;		     /* SITES_BY_RANK: the caller's, like the four below */
	uint32_t verdict;	     /* enum verdict_name */
	bool thin;		     /* sampled too thinly to tell */
	bool promising;		     /* may be a LEAK when it was watched longer */
	double slope_bytes_per_min;  /* 0: not known */
	uint64_t unreferenced;	     /* of `objects`: the caller's, found by scans */
	uint64_t unreferenced_bytes;
	bool elsewhere; /* not known to be charged to the cgroup of --charged-to: not listed */
};

#define SITES_NONE UINT32_MAX

struct sites {
	struct site *list;
	size_t nr, room;
	uint32_t *of_entry; /* entry of the site table -> site.index, or SITES_NONE */
	float *ages;	    /* grouped by site */
	size_t room_ages;
	struct idmap by_id;
};

enum sites_key {
	SITES_BY_BYTES,
	SITES_BY_GROWTH,
	SITES_BY_OBJECTS,
	SITES_BY_AGE,
	SITES_BY_RANK, /* the caller's, then by growth */
};

/*
 * Sum `snapshot` by site into *sites, reusing its memory; the first time *sites
 * is all zeros.  entries, caches: the tables of the kernel side.  depth: frames
 * that tell sites apart.  Sites that have nothing outstanding any more are in
 * the list too.  0 or -ENOMEM.
 */
int sites__sum(struct sites *sites, const struct snapshot *snapshot,
	       const struct kleak_site *entries, const struct kleak_cache *caches,
	       const struct allocator *allocator, uint32_t depth);

/*
 * Does this entry of the site table, which sites__sum() has seen, belong to a backing
 * site?  Before sites__sort() only.
 */
bool sites__is_backing(const struct sites *sites, uint32_t entry);

/*
 * Find every site's median age: exact, of objects that stand for as many as `times` says; NULL: for
 * one each.  0 or -ENOMEM.
 */
int sites__age(struct sites *sites, const struct snapshot *snapshot,
	       const struct sample_times *times);

/*
 * What has most bytes that nothing refers to comes first; else the largest, ties by bytes, then by
 * id, so that the order is always the same.
 */
void sites__sort(struct sites *sites, enum sites_key key);

void sites__free(struct sites *sites);

#endif
