// SPDX-License-Identifier: GPL-2.0-only
#include "trace/recycle.h"
#include "trace/caches.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_FIRST (KLEAK_CACHE_UNKNOWN + 1)

/*
 * Idle for so long, sites leave: the first of these limits that makes room enough; the last one
 * only where the table is crowded.
 */
static const double limits_s[] = {600, 60, 0};

#define NR_LIMITS (sizeof(limits_s) / sizeof(limits_s[0]))

struct recycle_entry {
	uint64_t allocations; /* at the last look */
	double since_s;	      /* when there was the last new one */
};

/* More than three quarters: those that look for a place find none near by. */
static bool is_crowded(uint64_t used, uint64_t places)
{
	return used > places / 4 * 3;
}

static int reserve(struct recycle *recycle, const struct recycle_look *look)
{
	uint32_t nr = look->source->nr_sites;

	if (!recycle->entries) {
		recycle->entries = calloc(nr, sizeof(*recycle->entries));
		recycle->gone = calloc(nr, sizeof(*recycle->gone));
		if (!recycle->entries || !recycle->gone)
			return -ENOMEM;
		recycle->nr_entries = nr;
	}
	return array__reserve((void **)&recycle->idle_s, look->nr_of, &recycle->room_idle,
			      sizeof(*recycle->idle_s));
}

static bool is_used(const struct recycle_look *look, uint32_t entry)
{
	return entry != KLEAK_SITE_NONE && look->snapshot->sites[entry].allocations;
}

/* For how long has each site been idle?  How many entries are used. */
static uint32_t measure(struct recycle *recycle, const struct recycle_tables *tables,
			const struct recycle_look *look, bool with_muted)
{
	uint32_t used = 0;

	for (size_t i = 0; i < look->nr_of; i++)
		recycle->idle_s[i] = look->now_s;
	snapshot__each (i, look->snapshot) {
		const struct snapshot_site *site = &look->snapshot->sites[i];
		struct recycle_entry *entry = &recycle->entries[i];
		double *idle_s;

		if (!is_used(look, i))
			continue;
		used++;
		if (site->allocations != entry->allocations)
			*entry = (struct recycle_entry){site->allocations, look->now_s};
		idle_s = &recycle->idle_s[look->of_entry[i]];
		if (site->records || (tables->sites[i].muted && !with_muted))
			*idle_s = -1;
		else if (look->now_s - entry->since_s < *idle_s)
			*idle_s = look->now_s - entry->since_s;
	}
	return used;
}

/* Is this entry one of a site that has been idle for longer than limit_s? */
static bool may_leave(const struct recycle *recycle, const struct recycle_tables *tables,
		      const struct recycle_look *look, uint32_t entry, double limit_s)
{
	return is_used(look, entry) && recycle->idle_s[look->of_entry[entry]] > limit_s &&
	       tables->sites[entry].hash >= KLEAK_SITE_LEAST;
}

/* The limit that leaves half of the table, or the least one there is for a table like this. */
static double choose_limit(const struct recycle *recycle, const struct recycle_tables *tables,
			   const struct recycle_look *look, uint32_t used, bool crowded)
{
	size_t nr_limits = crowded ? NR_LIMITS : NR_LIMITS - 1;

	for (size_t k = 0; k < nr_limits; k++) {
		uint32_t nr = 0;

		snapshot__each (i, look->snapshot)
			nr += may_leave(recycle, tables, look, i, limits_s[k]);
		if (used - nr <= recycle->nr_entries / 2)
			return limits_s[k];
	}
	return limits_s[nr_limits - 1];
}

/*
 * Entries that leave are not found any more: not in the table, nor, once those have ended that
 * began before, by notes of where they were found last.
 */
static void leave_sites(struct recycle *recycle, const struct recycle_tables *tables,
			const struct recycle_look *look, uint32_t used, bool crowded)
{
	double limit_s = choose_limit(recycle, tables, look, used, crowded);
	uint32_t nr = 0;

	snapshot__each (i, look->snapshot) {
		if (!may_leave(recycle, tables, look, i, limit_s))
			continue;
		__atomic_store_n(&tables->sites[i].hash, KLEAK_SITE_LEAVING, __ATOMIC_SEQ_CST);
		nr++;
	}
	if (!nr)
		return;
	__atomic_fetch_add(tables->site_changes, 1, __ATOMIC_SEQ_CST);
	tables->wait(tables->arg);
}

/* The entry is as if it had never been used, but for its hash. */
static void release_site(struct recycle *recycle, const struct recycle_tables *tables,
			 const struct recycle_look *look, uint32_t entry)
{
	const struct snapshot_source *source = look->source;
	struct kleak_site *site = &tables->sites[entry];

	snapshot__add_tallies(&recycle->retired, source, entry);
	for (uint32_t lane = 0; lane < source->nr_lanes; lane++)
		memset(&tables->tallies[(size_t)lane * source->nr_sites + entry], 0,
		       sizeof(*tables->tallies));
	__atomic_store_n(&site->nr_frames, 0, __ATOMIC_SEQ_CST);
	*site = (struct kleak_site){.hash = KLEAK_SITE_LEAVING};
	__atomic_store_n(&site->hash, KLEAK_SITE_REUSABLE, __ATOMIC_SEQ_CST);
	recycle->entries[entry] = (struct recycle_entry){.since_s = look->now_s};
	recycle->sites++;
}

/* Give back what left before the snapshot was taken, and has no object in it. */
static int release_sites(struct recycle *recycle, const struct recycle_tables *tables,
			 const struct recycle_look *look)
{
	uint32_t nr = 0;
	int err;

	memset(recycle->gone, 0, recycle->nr_entries * sizeof(*recycle->gone));
	snapshot__each (i, look->snapshot) {
		recycle->gone[i] = is_used(look, i) && !look->snapshot->sites[i].records &&
				   tables->sites[i].hash == KLEAK_SITE_LEAVING;
		nr += recycle->gone[i];
	}
	if (!nr)
		return 0;
	tables->wait(tables->arg); /* the last ones that were freed may not have been counted yet */
	err = tables->forget_who(tables->arg, recycle->gone);
	if (err)
		return err;
	snapshot__each (i, look->snapshot)
		if (recycle->gone[i])
			release_site(recycle, tables, look, i);
	return 0;
}

static int recycle_sites(struct recycle *recycle, const struct recycle_tables *tables,
			 const struct recycle_look *look)
{
	uint64_t lost = look->snapshot->counts[KLEAK_LOSS_SITES_FULL];
	bool full = lost != recycle->sites_full;
	uint32_t used = measure(recycle, tables, look, full);
	int err = release_sites(recycle, tables, look);

	/* from half full on, some search long for a place, and 32 tries may be too few */
	if (!err && (full || used > recycle->nr_entries / 2))
		leave_sites(recycle, tables, look, used,
			    full || is_crowded(used, recycle->nr_entries));
	recycle->sites_full = lost;
	return err;
}

/* ---- caches ---- */

static void find_referred(const struct recycle *recycle, const struct recycle_tables *tables,
			  bool *is_referred)
{
	for (uint32_t i = 0; i < recycle->nr_entries; i++) {
		const struct kleak_site *site = &tables->sites[i];

		if (site->hash != KLEAK_SITE_EMPTY && site->hash != KLEAK_SITE_REUSABLE &&
		    site->cache < KLEAK_MAX_CACHES)
			is_referred[site->cache] = true;
	}
}

static void release_cache(struct recycle *recycle, struct kleak_cache *cache)
{
	*(cache->flags & KLEAK_CACHE_RECLAIMABLE ? &recycle->older_reclaimable
						 : &recycle->older_unreclaimable) +=
		cache__older_bytes(cache);
	__atomic_store_n(&cache->ready, 0, __ATOMIC_SEQ_CST);
	*cache = (struct kleak_cache){.id = KLEAK_CACHE_DEAD};
	__atomic_store_n(&cache->id, KLEAK_CACHE_REUSABLE, __ATOMIC_SEQ_CST);
	recycle->caches++;
}

/* Have the cache not be found any more, if nothing happens at it.  Is it dead now? */
static bool leave_cache(struct recycle *recycle, struct kleak_cache *cache, uint32_t i)
{
	__u64 id = __atomic_load_n(&cache->id, __ATOMIC_RELAXED);
	uint64_t unknown = recycle->unknown[i];

	if (id == KLEAK_CACHE_EMPTY || id == KLEAK_CACHE_REUSABLE)
		return false;
	recycle->unknown[i] = cache->unknown;
	if (id == KLEAK_CACHE_DEAD)
		return true;
	return unknown == cache->unknown &&
	       __atomic_compare_exchange_n(&cache->id, &id, KLEAK_CACHE_DEAD, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static uint32_t count_caches(const struct kleak_cache *caches)
{
	uint32_t used = 0;

	for (uint32_t i = CACHE_FIRST; i < KLEAK_MAX_CACHES; i++)
		used += caches[i].id != KLEAK_CACHE_EMPTY && caches[i].id != KLEAK_CACHE_REUSABLE;
	return used;
}

/*
 * Caches that no site is of: a program that has found one, and is about to make a site of it, is
 * waited for before the sites are looked at again.
 */
static void recycle_caches(struct recycle *recycle, const struct recycle_tables *tables,
			   const struct recycle_look *look)
{
	uint64_t lost = look->snapshot->counts[KLEAK_LOSS_CACHES_FULL];
	bool is_referred[KLEAK_MAX_CACHES] = {};
	uint32_t left = 0;

	if (lost == recycle->caches_full &&
	    !is_crowded(count_caches(tables->caches), KLEAK_MAX_CACHES - CACHE_FIRST))
		return;
	recycle->caches_full = lost;
	find_referred(recycle, tables, is_referred);
	for (uint32_t i = CACHE_FIRST; i < KLEAK_MAX_CACHES; i++) {
		struct kleak_cache *cache = &tables->caches[i];

		if (is_referred[i])
			continue;
		if (recycle->dead[i] && cache->id == KLEAK_CACHE_DEAD) {
			release_cache(recycle, cache);
			recycle->dead[i] = false;
			continue;
		}
		recycle->dead[i] = leave_cache(recycle, cache, i);
		left += recycle->dead[i];
	}
	if (left)
		tables->wait(tables->arg);
}

int recycle__step(struct recycle *recycle, const struct recycle_tables *tables,
		  const struct recycle_look *look)
{
	int err = reserve(recycle, look);

	if (!err)
		err = recycle_sites(recycle, tables, look);
	if (!err)
		recycle_caches(recycle, tables, look);
	return err;
}

void recycle__free(struct recycle *recycle)
{
	free(recycle->entries);
	free(recycle->idle_s);
	free(recycle->gone);
	memset(recycle, 0, sizeof(*recycle));
}
