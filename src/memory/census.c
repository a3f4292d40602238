// SPDX-License-Identifier: GPL-2.0-only
#include "memory/census.h"
#include "util/array.h"
#include "util/chance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WORDS  65536 /* different ones of a cache, and contents */
#define LEAST_SHARE 20	  /* of 1 in so many objects a word is worth a line */

static struct census_cache *cache_at(struct census *census, uint64_t address)
{
	size_t had = census->room;

	/* slabs of a cache lie beside each other */
	for (size_t i = census->nr; i-- > 0;)
		if (census->caches[i].address == address)
			return &census->caches[i];
	if (array__reserve((void **)&census->caches, census->nr + 1, &census->room,
			   sizeof(*census->caches)))
		return NULL;
	memset(census->caches + had, 0, (census->room - had) * sizeof(*census->caches));
	census->caches[census->nr].address = address;
	return &census->caches[census->nr++];
}

int census__add_slab(struct census *census, uint64_t address, uint64_t slab)
{
	struct census_cache *cache = cache_at(census, address);
	size_t place;
	int err;

	if (!cache)
		return -ENOMEM;
	cache->slabs++;
	if (cache->nr_sample < CENSUS_SLABS) {
		err = array__reserve((void **)&cache->sample, cache->nr_sample + 1,
				     &cache->room_sample, sizeof(*cache->sample));
		if (!err)
			cache->sample[cache->nr_sample++] = slab;
		return err;
	}
	/* each of all slabs is as likely to be among them: Vitter's algorithm R */
	place = chance__next(&census->random) % cache->slabs;
	if (place < CENSUS_SLABS)
		cache->sample[place] = slab;
	return 0;
}

int census__add_word(struct census_cache *cache, uint64_t offset, uint64_t value)
{
	uint64_t id = idmap__mix(value ^ offset << 48);
	uint32_t index = idmap__find(&cache->by_word, id);
	int err;

	if (index != IDMAP_NONE) {
		cache->words[index].objects++;
		return 0;
	}
	if (cache->nr_words == MOST_WORDS)
		return 0;
	err = array__reserve((void **)&cache->words, cache->nr_words + 1, &cache->room_words,
			     sizeof(*cache->words));
	if (!err)
		err = idmap__add(&cache->by_word, id, (uint32_t)cache->nr_words);
	if (!err)
		cache->words[cache->nr_words++] =
			(struct census_word){.offset = offset, .value = value, .objects = 1};
	return err;
}

int census__add_contents(struct census_cache *cache, const struct contents *contents)
{
	uint64_t id = idmap__mix(contents__hash(contents));
	uint32_t index = idmap__find(&cache->by_contents, id);
	int err;

	if (index != IDMAP_NONE) {
		cache->contents[index].objects++;
		contents__join(&cache->contents[index].is, contents);
		return 0;
	}
	if (cache->nr_contents == MOST_WORDS)
		return 0;
	err = array__reserve((void **)&cache->contents, cache->nr_contents + 1,
			     &cache->room_contents, sizeof(*cache->contents));
	if (!err)
		err = idmap__add(&cache->by_contents, id, (uint32_t)cache->nr_contents);
	if (!err)
		cache->contents[cache->nr_contents++] =
			(struct census_contents){.is = *contents, .objects = 1};
	return err;
}

static int by_objects(const void *a, const void *b)
{
	const struct census_word *x = a, *y = b;

	if (x->objects != y->objects)
		return x->objects > y->objects ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static int by_holders(const void *a, const void *b)
{
	const struct census_contents *x = a, *y = b;

	if (x->objects != y->objects)
		return x->objects > y->objects ? -1 : 1;
	return strcmp(x->is.text, y->is.text);
}

/* Do so many of the objects looked at make a line? */
static bool is_worth_a_line(const struct census_cache *cache, uint64_t objects, size_t listed)
{
	return listed < CENSUS_LISTED && objects * LEAST_SHARE >= cache->live;
}

void census__end_cache(struct census_cache *cache)
{
	idmap__free(&cache->by_contents);
	if (cache->nr_contents)
		qsort(cache->contents, cache->nr_contents, sizeof(*cache->contents), by_holders);
	while (cache->nr_contents_listed < cache->nr_contents &&
	       cache->contents[cache->nr_contents_listed].objects > 1 &&
	       is_worth_a_line(cache, cache->contents[cache->nr_contents_listed].objects,
			       cache->nr_contents_listed))
		cache->nr_contents_listed++;
	idmap__free(&cache->by_word);
	if (cache->nr_words)
		qsort(cache->words, cache->nr_words, sizeof(*cache->words), by_objects);
	while (cache->nr_listed < cache->nr_words &&
	       is_worth_a_line(cache, cache->words[cache->nr_listed].objects, cache->nr_listed))
		cache->nr_listed++;
	if (cache->nr_sample)
		cache->objects = cache->live * cache->slabs / cache->nr_sample;
}

static int by_bytes(const void *a, const void *b)
{
	const struct census_cache *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void free_cache(struct census_cache *cache)
{
	free(cache->sample);
	free(cache->words);
	free(cache->contents);
	idmap__free(&cache->by_word);
	idmap__free(&cache->by_contents);
	memset(cache, 0, sizeof(*cache));
}

void census__keep(struct census *census, bool (*wanted)(struct census_cache *cache, void *arg),
		  void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < census->nr; i++) {
		struct census_cache *cache = &census->caches[i];

		if (!wanted(cache, arg)) {
			free_cache(cache);
		} else if (kept++ != i) {
			census->caches[kept - 1] = *cache;
			memset(cache, 0, sizeof(*cache));
		}
	}
	census->nr = kept;
}

void census__sort(struct census *census, size_t nr)
{
	if (census->nr)
		qsort(census->caches, census->nr, sizeof(*census->caches), by_bytes);
	while (nr && census->nr > nr)
		free_cache(&census->caches[--census->nr]);
}

void census__free(struct census *census)
{
	for (size_t i = 0; i < census->nr; i++)
		free_cache(&census->caches[i]);
	free(census->caches);
	memset(census, 0, sizeof(*census));
}
