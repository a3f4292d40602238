// SPDX-License-Identifier: GPL-2.0-only
#include "judge/cgroup_coverage.h"

#include <math.h>

#define OBJECT_CHARGE                                                                              \
	8 /* of each slab object: to whom it is charged (mm/slub.c, obj_full_size()) */

static const enum cgroup_class class_of[COVERAGE_CLASSES] = {
	[COVERAGE_SLAB_UNRECLAIMABLE] = CGROUP_SLAB_UNRECLAIMABLE,
	[COVERAGE_SLAB_RECLAIMABLE] = CGROUP_SLAB_RECLAIMABLE,
	[COVERAGE_VMALLOC] = CGROUP_VMALLOC,
	[COVERAGE_PERCPU] = CGROUP_PERCPU,
};

static bool is_told(enum coverage_name class, const struct kleak_config *config)
{
	if (class == COVERAGE_VMALLOC)
		return false; /* its pages know, and no event tells */
	return class != COVERAGE_PERCPU ||
	       config->args[KLEAK_EVENT_PERCPU_ALLOC].gfp != KLEAK_ARG_NONE;
}

/* Slab objects beyond the caches are charged as pages. */
static int64_t charge_of(const struct snapshot_site *site, const struct kleak_site *entry,
			 const struct kleak_cache *cache, bool always)
{
	uint64_t objects = always ? site->live : site->account_records;
	uint64_t bytes = always ? site->held_bytes : site->account_bytes;
	bool in_cache = entry->space == KLEAK_SPACE_SLAB && !(cache->flags & KLEAK_CACHE_LARGE);

	return (int64_t)(bytes + (in_cache ? objects * OBJECT_CHARGE : 0));
}

static void add(struct cgroup_coverage_traced *to, const struct snapshot_site *site,
		const struct kleak_site *entry, const struct kleak_cache *cache)
{
	bool always = !to->told || cache->flags & (KLEAK_CACHE_CHARGED | KLEAK_CACHE_ACCOUNT);

	to->charged_bytes +=
		to->told ? charge_of(site, entry, cache, always) : (int64_t)site->held_bytes;
	if (!always)
		to->uncharged_bytes += (int64_t)(site->held_bytes - site->account_bytes);
}

void cgroup_coverage__sum(struct cgroup_coverage_traced traced[COVERAGE_CLASSES],
			  const struct snapshot *snapshot, const struct kleak_site *entries,
			  const struct kleak_cache *caches, const struct kleak_config *config)
{
	for (int i = 0; i < COVERAGE_CLASSES; i++)
		traced[i] = (struct cgroup_coverage_traced){.told = is_told(i, config)};
	snapshot__each (i, snapshot) {
		const struct kleak_site *entry = &entries[i];
		uint32_t cache = entry->cache < KLEAK_MAX_CACHES ? entry->cache : KLEAK_CACHE_NONE;

		if (snapshot->sites[i].live && entry->space != KLEAK_SPACE_PAGES)
			add(&traced[coverage__class_of(entry, caches)], &snapshot->sites[i], entry,
			    &caches[cache]);
	}
}

void cgroup_coverage__compare(struct cgroup_coverage_class classes[COVERAGE_CLASSES],
			      const struct cgroup_classes *before, const struct cgroup_classes *now,
			      const struct cgroup_coverage_traced traced[COVERAGE_CLASSES])
{
	for (int i = 0; i < COVERAGE_CLASSES; i++) {
		enum cgroup_class of = class_of[i];
		struct cgroup_coverage_class *c = &classes[i];
		bool comparable;

		*c = (struct cgroup_coverage_class){
			.name = coverage__name(i),
			.known = before->known[of] && now->known[of],
			.traced = traced[i],
			.explained = NAN,
			.rest_bytes = NAN,
		};
		if (c->known)
			c->delta_bytes = now->bytes[of] - before->bytes[of];
		comparable = c->known && c->traced.told;
		if (comparable)
			c->rest_bytes = (double)(c->delta_bytes - c->traced.charged_bytes);
		if (comparable && c->delta_bytes > 0)
			c->explained = (double)c->traced.charged_bytes / (double)c->delta_bytes;
	}
}
