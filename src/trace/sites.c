// SPDX-License-Identifier: GPL-2.0-only
#include "trace/sites.h"
#include "util/array.h"
#include "util/radix_select.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BACKING_DEPTH 20 /* frames in which an allocator is looked for */

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ (hash >> 32);
}

/*
 * A program of a function has two frames in a stack (itself, and the function that walks), and the
 * trampoline that called it has one.
 */
#define TRACING_FRAMES 3

static struct names_time time_of(const struct kleak_site *entry)
{
	return (struct names_time){entry->modules, entry->code, entry->made_ns};
}

/*
 * Where the frames of a site begin that are not the allocator's own.  A `whole`
 * stack starts with the tracing itself: what matters begins after the last
 * allocator frame near its top.  On newer kernels (7.3) a trampoline is jumped to, and the
 * allocator's function, which has returned, is not in the stack.
 */
static uint32_t strip(const struct kleak_site *entry, uint32_t filled,
		      const struct allocator *allocator)
{
	uint32_t first = 0;

	if (entry->whole) {
		while (first < filled && first < TRACING_FRAMES &&
		       allocator__is_tracing(allocator, entry->frames[first], time_of(entry)))
			first++;
		for (uint32_t i = 0; i < filled && i < KLEAK_TRACING_DEPTH; i++)
			if (allocator__contains(allocator, entry->frames[i]))
				first = i + 1;
	}
	while (first < filled && allocator__contains(allocator, entry->frames[first]))
		first++;
	return first < filled ? first : 0; /* nothing but plumbing: show it */
}

/* Pages: does another allocator's function stand between the page allocator and the rest? */
static bool is_backing(const struct kleak_site *entry, uint32_t filled,
		       const struct allocator *allocator)
{
	if (entry->space != KLEAK_SPACE_PAGES)
		return false;
	for (uint32_t i = 0; i < filled && i < BACKING_DEPTH; i++)
		if (allocator__is_backing(allocator, entry->frames[i]))
			return true;
	return false;
}

static bool is_metadata(const struct kleak_site *entry, uint32_t filled,
			const struct allocator *allocator)
{
	if (entry->space != KLEAK_SPACE_SLAB)
		return false;
	for (uint32_t i = 0; i < filled && i < KLEAK_PLUMBING_DEPTH; i++)
		if (allocator__is_metadata(allocator, entry->frames[i]))
			return true;
	return false;
}

/* The same addresses were another module's before, or another BPF program's. */
static uint64_t mix_tenants(uint64_t hash, const struct site *site, const struct names *names)
{
	for (uint32_t i = 0; names && i < site->nr_frames; i++) {
		uint32_t tenant = names__tenant(names, site->frames[i] - 1, site->made);

		if (tenant)
			hash = mix(hash, (uint64_t)tenant << 32 | i);
	}
	return hash;
}

static uint64_t id_of(const struct site *site, const struct kleak_cache *caches,
		      const struct names *names)
{
	uint64_t hash = mix((site->space + 1) << 2 | site->metadata << 1 | site->backing,
			    caches[site->cache].id);

	for (uint32_t i = 0; i < site->nr_frames; i++)
		hash = mix(hash, site->frames[i]);
	return mix_tenants(hash, site, names);
}

/* A place for one more site. */
static struct site *append(struct sites *sites)
{
	if (array__reserve((void **)&sites->list, sites->nr + 1, &sites->room,
			   sizeof(*sites->list)))
		return NULL;
	return &sites->list[sites->nr];
}

/* The index of the site that entry belongs to, made if it is new; or -ENOMEM. */
static int64_t site_of(struct sites *sites, const struct kleak_site *entry,
		       const struct kleak_cache *caches, const struct allocator *allocator,
		       uint32_t depth)
{
	struct site *site = append(sites);
	uint32_t filled = __atomic_load_n(&entry->nr_frames, __ATOMIC_ACQUIRE), first, known;
	int err;

	if (!site)
		return -ENOMEM;
	memset(site, 0, sizeof(*site));
	if (filled > KLEAK_MAX_FRAMES)
		filled = KLEAK_MAX_FRAMES;
	first = strip(entry, filled, allocator);
	for (uint32_t i = first; i < filled && site->nr_frames < depth; i++)
		site->frames[site->nr_frames++] = entry->frames[i];
	site->space = entry->space;
	site->made = time_of(entry);
	site->backing = is_backing(entry, filled, allocator);
	site->metadata = is_metadata(entry, filled, allocator);
	site->cache = entry->cache < KLEAK_MAX_CACHES ? entry->cache : KLEAK_CACHE_UNKNOWN;
	site->id = id_of(site, caches, allocator->names);
	site->index = sites->nr;

	known = idmap__find(&sites->by_id, site->id);
	if (known != IDMAP_NONE)
		return known;
	err = idmap__add(&sites->by_id, site->id, sites->nr);
	if (err)
		return err;
	return (int64_t)sites->nr++;
}

static void add(struct site *site, const struct snapshot_site *sum)
{
	site->live += sum->live;
	site->objects += sum->objects;
	site->bytes += sum->bytes;
	site->bytes_requested += sum->bytes_requested;
	site->pending += sum->pending;
	site->listed += sum->listed;
	site->objects_variance += sum->objects_variance;
	site->bytes_variance += sum->bytes_variance;
	site->allocations += sum->allocations;
	site->frees += sum->frees;
	site->implicit += sum->implicit;
	site->verified += sum->verified;
	site->evicted += sum->evicted;
}

int sites__sum(struct sites *sites, const struct snapshot *snapshot,
	       const struct kleak_site *entries, const struct kleak_cache *caches,
	       const struct allocator *allocator, uint32_t depth)
{
	if (!sites->of_entry) {
		sites->of_entry = calloc(snapshot->nr_sites, sizeof(*sites->of_entry));
		if (!sites->of_entry)
			return -ENOMEM;
	}
	sites->nr = 0;
	idmap__clear(&sites->by_id);
	/* SITES_NONE */
	memset(sites->of_entry, 0xff, snapshot->nr_sites * sizeof(*sites->of_entry));
	snapshot__each (i, snapshot) {
		const struct snapshot_site *sum = &snapshot->sites[i];
		int64_t index;

		if (!sum->allocations && !sum->live)
			continue;
		index = site_of(sites, &entries[i], caches, allocator, depth);
		if (index < 0)
			return (int)index;
		sites->of_entry[i] = index;
		add(&sites->list[index], sum);
	}
	return 0;
}

bool sites__is_backing(const struct sites *sites, uint32_t entry)
{
	return sites->list[sites->of_entry[entry]].backing;
}

/*
 * Which of the nr > 0 ages, the least one first, has half of what they stand for up to it.  Older
 * objects stand for more: those of one weight follow one another.
 */
static size_t median_place(const float *ages, size_t nr, const struct sample_times *times)
{
	uint64_t of[KLEAK_SAMPLE_MOST_BITS + 1] = {}, half = 0;
	size_t place = 0;

	if (!times || times->nr < 2)
		return (nr - 1) / 2;
	for (size_t i = 0; i < nr; i++) {
		uint32_t bits = sample__bits(sample__weight(times, ages[i]));

		of[bits]++;
		half += 1ULL << bits;
	}
	half = (half + 1) / 2;
	for (uint32_t bits = 0; bits <= KLEAK_SAMPLE_MOST_BITS; bits++) {
		if (of[bits] << bits >= half)
			return place + (((half - 1) >> bits));
		half -= of[bits] << bits;
		place += of[bits];
	}
	return nr - 1;
}

int sites__age(struct sites *sites, const struct snapshot *snapshot,
	       const struct sample_times *times)
{
	uint32_t next = 0;
	int err;

	array__give_back((void **)&sites->ages, snapshot->nr_list, &sites->room_ages,
			 sizeof(*sites->ages));
	err = array__reserve((void **)&sites->ages, snapshot->nr_list, &sites->room_ages,
			     sizeof(*sites->ages));

	if (err)
		return err;
	for (size_t i = 0; i < sites->nr; i++) {
		sites->list[i].first_age = next;
		next += sites->list[i].listed;
	}
	for (size_t i = 0; i < snapshot->nr_list; i++) {
		const struct snapshot_object *object = &snapshot->list[i];

		sites->ages[sites->list[sites->of_entry[object->site]].first_age++] = object->age;
	}
	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->list[i];

		site->first_age -= site->listed;
		site->age_median_s = 0;
		if (site->listed)
			site->age_median_s =
				SECONDS_PER_TICK *
				radix_select__kth(sites->ages + site->first_age, site->listed,
						  median_place(sites->ages + site->first_age,
							       site->listed, times));
	}
	return 0;
}

static int descending(double a, double b)
{
	return a > b ? -1 : a < b;
}

static int by_bytes(const void *a, const void *b)
{
	const struct site *left = a, *right = b;

	if (left->bytes != right->bytes)
		return left->bytes > right->bytes ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

static int by_growth(const void *a, const void *b)
{
	const struct site *left = a, *right = b;
	int order = descending(left->growth_bytes_per_min, right->growth_bytes_per_min);

	return order ? order : by_bytes(a, b);
}

static int by_objects(const void *a, const void *b)
{
	const struct site *left = a, *right = b;

	if (left->objects != right->objects)
		return left->objects > right->objects ? -1 : 1;
	return by_bytes(a, b);
}

static int by_age(const void *a, const void *b)
{
	const struct site *left = a, *right = b;
	int order = descending(left->age_median_s, right->age_median_s);

	return order ? order : by_bytes(a, b);
}

static int by_rank(const void *a, const void *b)
{
	const struct site *left = a, *right = b;

	if (left->rank != right->rank)
		return left->rank > right->rank ? -1 : 1;
	return by_growth(a, b);
}

static int (*const orders[])(const void *, const void *) = {
	[SITES_BY_BYTES] = by_bytes, [SITES_BY_GROWTH] = by_growth, [SITES_BY_OBJECTS] = by_objects,
	[SITES_BY_AGE] = by_age,     [SITES_BY_RANK] = by_rank,
};

static int unreferenced_first(const void *a, const void *b, void *key)
{
	const struct site *left = a, *right = b;

	if (left->unreferenced_bytes != right->unreferenced_bytes)
		return left->unreferenced_bytes > right->unreferenced_bytes ? -1 : 1;
	return orders[*(enum sites_key *)key](a, b);
}

void sites__sort(struct sites *sites, enum sites_key key)
{
	if (sites->nr)
		qsort_r(sites->list, sites->nr, sizeof(*sites->list), unreferenced_first, &key);
}

void sites__free(struct sites *sites)
{
	free(sites->list);
	free(sites->of_entry);
	free(sites->ages);
	idmap__free(&sites->by_id);
	memset(sites, 0, sizeof(*sites));
}
