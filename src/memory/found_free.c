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

/* Look at the objects of the sites that are wanted in this way: `most` of them, from `first` on. */
static int look_at_all(struct found_free *found, struct slub *slub, const struct snapshot *snapshot,
		       const struct sites *sites, const struct found_free_tables *tables,
		       enum wanted wanted, size_t first, uint64_t most)
{
	int err = 0;

	for (size_t n = 0; n < snapshot->nr_list && !err; n++) {
		size_t i = (first + n) % snapshot->nr_list;
		const struct snapshot_object *object = &snapshot->list[i];

		if (object->age < 1 || found->wanted[sites->of_entry[object->site]] != wanted)
			continue;
		if (!most) {
			found->skipped++;
			continue;
		}
		if (!--most)
			found->turn = i + 1;
		err = look_at(found, slub, tables, object);
	}
	return err;
}

int found_free__look(struct found_free *found, struct slub *slub, const struct snapshot *snapshot,
		     const struct sites *sites, const struct found_free_tables *tables,
		     size_t shown, uint64_t budget)
{
	uint64_t left = 0;
	int err;

	found->nr = 0;
	found->checked = 0;
	found->unknown = 0;
	found->skipped = 0;
	err = choose(found, sites, shown, budget, &left);
	slub__begin(slub);
	if (!err)
		err = look_at_all(found, slub, snapshot, sites, tables, WANTED_NOW, 0, UINT64_MAX);
	if (!err)
		err = look_at_all(found, slub, snapshot, sites, tables, WANTED_BY_TURNS,
				  found->turn, left);
	return err;
}

void found_free__free(struct found_free *found)
{
	free(found->list);
	free(found->wanted);
	memset(found, 0, sizeof(*found));
}
