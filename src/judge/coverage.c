// SPDX-License-Identifier: GPL-2.0-only
#include "judge/coverage.h"
#include "trace/caches.h"

#include <math.h>

static const struct {
	const char *name;
	enum meminfo_field field;
} books[COVERAGE_CLASSES] = {
	[COVERAGE_SLAB_UNRECLAIMABLE] = {"slab_unreclaimable", MEMINFO_S_UNRECLAIM},
	[COVERAGE_SLAB_RECLAIMABLE] = {"slab_reclaimable", MEMINFO_S_RECLAIMABLE},
	[COVERAGE_VMALLOC] = {"vmalloc", MEMINFO_VMALLOC_USED},
	[COVERAGE_PERCPU] = {"percpu", MEMINFO_PERCPU},
};

/*
 * kmalloc() beyond the caches takes pages, and still counts as unreclaimable slab
 * (mm/slub.c, ___kmalloc_large_node(): NR_SLAB_UNRECLAIMABLE_B).
 */
enum coverage_name coverage__class_of(const struct kleak_site *entry,
				      const struct kleak_cache *caches)
{
	if (entry->space == KLEAK_SPACE_VMALLOC)
		return COVERAGE_VMALLOC;
	if (entry->space == KLEAK_SPACE_PERCPU)
		return COVERAGE_PERCPU;
	if (entry->cache < KLEAK_MAX_CACHES && caches[entry->cache].flags & KLEAK_CACHE_RECLAIMABLE)
		return COVERAGE_SLAB_RECLAIMABLE;
	return COVERAGE_SLAB_UNRECLAIMABLE;
}

const char *coverage__name(enum coverage_name class)
{
	return books[class].name;
}

void coverage__sum(int64_t traced[COVERAGE_CLASSES], const struct snapshot *snapshot,
		   const struct kleak_site *entries, const struct kleak_cache *caches)
{
	for (int i = 0; i < COVERAGE_CLASSES; i++)
		traced[i] = 0;
	snapshot__each (i, snapshot)
		if (snapshot->sites[i].live && entries[i].space != KLEAK_SPACE_PAGES)
			traced[coverage__class_of(&entries[i], caches)] +=
				(int64_t)snapshot->sites[i].held_bytes;
}

void coverage__sum_older(struct coverage_older *older, const struct kleak_counts *counts,
			 uint32_t lanes, const struct kleak_cache *caches,
			 const struct recycle *given_back)
{
	int64_t *unreclaimable = &older->bytes[COVERAGE_SLAB_UNRECLAIMABLE];
	int64_t *reclaimable = &older->bytes[COVERAGE_SLAB_RECLAIMABLE];

	*older = (struct coverage_older){};
	*unreclaimable = given_back->older_unreclaimable;
	*reclaimable = given_back->older_reclaimable;
	for (uint32_t lane = 0; lane < lanes; lane++) {
		const __u64 *count = counts[lane].count;

		*unreclaimable += (int64_t)count[KLEAK_COUNT_OLDER_LARGE];
		older->bytes[COVERAGE_VMALLOC] += (int64_t)count[KLEAK_COUNT_OLDER_VMALLOC];
		older->bytes[COVERAGE_PERCPU] += (int64_t)count[KLEAK_COUNT_OLDER_PERCPU];
		older->unsized += count[KLEAK_COUNT_OLDER_UNSIZED];
		older->percpu_unsized += count[KLEAK_COUNT_OLDER_PERCPU_UNSIZED];
	}
	for (uint32_t i = KLEAK_CACHE_UNKNOWN; i < KLEAK_MAX_CACHES; i++) {
		const struct kleak_cache *c = &caches[i];

		if (!c->size)
			older->unsized += c->unknown;
		*(c->flags & KLEAK_CACHE_RECLAIMABLE ? reclaimable : unreclaimable) +=
			cache__older_bytes(c);
	}
}

/* What slabs, or the pages of per-CPU memory, grew by beyond what of them is in use. */
static double room_of(const struct coverage_class *c, enum coverage_name class,
		      const struct coverage_books *before, const struct coverage_books *now)
{
	enum slab_use_kind kind =
		class == COVERAGE_SLAB_RECLAIMABLE ? SLAB_USE_RECLAIMABLE : SLAB_USE_UNRECLAIMABLE;
	const struct slab_use *was = before->use, *is = now->use;

	switch (class) {
	case COVERAGE_VMALLOC:
		return 0; /* VmallocUsed counts pages, and so do we */
	case COVERAGE_PERCPU:
		if (!c->known || !before->percpu->known || !now->percpu->known)
			return NAN;
		return (double)c->kernel_delta_bytes -
		       (double)(now->percpu->used_bytes - before->percpu->used_bytes);
	default:
		if (!was->known || !is->known)
			return NAN;
		return (double)(is->slabs_bytes[kind] - was->slabs_bytes[kind]) -
		       (double)(is->used_bytes[kind] - was->used_bytes[kind]);
	}
}

static void close_books(struct coverage_class *c, enum coverage_name class,
			const struct coverage_books *before, const struct coverage_books *now)
{
	double left;

	c->room_bytes = room_of(c, class, before, now);
	c->older_bytes = -(double)(now->older->bytes[class] - before->older->bytes[class]);
	c->rest_bytes = NAN;
	if (class == COVERAGE_PERCPU && isnan(c->room_bytes))
		c->older_bytes = NAN;
	if (!c->known)
		return;
	left = (double)c->kernel_delta_bytes - (double)c->traced_bytes - c->room_bytes;
	if (class == COVERAGE_PERCPU && now->older->percpu_unsized > before->older->percpu_unsized)
		c->older_bytes = left;
	else
		c->rest_bytes = left - c->older_bytes;
}

void coverage__compare(struct coverage_class classes[COVERAGE_CLASSES],
		       const struct coverage_books *was, const struct coverage_books *is,
		       const int64_t traced[COVERAGE_CLASSES])
{
	const struct meminfo *before = was->mem, *now = is->mem;

	for (int i = 0; i < COVERAGE_CLASSES; i++) {
		enum meminfo_field field = books[i].field;
		struct coverage_class *c = &classes[i];

		*c = (struct coverage_class){
			.name = books[i].name,
			.field = field,
			.known = before->present[field] && now->present[field],
			.traced_bytes = traced[i],
			.explained = NAN,
		};
		if (c->known)
			c->kernel_delta_bytes = (int64_t)(now->bytes[field] - before->bytes[field]);
		if (c->kernel_delta_bytes > 0)
			c->explained = (double)traced[i] / (double)c->kernel_delta_bytes;
		close_books(c, i, was, is);
	}
}

static void sum_slabs(const struct slabinfo *info, uint64_t page_size, int64_t *objects,
		      int64_t *slabs)
{
	*objects = *slabs = 0;
	for (size_t i = 0; i < info->nr; i++) {
		const struct slabinfo_cache *c = &info->caches[i];

		*objects += (int64_t)(c->active_objects * c->object_size);
		*slabs += (int64_t)(c->slabs * c->pages_per_slab * page_size);
	}
}

void coverage__compare_slab(struct coverage_slab *slab, const struct slabinfo *before,
			    const struct slabinfo *now, uint64_t page_size,
			    const struct snapshot *snapshot, const struct kleak_site *entries,
			    const struct kleak_cache *caches)
{
	int64_t objects, slabs;

	*slab = (struct coverage_slab){.known = before->nr && now->nr, .explained = NAN};
	snapshot__each (i, snapshot) {
		uint32_t cache = entries[i].cache;

		if (snapshot->sites[i].live && entries[i].space == KLEAK_SPACE_SLAB &&
		    !(cache < KLEAK_MAX_CACHES && caches[cache].flags & KLEAK_CACHE_LARGE))
			slab->traced_bytes += (int64_t)snapshot->sites[i].held_bytes;
	}
	sum_slabs(now, page_size, &slab->objects_bytes, &slab->slabs_bytes);
	sum_slabs(before, page_size, &objects, &slabs);
	slab->objects_bytes -= objects;
	slab->slabs_bytes -= slabs;
	if (slab->known && slab->objects_bytes > 0)
		slab->explained = (double)slab->traced_bytes / (double)slab->objects_bytes;
}

/* Is all of it traced, whoever allocates and how much? */
static bool is_whole(enum coverage_name class, const struct kleak_config *config)
{
	if (config->follow != KLEAK_FOLLOW_ALL || config->min_size || config->max_size < UINT64_MAX)
		return false;
	switch (class) {
	case COVERAGE_VMALLOC:
		return config->vmalloc;
	case COVERAGE_PERCPU:
		return config->percpu;
	default:
		return config->slab && !config->nr_wanted;
	}
}

bool coverage__has_slab(const struct kleak_config *config)
{
	return is_whole(COVERAGE_SLAB_UNRECLAIMABLE, config);
}

void coverage__leave_out(struct coverage_class classes[COVERAGE_CLASSES],
			 struct coverage_slab *slab, const struct kleak_config *config)
{
	for (int i = 0; i < COVERAGE_CLASSES; i++)
		if (!is_whole(i, config))
			classes[i].explained = classes[i].older_bytes = classes[i].room_bytes =
				classes[i].rest_bytes = NAN;
	if (!is_whole(COVERAGE_SLAB_UNRECLAIMABLE, config))
		slab->explained = NAN;
}
