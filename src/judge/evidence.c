// SPDX-License-Identifier: GPL-2.0-only
#include "judge/evidence.h"
#include "judge/coverage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * What the CPUs keep of a cache counts as in use in /proc/slabinfo: a change is told
 * apart from that only when it is this many times larger.
 */
#define CLEAR_OF_CPUS 4

/*
 * Percpu counts pages, and chunks have holes (mm/percpu.c keeps up to 4 empty pages a
 * chunk populated): bytes of each CPU that are clear of that.
 */
#define PERCPU_CLEAR 262144.0

/*
 * What a CPU may keep: a slab of its own, and partial ones (mm/slub.c, set_cpu_partial(),
 * slub_set_cpu_partial(): half full when they are counted).
 */
static uint64_t kept_by_cpu(const struct slabinfo_cache *cache)
{
	uint64_t partial = 120;

	if (cache->object_size >= 4096)
		partial = 6;
	else if (cache->object_size >= 1024)
		partial = 24;
	else if (cache->object_size >= 256)
		partial = 52;
	return 2 * (partial + cache->objects_per_slab);
}

/* The change of objects in use, and what CPUs may keep of them. */
struct change {
	double objects;
	double kept;
};

static void add_cache(struct change *change, const struct evidence_sources *judge,
		      const struct slabinfo_cache *now)
{
	const struct slabinfo_cache *before = slabinfo__find(judge->slabs_before, now->name);

	change->objects += (double)now->active_objects;
	if (before)
		change->objects -= (double)before->active_objects;
	change->kept += (double)(kept_by_cpu(now) * judge->online_cpus);
}

/* All caches of kmalloc that take objects of this size: its events do not tell them apart. */
static struct change change_of_class(const struct evidence_sources *judge, uint32_t size)
{
	struct change change = {};

	for (size_t i = 0; i < judge->slabs_now->nr; i++) {
		const struct slabinfo_cache *c = &judge->slabs_now->caches[i];

		if (cache__class_size(c->name, c->object_size) == size)
			add_cache(&change, judge, c);
	}
	return change;
}

static struct change change_of_cache(const struct evidence_sources *judge, uint32_t index)
{
	const struct slabinfo_cache *now;
	struct change change = {};
	char name[KLEAK_CACHE_NAME + 1];

	cache__name(name, sizeof(name), &judge->caches[index], judge->kinds);
	now = slabinfo__find(judge->slabs_now, name);
	if (now)
		add_cache(&change, judge, now);
	return change;
}

/* Objects of the cache, or of its class of kmalloc, that were allocated since and live. */
static double traced_of(const struct evidence_sources *judge, uint32_t index)
{
	const struct kleak_cache *cache = &judge->caches[index];
	double live = 0;

	for (uint32_t i = 0; i < KLEAK_MAX_CACHES; i++) {
		const struct kleak_cache *other = &judge->caches[i];

		if (i == index || (cache->flags & other->flags & KLEAK_CACHE_KMALLOC &&
				   cache->object_size == other->object_size))
			live += (double)judge->cache_sums[i].live;
	}
	return live;
}

/* Of what was traced, the share that the kernel's own book did not grow by. */
static double share_replaced(double traced, double grew)
{
	double share = 1 - grew / traced;

	return share > 0 ? share : 0;
}

static double replaced_in_slab(const struct evidence_sources *judge, const struct site *site)
{
	const struct kleak_cache *cache = &judge->caches[site->cache];
	double traced = traced_of(judge, site->cache);
	struct change change;

	if (cache->flags & KLEAK_CACHE_LARGE || !judge->slabs_now->nr || !judge->slabs_before->nr)
		return NAN;
	change = cache->flags & KLEAK_CACHE_KMALLOC ? change_of_class(judge, cache->object_size)
						    : change_of_cache(judge, site->cache);
	if (change.kept == 0 || traced < CLEAR_OF_CPUS * change.kept)
		return NAN;
	return share_replaced(traced, change.objects + change.kept);
}

static double replaced_in_class(const struct coverage_class *c, double clear_bytes)
{
	if (!c->known || c->traced_bytes <= 0 || (double)c->traced_bytes < clear_bytes)
		return NAN;
	return share_replaced((double)c->traced_bytes, (double)c->kernel_delta_bytes);
}

static double replaced_of(const struct evidence_sources *judge, const struct site *site)
{
	switch (site->space) {
	case KLEAK_SPACE_SLAB:
		return replaced_in_slab(judge, site);
	case KLEAK_SPACE_VMALLOC:
		return replaced_in_class(&judge->ledger[COVERAGE_VMALLOC], 0);
	case KLEAK_SPACE_PERCPU:
		return replaced_in_class(&judge->ledger[COVERAGE_PERCPU],
					 PERCPU_CLEAR * judge->possible_cpus);
	default:
		return NAN;
	}
}

static bool is_reclaimable(const struct evidence_sources *judge, const struct site *site)
{
	return site->space == KLEAK_SPACE_SLAB &&
	       judge->caches[site->cache].flags & KLEAK_CACHE_RECLAIMABLE;
}

static struct pins_count pins_of(const struct evidence_sources *judge, const struct site *site)
{
	const struct pins_count *pins = pin_sample__of(judge->pins, site->id);

	return pins ? *pins : (struct pins_count){};
}

static bool is_lazy(const struct evidence_sources *judge, const struct site *site)
{
	return site->space == KLEAK_SPACE_SLAB && cache__is_lazy(judge->caches[site->cache].name);
}

struct conclusion evidence__judge(const struct evidence_sources *judge, const struct site *site)
{
	struct conclusion verdict = {.exhausted_s = NAN};
	struct evidence *evidence = &verdict.from;

	history__evidence(judge->history, site, evidence);
	evidence->least_s = judge->least_s;
	evidence->lazy = is_lazy(judge, site);
	evidence->metadata = site->metadata;
	evidence->reclaimable = is_reclaimable(judge, site);
	if (evidence->reclaimable && judge->pins)
		evidence->pins = pins_of(judge, site);
	evidence->drained = marks__share(judge->before_drain, site);
	evidence->shrunk = 1 - marks__share(judge->before_drop, site);
	evidence->replaced = replaced_of(judge, site);
	evidence->lost = judge->missed_frees;
	verdict.is = verdict__of(evidence);
	if (evidence->slope.known)
		verdict.exhausted_s = evidence->slope.low > 0
					      ? judge->available_bytes / evidence->slope.per_s
					      : INFINITY;
	return verdict;
}
