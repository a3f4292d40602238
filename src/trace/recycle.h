/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Give back the entries of the site and cache tables that no recorded object uses any more.  In
 * weeks modules, BPF programs and mounts come and go, and each leaves stacks and caches behind.
 *
 * Programs look for an entry, then record an object at it, then count the object's free; nobody
 * holds a lock.  So an entry goes in two steps, a report apart: at first it is not found any more
 * (KLEAK_SITE_LEAVING), and all programs that may have found it are waited for; when a look at the
 * whole table after that sees no object of it, there will be none.  What it has counted is kept
 * in a sum, so that the books close.
 */
#ifndef KLEAK_TRACE_RECYCLE_H
#define KLEAK_TRACE_RECYCLE_H

#include "kleak.h"
#include "trace/snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The tables, for writing; what the loader does to them, programs see. */
struct recycle_tables {
	struct kleak_site *sites;
	struct kleak_cache *caches;
	struct kleak_tally *tallies;
	uint32_t *site_changes; /* of control: programs find by notes of before no more */
	/* Wait until every program that runs now has ended. */
	void (*wait)(void *arg);
	/* Forget who allocates and frees at the entries i of which gone[i] is set.  0 or -errno. */
	int (*forget_who)(void *arg, const bool *gone);
	void *arg;
};

/* What is in them now. */
struct recycle_look {
	const struct snapshot_source *source;
	const struct snapshot *snapshot;
	const uint32_t *of_entry; /* of entries that have counted anything: their site's number */
	size_t nr_of;		  /* such numbers are smaller */
	double now_s;
};

struct recycle {
	struct snapshot_site retired; /* the sum of what was counted at entries given back */
	uint64_t sites, caches;	      /* given back so far */
	/* bytes of what was freed at such caches and had not been in the table */
	int64_t older_unreclaimable, older_reclaimable;

	struct recycle_entry *entries;
	double *idle_s; /* of a site, as of_entry numbers them; less than 0: in use */
	bool *gone;	/* entries given back just now */
	uint32_t nr_entries;
	size_t room_idle;
	bool dead[KLEAK_MAX_CACHES]; /* not found any more since before the last wait */
	uint64_t unknown[KLEAK_MAX_CACHES];
	uint64_t sites_full, caches_full; /* losses counted so far */
};

/*
 * Look at the tables once more, and give back what can be.  Only where they get full does anything
 * leave: whole sites, those first that have been idle for longest; from half full on what has been
 * idle for a minute, from three quarters on what is idle now.  *recycle is all zeros the
 * first time.  0 or -errno (-ENOMEM, or what forget_who() returned).
 */
int recycle__step(struct recycle *recycle, const struct recycle_tables *tables,
		  const struct recycle_look *look);

void recycle__free(struct recycle *recycle);

#endif
