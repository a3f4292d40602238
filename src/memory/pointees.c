// SPDX-License-Identifier: GPL-2.0-only
#include "memory/pointees.h"
#include "util/chance.h"

#define PLACES	    (POINTEES_BYTES / sizeof(uint64_t))
#define LEAST_SHARE 4 /* 1 in so many objects */

void pointees__add(struct pointees *pointees, uint64_t offset, uint64_t value)
{
	struct pointees_place *place;
	uint64_t at;

	if (offset >= POINTEES_BYTES)
		return;
	place = &pointees->places[offset / sizeof(uint64_t)];
	/* each is as likely to be in the sample: Vitter's algorithm R */
	at = place->objects++;
	if (at >= POINTEES_SAMPLED)
		at = chance__next(&pointees->random) % place->objects;
	if (at < POINTEES_SAMPLED)
		place->sample[at] = value;
}

/* The most frequent number of the list, *times in it. */
static uint64_t most_frequent(const uint64_t *list, uint32_t nr, uint32_t *times)
{
	uint64_t found = 0;

	*times = 0;
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t same = 0;

		for (uint32_t j = i; j < nr; j++)
			same += list[j] == list[i];
		if (same > *times) {
			*times = same;
			found = list[i];
		}
	}
	return found;
}

/* Where most of the sample lead: to one thing, if that is more than half of it, or to one cache. */
static uint32_t follow(const struct pointees_place *place, uint32_t sampled,
		       bool (*cache_of)(void *arg, uint64_t value, uint64_t *cache), void *arg,
		       struct pointees_lead *lead)
{
	uint64_t caches[POINTEES_SAMPLED];
	uint32_t nr = 0, times;
	uint64_t value = most_frequent(place->sample, sampled, &times);

	if (2 * times > sampled && cache_of(arg, value, &lead->cache)) {
		lead->value = value;
		return times;
	}
	for (uint32_t i = 0; i < sampled; i++)
		nr += cache_of(arg, place->sample[i], &caches[nr]);
	lead->cache = most_frequent(caches, nr, &times);
	return times;
}

static bool is_before(const struct pointees_lead *a, const struct pointees_lead *b)
{
	if (!a->value != !b->value)
		return a->value;
	return a->objects > b->objects; /* else as they stand in the object */
}

size_t pointees__leads(const struct pointees *pointees, uint64_t objects,
		       bool (*cache_of)(void *arg, uint64_t value, uint64_t *cache), void *arg,
		       struct pointees_lead *list, size_t most)
{
	size_t nr = 0;

	for (uint64_t i = 0; i < PLACES; i++) {
		const struct pointees_place *place = &pointees->places[i];
		uint32_t sampled =
			place->objects < POINTEES_SAMPLED ? place->objects : POINTEES_SAMPLED;
		struct pointees_lead lead = {.offset = i * sizeof(uint64_t)};
		uint32_t followed;
		size_t at;

		if (place->objects < 2 || (uint64_t)place->objects * LEAST_SHARE < objects)
			continue;
		followed = follow(place, sampled, cache_of, arg, &lead);
		lead.objects = (uint32_t)((uint64_t)place->objects * followed / sampled);
		if (lead.objects < 2 || (uint64_t)lead.objects * LEAST_SHARE < objects)
			continue;
		for (at = nr; at && is_before(&lead, &list[at - 1]); at--)
			if (at < most)
				list[at] = list[at - 1];
		if (at < most)
			list[at] = lead;
		nr += nr < most;
	}
	return nr;
}
