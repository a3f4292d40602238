// SPDX-License-Identifier: GPL-2.0-only
#include "memory/charge_sample.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

/* ---- which sites, which objects ---- */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int choose(struct charge_sample *sample, const struct sites *sites,
		  const struct charge_sample_tables *tables)
{
	uint64_t objects = 0;
	int err = array__reserve((void **)&sample->chosen, sites->nr, &sample->room_chosen,
				 sizeof(*sample->chosen));

	sample->nr = sample->nr_chosen = 0;
	if (err || !sites->nr)
		return err;
	sample->nr_chosen = sites->nr;
	memset(sample->chosen, 0xff, sites->nr * sizeof(*sample->chosen)); /* SITES_NONE */
	for (size_t i = 0; i < sites->nr && !err; i++) {
		if (!tables->shown(&sites->list[i]))
			continue;
		objects += least(sites->list[i].listed, OBJECT_SAMPLE);
		if (objects > tables->most)
			break; /* the others are left out, too: those that come first are listed */
		err = array__reserve((void **)&sample->list, sample->nr + 1, &sample->room,
				     sizeof(*sample->list));
		if (err)
			break;
		sample->chosen[sites->list[i].index] = (uint32_t)sample->nr;
		sample->list[sample->nr++] = (struct charge_sample_site){.site = (uint32_t)i};
	}
	return err;
}

static void gather(struct charge_sample *sample, const struct snapshot *snapshot,
		   const struct sites *sites)
{
	for (size_t i = 0; i < snapshot->nr_list && sample->nr; i++) {
		uint32_t index = sites->of_entry[snapshot->list[i].site];

		if (index != SITES_NONE && sample->chosen[index] != SITES_NONE)
			object_sample__take(&sample->list[sample->chosen[index]].sample,
					    snapshot->list[i].slot, &sample->random);
	}
}

/* ---- what is seen of them ---- */

/* The groups of a site: there are no more of them than objects. */
struct tally {
	struct charge_sample_group list[OBJECT_SAMPLE];
	uint32_t nr;
};

static void count_group(struct tally *tally, uint32_t memcg)
{
	uint32_t i = 0;

	while (i < tally->nr && tally->list[i].memcg != memcg)
		i++;
	if (i == tally->nr)
		tally->list[tally->nr++] = (struct charge_sample_group){.memcg = memcg};
	tally->list[i].objects++;
}

static int by_objects(const void *a, const void *b)
{
	const struct charge_sample_group *x = a, *y = b;

	if (x->objects != y->objects)
		return x->objects > y->objects ? -1 : 1;
	return (x->memcg > y->memcg) - (x->memcg < y->memcg);
}

/* What is looked at. */
struct work {
	struct charged_object *object;
	const struct snapshot *snapshot;
	const struct sites *sites;
	const struct charge_sample_tables *tables;
};

static void look_at_slot(const struct work *work, struct charge_sample_site *its, uint32_t slot,
			 struct tally *tally)
{
	const struct site *site = &work->sites->list[its->site];
	const struct memcgs *memcgs = work->object->charges->memcgs;
	struct charge_sample_count *count = &its->count;
	struct object_sample_one one;
	uint32_t memcg;

	if (!object_sample__begin(&one, work->tables->buckets, slot) ||
	    one.record.site >= work->snapshot->nr_sites ||
	    work->sites->of_entry[one.record.site] != site->index)
		return; /* another object by now */
	memcg = charged_object__of(work->object, one.key);
	if (!object_sample__is_same(&one, work->tables->buckets, slot))
		return;
	count->looked_at++;
	if (memcg == CHARGES_NOBODY) {
		count->nobody++;
	} else if (memcg == CHARGES_UNKNOWN) {
		count->unknown++;
	} else {
		count_group(tally, memcg);
		count->wanted += work->tables->wanted != MEMCGS_NONE &&
				 memcgs__is_below(memcgs, memcg, work->tables->wanted);
	}
}

static void look_at_site(const struct work *work, struct charge_sample_site *its)
{
	struct charge_sample_count *count = &its->count;
	struct tally tally = {};

	for (uint32_t i = 0; i < its->sample.nr; i++)
		look_at_slot(work, its, its->sample.slots[i], &tally);
	if (tally.nr)
		qsort(tally.list, tally.nr, sizeof(*tally.list), by_objects);
	for (uint32_t i = 0; i < tally.nr; i++) {
		if (i < CHARGE_SAMPLE_GROUPS)
			count->groups[count->nr++] = tally.list[i];
		else
			count->others += tally.list[i].objects;
	}
}

int charge_sample__look(struct charge_sample *sample, struct charged_object *object,
			const struct snapshot *snapshot, const struct sites *sites,
			const struct charge_sample_tables *tables)
{
	const struct work work = {object, snapshot, sites, tables};
	int err = choose(sample, sites, tables);

	if (err)
		return err;
	charged_object__forget(object);
	gather(sample, snapshot, sites);
	for (size_t i = 0; i < sample->nr; i++)
		look_at_site(&work, &sample->list[i]);
	return 0;
}

const struct charge_sample_count *charge_sample__of(const struct charge_sample *sample,
						    const struct site *site)
{
	uint32_t place = site->index < sample->nr_chosen ? sample->chosen[site->index] : SITES_NONE;

	return place == SITES_NONE ? NULL : &sample->list[place].count;
}

uint64_t charge_sample__looked_at(const struct charge_sample *sample)
{
	uint64_t looked_at = 0;

	for (size_t i = 0; i < sample->nr; i++)
		looked_at += sample->list[i].count.looked_at;
	return looked_at;
}

void charge_sample__free(struct charge_sample *sample)
{
	free(sample->list);
	free(sample->chosen);
	*sample = (struct charge_sample){};
}
