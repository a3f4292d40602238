// SPDX-License-Identifier: GPL-2.0-only
#include "memory/referrers.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

void referrers__begin(struct referrers *holders)
{
	for (size_t i = 0; i < holders->nr; i++)
		holders->sites[i].nr = 0;
	holders->nr = 0;
}

int referrers__add_site(struct referrers *holders, uint64_t id, uint32_t *number)
{
	size_t had = holders->room;
	int err = array__reserve((void **)&holders->sites, holders->nr + 1, &holders->room,
				 sizeof(*holders->sites));
	struct referrers_site *site;

	if (err)
		return err;
	memset(holders->sites + had, 0, (holders->room - had) * sizeof(*holders->sites));
	*number = (uint32_t)holders->nr;
	site = &holders->sites[holders->nr++];
	site->id = id;
	site->sampled = 0;
	return 0;
}

static bool is_same(const struct place *a, const struct place *b)
{
	return !strcmp(a->kind, b->kind) && a->offset == b->offset && !strcmp(a->name, b->name);
}

int referrers__add(struct referrers *holders, uint32_t number, uint32_t object,
		   const struct place *place)
{
	struct referrers_site *site = &holders->sites[number];
	struct referrer *holder = NULL;
	int err;

	for (size_t i = 0; i < site->nr && !holder; i++)
		if (is_same(&site->list[i].place, place))
			holder = &site->list[i];
	if (holder && holder->last == object)
		return 0;
	if (!holder) {
		err = array__reserve((void **)&site->list, site->nr + 1, &site->room,
				     sizeof(*site->list));
		if (err)
			return err;
		holder = &site->list[site->nr++];
		*holder = (struct referrer){.place = *place};
	}
	holder->objects++;
	holder->last = object;
	return 0;
}

static int by_objects(const void *a, const void *b)
{
	const struct referrer *x = a, *y = b;
	int order;

	if (x->objects != y->objects)
		return x->objects > y->objects ? -1 : 1;
	order = strcmp(x->place.name, y->place.name);
	return order ? order
		     : (x->place.offset > y->place.offset) - (x->place.offset < y->place.offset);
}

void referrers__end(struct referrers *holders)
{
	for (size_t i = 0; i < holders->nr; i++)
		if (holders->sites[i].nr)
			qsort(holders->sites[i].list, holders->sites[i].nr,
			      sizeof(*holders->sites[i].list), by_objects);
}

const struct referrers_site *referrers__of(const struct referrers *holders, uint64_t id)
{
	for (size_t i = 0; i < holders->nr; i++)
		if (holders->sites[i].id == id)
			return &holders->sites[i];
	return NULL;
}

void referrers__free(struct referrers *holders)
{
	for (size_t i = 0; i < holders->room; i++)
		free(holders->sites[i].list);
	free(holders->sites);
	memset(holders, 0, sizeof(*holders));
}
