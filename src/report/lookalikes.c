// SPDX-License-Identifier: GPL-2.0-only
#include "report/lookalikes.h"
#include "judge/evidence.h"
#include "memory/census.h"
#include "memory/likeness.h"
#include "memory/ram_walk.h"
#include "memory/slab_objects.h"
#include "memory/subjects.h"
#include "report/readout.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/order.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLED	   (2 * LIKENESS_SAMPLE) /* of a site: every second one is learnt from */
#define OLD_S	   1.0			 /* younger ones are still being filled in */
#define SENTENCE   512
#define MOST_S	   10.0 /* to look through the memory */
#define LEAST_OWN  0.8	/* of its own look alike, or nothing can be told */
#define MOST_OTHER 0.2	/* of others' do, at most */

/* An object in use. */
struct seen {
	uint64_t address;
	uint32_t site; /* entry of the table that has it; SITES_NONE: none */
	bool alike;
};

struct look {
	struct readout *readout;
	struct ram memory;
	double end_s;	     /* CLOCK_MONOTONIC: not known is better than late */
	struct census slabs; /* a sample of each cache's */
	struct likeness *likeness[LOOKALIKES_SITES];
	uint64_t kmem[LOOKALIKES_SITES]; /* the struct kmem_cache; 0: not to be looked at */
	struct seen *seen;
	size_t nr_seen, room_seen;
	/* the site at work */
	size_t at;
	const struct site *site;
};

/* ---- which sites ---- */

static bool is_wanted(const struct readout *readout, const struct site *site)
{
	return site->space == KLEAK_SPACE_SLAB && site->cache > KLEAK_CACHE_UNKNOWN &&
	       site->cache < KLEAK_MAX_CACHES &&
	       !(readout->view->caches[site->cache].flags & KLEAK_CACHE_LARGE) && !site->metadata &&
	       !site->backing && site->verdict == VERDICT_LEAK;
}

/* What grows fastest first. */
static void choose(struct lookalikes *lookalikes, const struct readout *readout,
		   const struct site *sites[LOOKALIKES_SITES])
{
	for (size_t i = 0; i < readout->sites.nr; i++) {
		const struct site *site = &readout->sites.list[i];
		size_t at = lookalikes->nr;

		if (!is_wanted(readout, site))
			continue;
		for (; at && sites[at - 1]->growth_bytes_per_min < site->growth_bytes_per_min; at--)
			if (at < LOOKALIKES_SITES)
				sites[at] = sites[at - 1];
		if (at < LOOKALIKES_SITES)
			sites[at] = site;
		lookalikes->nr += lookalikes->nr < LOOKALIKES_SITES;
	}
	for (size_t i = 0; i < lookalikes->nr && sites[i]; i++)
		lookalikes->list[i].id = sites[i]->id;
}

/* ---- what they look like ---- */

static int read_object(const struct look *look, uint64_t address, uint32_t size, uint64_t *words)
{
	const struct slub *slub = &look->readout->reader.slub;
	uint32_t most = LIKENESS_WORDS * sizeof(*words);

	return slub->read(slub->arg, address, words, size < most ? size : most);
}

/* Learn from every second one of the site's, and see whether the others look so. */
static void learn(struct look *look, struct lookalikes_site *of)
{
	const struct readout *readout = look->readout;
	const struct kleak_cache *cache = &readout->view->caches[look->site->cache];
	struct likeness *likeness = look->likeness[look->at];
	uint64_t words[LIKENESS_WORDS], tested[SAMPLED];
	uint32_t nr = 0, nr_tested = 0;

	likeness__begin(likeness, cache->size / sizeof(*words));
	for (size_t i = 0; i < readout->snapshot.nr_list && nr < SAMPLED; i++) {
		const struct snapshot_object *object = &readout->snapshot.list[i];
		struct kleak_record record;
		uint64_t key, address;

		if (readout->sites.of_entry[object->site] != look->site->index ||
		    object->age * SECONDS_PER_TICK < OLD_S)
			continue;
		key = snapshot__read_record(&record, readout->view->buckets, object->slot);
		address = subjects__address_of(key);
		if (key == KLEAK_KEY_EMPTY || key == KLEAK_KEY_BUSY ||
		    record.site != object->site || read_object(look, address, cache->size, words))
			continue;
		if (nr++ % 2)
			tested[nr_tested++] = address;
		else
			likeness__learn(likeness, words);
		if (!look->kmem[look->at])
			ram__kind(&look->memory, address, &look->kmem[look->at]);
	}
	if (!likeness__end(likeness)) {
		look->kmem[look->at] = 0;
		return;
	}
	for (uint32_t i = 0; i < nr_tested; i++) {
		if (read_object(look, tested[i], cache->size, words))
			continue;
		of->own.looked++;
		of->own.alike += likeness__fits(likeness, words);
	}
}

/* ---- the others ---- */

static int see_slab(void *arg, uint64_t slab, uint64_t cache)
{
	struct look *look = arg;

	for (size_t i = 0; i < LOOKALIKES_SITES; i++)
		if (look->kmem[i] && look->kmem[i] == cache)
			return census__add_slab(&look->slabs, cache, slab);
	return 0;
}

/* Nobody waits for it any more, or there is too much memory to look through. */
static bool is_over(const struct look *look)
{
	return signals__want_end() || clock__now_s() > look->end_s;
}

static int between(void *arg)
{
	return is_over(arg) ? -EINTR : 0;
}

static int see_object(void *arg, uint64_t address, const uint64_t *words, uint32_t size, bool whole)
{
	struct look *look = arg;
	const struct likeness *likeness = look->likeness[look->at];
	int err;

	(void)whole;
	if (size < likeness->words * sizeof(*words))
		return 0;
	err = array__reserve((void **)&look->seen, look->nr_seen + 1, &look->room_seen,
			     sizeof(*look->seen));
	if (!err)
		look->seen[look->nr_seen++] =
			(struct seen){address, SITES_NONE, likeness__fits(likeness, words)};
	return err;
}

static int by_address(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return ORDER_UP(x->address, y->address);
}

/* Who has allocated them, as far as the tables have them. */
static void look_up(struct look *look)
{
	const struct tracer_view *view = look->readout->view;

	for (uint32_t slot = 0; slot < view->nr_buckets * KLEAK_BUCKET_KEYS && look->nr_seen;
	     slot++) {
		struct kleak_record record;
		uint64_t key = snapshot__read_record(&record, view->buckets, slot);
		struct seen *found, wanted = {};

		if (key == KLEAK_KEY_EMPTY || key == KLEAK_KEY_BUSY ||
		    (~key & KLEAK_SPACE_MASK) != KLEAK_SPACE_SLAB)
			continue;
		wanted.address = subjects__address_of(key);
		found = bsearch(&wanted, look->seen, look->nr_seen, sizeof(wanted), by_address);
		if (found)
			found->site = record.site;
	}
}

static void add(struct lookalikes_count *count, bool alike)
{
	count->looked++;
	count->alike += alike;
}

/* What is in use, and in no table though it was in the sample at all times, is older. */
static void count(const struct look *look, struct lookalikes_site *of)
{
	const struct readout *readout = look->readout;
	uint32_t bits = sample__bits(readout->sampling_most);

	for (size_t i = 0; i < look->nr_seen; i++) {
		const struct seen *seen = &look->seen[i];

		if (seen->site == SITES_NONE) {
			if (kleak_is_sampled(seen->address, bits))
				add(&of->older, seen->alike);
		} else if (readout->sites.of_entry[seen->site] != look->site->index) {
			add(&of->others, seen->alike);
		}
	}
}

static int look_at_cache(struct look *look, struct lookalikes_site *of)
{
	struct slub *slub = &look->readout->reader.slub;
	const struct census_cache *cache = NULL;
	int err = 0;

	for (size_t i = 0; i < look->slabs.nr; i++)
		if (look->slabs.caches[i].address == look->kmem[look->at])
			cache = &look->slabs.caches[i];
	if (!cache || !cache->nr_sample)
		return 0;
	look->nr_seen = 0;
	slub__begin(slub);
	for (size_t i = 0; i < cache->nr_sample && !err; i++)
		err = slab_objects__each(slub, cache->sample[i], see_object, look);
	if (err)
		return err;
	qsort(look->seen, look->nr_seen, sizeof(*look->seen), by_address);
	look_up(look);
	count(look, of);
	of->older_all = (uint64_t)of->older.looked * look->readout->sampling_most * cache->slabs /
			cache->nr_sample;
	return 0;
}

/* ---- all of it ---- */

static int look_at_all(struct look *look, struct lookalikes *lookalikes,
		       const struct site *const *sites)
{
	int err = 0;

	for (look->at = 0; look->at < lookalikes->nr && sites[look->at]; look->at++) {
		look->site = sites[look->at];
		look->likeness[look->at] = calloc(1, sizeof(struct likeness));
		if (!look->likeness[look->at])
			return -ENOMEM;
		learn(look, &lookalikes->list[look->at]);
	}
	err = ram_walk__slabs(&look->memory, see_slab, look);
	kmem__see_cpus(&look->readout->reader);
	for (look->at = 0; look->at < lookalikes->nr && !err; look->at++) {
		if (is_over(look))
			return -EINTR;
		look->site = sites[look->at];
		if (look->kmem[look->at])
			err = look_at_cache(look, &lookalikes->list[look->at]);
	}
	return err;
}

int lookalikes__find(struct lookalikes *lookalikes, struct readout *readout)
{
	const struct site *sites[LOOKALIKES_SITES] = {};
	struct look look = {.readout = readout, .end_s = clock__now_s() + MOST_S};
	const struct kallsyms *symbols =
		readout->parts.symbols ? symbols__kallsyms(readout->parts.symbols) : NULL;
	char why[SENTENCE];
	uint64_t text;
	int err;

	*lookalikes = (struct lookalikes){};
	choose(lookalikes, readout, sites);
	if (!lookalikes->nr)
		return 0;
	if (!readout->reader.has_pages) {
		lookalikes->nr = 0;
		return 0;
	}
	err = kmem__open_memory(&readout->reader, &look.memory, readout->parts.kernel, symbols,
				&text, "older objects cannot be looked at", why, sizeof(why));
	if (err && err != -ENOMEM && readout->parts.options->verbose)
		say("%s", why);
	look.memory.between = between;
	look.memory.between_arg = &look;
	if (!err)
		err = ram__find_base(&look.memory, readout->reader.in_map, text);
	if (!err)
		err = look_at_all(&look, lookalikes, sites);
	for (size_t i = 0; i < LOOKALIKES_SITES; i++)
		free(look.likeness[i]);
	free(look.seen);
	census__free(&look.slabs);
	ram__free(&look.memory);
	if (err)
		lookalikes->nr = 0;
	return err == -ENOMEM ? err : 0;
}

double lookalikes__share(const struct lookalikes_count *count)
{
	return count->looked ? (double)count->alike / (double)count->looked : NAN;
}

enum lookalikes_answer lookalikes__answer(const struct lookalikes_site *site)
{
	if (!site->own.looked || site->own.alike < LEAST_OWN * site->own.looked)
		return LOOKALIKES_EMPTY;
	if (site->others.alike > MOST_OTHER * site->others.looked)
		return LOOKALIKES_ALIKE;
	return site->older.looked ? LOOKALIKES_TOLD : LOOKALIKES_NONE;
}

const struct lookalikes_site *lookalikes__of(const struct lookalikes *lookalikes, uint64_t id)
{
	for (size_t i = 0; i < lookalikes->nr; i++)
		if (lookalikes->list[i].id == id)
			return &lookalikes->list[i];
	return NULL;
}
