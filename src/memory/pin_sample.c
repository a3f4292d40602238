// SPDX-License-Identifier: GPL-2.0-only
#include "memory/pin_sample.h"
#include "memory/subjects.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

/* ---- which sites ---- */

static const struct kleak_cache *cache_of(const struct pins_tables *tables, const struct site *site)
{
	return &tables->caches[site->cache % KLEAK_MAX_CACHES];
}

static bool is_of_dentries(const struct kleak_cache *cache)
{
	return !strcmp(cache->name, "dentry");
}

/* Of other reclaimable caches it is not known what keeps their objects. */
static bool is_known(const struct vfs *vfs, const struct kleak_cache *cache)
{
	return is_of_dentries(cache) ||
	       (!(cache->flags & KLEAK_CACHE_KMALLOC) && cache->size >= vfs->layout.inode);
}

static bool is_candidate(const struct vfs *vfs, const struct pins_tables *tables,
			 const struct site *site)
{
	const struct kleak_cache *cache = cache_of(tables, site);

	return site->space == KLEAK_SPACE_SLAB && cache->flags & KLEAK_CACHE_RECLAIMABLE &&
	       !site->backing && site->listed >= PINS_LEAST && is_known(vfs, cache);
}

static int by_growth(const void *a, const void *b, void *list)
{
	const struct site *x = (const struct site *)list + *(const uint32_t *)a;
	const struct site *y = (const struct site *)list + *(const uint32_t *)b;

	if (x->growth_bytes_per_min != y->growth_bytes_per_min)
		return x->growth_bytes_per_min > y->growth_bytes_per_min ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static int by_bytes(const void *a, const void *b, void *list)
{
	const struct site *x = (const struct site *)list + *(const uint32_t *)a;
	const struct site *y = (const struct site *)list + *(const uint32_t *)b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static void add_site(struct pins *pins, const struct sites *sites, uint32_t i)
{
	pins->chosen[sites->list[i].index] = (uint8_t)pins->nr;
	pins->list[pins->nr++] =
		(struct pins_site){.id = sites->list[i].id, .site = i, .inode = SLUB_NONE};
}

/* Half of them for what grows fastest, the rest for what is largest. */
static int choose(struct pins *pins, const struct vfs *vfs, const struct sites *sites,
		  const struct pins_tables *tables)
{
	size_t nr = 0, fast;
	int err = array__reserve((void **)&pins->candidates, sites->nr, &pins->room_candidates,
				 sizeof(*pins->candidates));

	if (!err)
		err = array__reserve((void **)&pins->chosen, sites->nr, &pins->room_chosen, 1);
	if (err || !sites->nr)
		return err;
	memset(pins->chosen, PINS_SITES, sites->nr);
	for (size_t i = 0; i < sites->nr; i++)
		if (is_candidate(vfs, tables, &sites->list[i]))
			pins->candidates[nr++] = (uint32_t)i;
	qsort_r(pins->candidates, nr, sizeof(*pins->candidates), by_growth, sites->list);
	fast = nr < PINS_SITES / 2 ? nr : PINS_SITES / 2;
	for (size_t i = 0; i < fast; i++)
		add_site(pins, sites, pins->candidates[i]);
	qsort_r(pins->candidates + fast, nr - fast, sizeof(*pins->candidates), by_bytes,
		sites->list);
	for (size_t i = fast; i < nr && pins->nr < PINS_SITES; i++)
		add_site(pins, sites, pins->candidates[i]);
	return 0;
}

/* ---- which objects ---- */

static void sample(struct pins *pins, const struct snapshot *snapshot, const struct sites *sites)
{
	for (size_t i = 0; i < snapshot->nr_list; i++) {
		const struct snapshot_object *object = &snapshot->list[i];
		uint32_t index = sites->of_entry[object->site];

		if (index != SITES_NONE && pins->chosen[index] < PINS_SITES &&
		    object->age * SECONDS_PER_TICK >= PINS_OLD_S)
			object_sample__take(&pins->list[pins->chosen[index]].sample, object->slot,
					    &pins->random);
	}
}

/* ---- what is seen of them ---- */

static struct vfs_look look_at(const struct vfs *vfs, struct pins_site *its,
			       const struct kleak_cache *cache, uint64_t address)
{
	if (is_of_dentries(cache))
		return vfs_reclaim__look_at_dentry(vfs, address);
	if (its->inode == SLUB_NONE)
		its->inode = vfs_reclaim__find_inode(vfs, address, cache->size);
	if (its->inode == SLUB_NONE)
		return (struct vfs_look){.pin = VFS_UNKNOWN};
	return vfs_reclaim__look_at_inode(vfs, address + its->inode);
}

static void count(struct pins_count *count, const struct vfs_look *look)
{
	count->sampled++;
	count->by[look->pin]++;
	count->dirty += look->dirty;
	if (!*look->fs)
		return;
	if (!*count->fs)
		memcpy(count->fs, look->fs, sizeof(count->fs));
	else if (strcmp(count->fs, look->fs))
		count->other_fs = true;
}

/* What is looked at. */
struct work {
	const struct vfs *vfs;
	const struct snapshot *snapshot;
	const struct sites *sites;
	const struct pins_tables *tables;
};

static void look_at_slot(const struct work *work, struct pins_site *its, uint32_t slot,
			 bool stacked)
{
	const struct site *site = &work->sites->list[its->site];
	const struct pins_tables *tables = work->tables;
	struct object_sample_one one;
	struct vfs_look look;

	if (!object_sample__begin(&one, tables->buckets, slot) ||
	    one.record.site >= work->snapshot->nr_sites ||
	    work->sites->of_entry[one.record.site] != site->index)
		return; /* another object by now */
	look = look_at(work->vfs, its, cache_of(tables, site), subjects__address_of(one.key));
	if (!object_sample__is_same(&one, tables->buckets, slot))
		return;
	if (look.pin == VFS_REFERENCE && stacked)
		look.pin = VFS_UNKNOWN;
	count(&its->count, &look);
}

/* How many objects are so many of a site's records? */
static uint64_t stands_for(const struct site *site, uint64_t records)
{
	return site->objects > site->listed
		       ? (uint64_t)((double)records * (double)site->objects / (double)site->listed)
		       : records;
}

int pin_sample__look(struct pins *pins, const struct vfs *vfs, const struct snapshot *snapshot,
		     const struct sites *sites, const struct pins_tables *tables)
{
	const struct work work = {vfs, snapshot, sites, tables};
	int err;

	pins->nr = 0;
	err = choose(pins, vfs, sites, tables);
	if (err || !pins->nr)
		return err;
	sample(pins, snapshot, sites);
	for (size_t i = 0; i < pins->nr; i++) {
		struct pins_site *its = &pins->list[i];
		bool stacked =
			tables->stacked && tables->stacked(tables->arg, &sites->list[its->site]);

		for (uint32_t n = 0; n < its->sample.nr; n++)
			look_at_slot(&work, its, its->sample.slots[n], stacked);
		its->count.of = stands_for(&sites->list[its->site], its->sample.of);
	}
	return 0;
}

const struct pins_count *pin_sample__of(const struct pins *pins, uint64_t id)
{
	for (size_t i = 0; i < pins->nr; i++)
		if (pins->list[i].id == id)
			return pins->list[i].count.sampled ? &pins->list[i].count : NULL;
	return NULL;
}

uint64_t pin_sample__sampled(const struct pins *pins)
{
	uint64_t sampled = 0;

	for (size_t i = 0; i < pins->nr; i++)
		sampled += pins->list[i].count.sampled;
	return sampled;
}

void pin_sample__free(struct pins *pins)
{
	free(pins->candidates);
	free(pins->chosen);
	memset(pins, 0, sizeof(*pins));
}
