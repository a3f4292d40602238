// SPDX-License-Identifier: GPL-2.0-only
#include "memory/found_free.h"
#include "memory/subjects.h"
#include "memory/vmemmap.h"
#include "trace/caches.h"
#include "util/array.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * The allocator's books are read once, after the snapshot was begun: they say nothing of what was
 * allocated since.  What was allocated in an earlier tick has been there all the time, and no
 * successor of it is allocated in the same one, which is what evict() tells them apart by.
 */
static bool is_old_enough(const struct kleak_record *record, uint64_t now)
{
	return record->allocated_at < now;
}

/* Of the budget: it stays for the sites that are not shown, or have more objects than fit. */
#define TURNS_SHARE 4

enum wanted {
	WANTED_NEVER, /* backing pages; per-CPU memory has no books, and its frees are all seen */
	WANTED_NOW,
	WANTED_BY_TURNS,
};

/* Sort the sites by when they are looked at.  How much of the budget is left for the rest. */
static int choose(struct found_free *found, const struct sites *sites, size_t shown,
		  uint64_t budget, uint64_t *left)
{
	uint64_t chosen = 0, most = budget - budget / TURNS_SHARE;
	int err = array__reserve((void **)&found->wanted, sites->nr, &found->room_wanted, 1);

	if (err)
		return err;
	if (sites->nr)
		memset(found->wanted, WANTED_NEVER, sites->nr);
	for (size_t i = 0; i < sites->nr; i++) {
		const struct site *site = &sites->list[i];
		bool is_shown = shown > 0;

		if (!site->objects || site->backing)
			continue;
		shown -= is_shown;
		if (site->space == KLEAK_SPACE_PERCPU)
			continue;
		if (is_shown && chosen + site->listed <= most) {
			found->wanted[site->index] = WANTED_NOW;
			chosen += site->listed;
		} else {
			found->wanted[site->index] = WANTED_BY_TURNS;
		}
	}
	*left = budget - chosen;
	return 0;
}

static int add(struct found_free *found, const struct kleak_eviction *eviction)
{
	int err = array__reserve((void **)&found->list, found->nr + 1, &found->room,
				 sizeof(*found->list));

	if (err)
		return err;
	found->list[found->nr++] = *eviction;
	return 0;
}

static int look_at(struct found_free *found, struct slub *slub,
		   const struct found_free_tables *tables, const struct snapshot_object *object)
{
	struct kleak_eviction eviction = {.slot = object->slot, .site = object->site};
	struct kleak_record record;
	const struct kleak_cache *cache =
		&tables->caches[tables->entries[object->site].cache % KLEAK_MAX_CACHES];
	uint64_t address, space;
	bool slab, large;
	int state;

	/* First what the record says, then what the allocator says: see evict(). */
	eviction.key = snapshot__read_record(&record, tables->buckets, object->slot);
	if (eviction.key == KLEAK_KEY_EMPTY || eviction.key == KLEAK_KEY_BUSY)
		return 0;
	if (record.site != object->site || !is_old_enough(&record, tables->now))
		return 0; /* another object by now */
	eviction.allocated_at = record.allocated_at;
	space = ~eviction.key & KLEAK_SPACE_MASK;
	address = subjects__address_of(eviction.key);
	found->checked++;
	/* Frees of pages are never missed; but whose page it is shows only later. */
	if (space == KLEAK_SPACE_PAGES)
		return vmemmap__is_mapped(slub, address) ? add(found, &eviction) : 0;

	slab = space == KLEAK_SPACE_SLAB;
	large = slab && cache->flags & KLEAK_CACHE_LARGE;
	state = slub__state(slub, address, slab ? cache__kmem(cache) : 0,
			    slab && !large ? record.bytes : 0, large);
	if (state < 0)
		return state;
	if (state == SLUB_UNKNOWN)
		found->unknown++;
	eviction.free = 1;
	return state == SLUB_FREE ? add(found, &eviction) : 0;
}

/* The regions whose turn it is: [first, first + nr), round the end. */
struct turn {
	uint32_t first, nr;
	uint64_t most; /* objects */
};

/* As many of the next regions as have `most` objects together; one if it has more. */
static struct turn next_turn(const struct found_free *found, uint64_t most)
{
	struct turn turn = {.first = found->region, .most = most};
	uint64_t objects = 0;

	for (; turn.nr < SNAPSHOT_REGIONS; turn.nr++) {
		uint32_t here = found->in_region[(turn.first + turn.nr) % SNAPSHOT_REGIONS];

		if (objects && objects + here > most)
			break;
		objects += here;
	}
	return turn;
}

/* After a turn in which so many were looked at: where the next one begins. */
static void end_turn(struct found_free *found, const struct turn *turn, uint64_t objects)
{
	found->done += objects;
	if (objects == turn->most && found->done < found->in_region[turn->first])
		return;
	found->region = (turn->first + turn->nr) % SNAPSHOT_REGIONS;
	found->done = 0;
}

static bool has_turn(const struct turn *turn, const struct snapshot_object *object)
{
	return (object->region - turn->first) % SNAPSHOT_REGIONS < turn->nr;
}

static enum wanted wanted_of(const struct found_free *found, const struct sites *sites,
			     const struct snapshot_object *object)
{
	return object->age < 1 ? WANTED_NEVER : found->wanted[sites->of_entry[object->site]];
}

/*
 * Look at the objects that are wanted now, and at `most` of those whose turn it is.  Of how many
 * there are in a region is known what the last call counted.
 */
static int look_at_all(struct found_free *found, struct slub *slub, const struct snapshot *snapshot,
		       const struct sites *sites, const struct found_free_tables *tables,
		       uint64_t most)
{
	const struct turn turn = next_turn(found, most);
	size_t first = found->turn < snapshot->nr_list ? found->turn : 0;
	uint64_t objects = 0;
	int err = 0;

	memset(found->in_region, 0, SNAPSHOT_REGIONS * sizeof(*found->in_region));
	for (size_t n = 0; n < snapshot->nr_list && !err; n++) {
		size_t i =
			first + n < snapshot->nr_list ? first + n : first + n - snapshot->nr_list;
		const struct snapshot_object *object = &snapshot->list[i];
		enum wanted wanted = wanted_of(found, sites, object);

		if (wanted == WANTED_NEVER)
			continue;
		if (wanted == WANTED_BY_TURNS) {
			found->in_region[object->region]++;
			if (!has_turn(&turn, object) || objects == most) {
				found->skipped++;
				continue;
			}
			if (++objects == most)
				found->turn = i + 1;
		}
		err = look_at(found, slub, tables, object);
	}
	end_turn(found, &turn, objects);
	return err;
}

int found_free__look(struct found_free *found, struct slub *slub, const struct snapshot *snapshot,
		     const struct sites *sites, const struct found_free_tables *tables,
		     size_t shown, uint64_t budget)
{
	uint64_t left = 0;
	int err;

	array__give_back((void **)&found->list, found->nr, &found->room, sizeof(*found->list));
	found->nr = 0;
	found->checked = 0;
	found->unknown = 0;
	found->skipped = 0;
	if (!found->in_region)
		found->in_region = calloc(SNAPSHOT_REGIONS, sizeof(*found->in_region));
	err = found->in_region ? choose(found, sites, shown, budget, &left) : -ENOMEM;
	slub__begin(slub);
	slub->reads_ahead = true; /* is_old_enough() */
	if (!err)
		err = look_at_all(found, slub, snapshot, sites, tables, left);
	slub->reads_ahead = false;
	slub__end(slub);
	return err;
}

void found_free__free(struct found_free *found)
{
	free(found->list);
	free(found->wanted);
	free(found->in_region);
	memset(found, 0, sizeof(*found));
}
