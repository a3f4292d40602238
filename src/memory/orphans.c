// SPDX-License-Identifier: GPL-2.0-only
#include "memory/orphans.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t id_of(const struct orphan *orphan)
{
	return idmap__mix(orphan->key >> 3 ^ orphan->allocated_at << 32);
}

static bool is_same(const struct orphan *a, const struct orphan *b)
{
	return a->key == b->key && a->allocated_at == b->allocated_at && a->site == b->site &&
	       a->content == b->content;
}

void orphans__begin(struct orphans *orphans)
{
	orphans->nr_found = 0;
}

int orphans__add(struct orphans *orphans, const struct orphan *orphan)
{
	int err = array__reserve((void **)&orphans->found, orphans->nr_found + 1,
				 &orphans->room_found, sizeof(*orphans->found));

	if (!err)
		orphans->found[orphans->nr_found++] = *orphan;
	return err;
}

/* By the pass before: where each is in the list. */
static int index_list(struct orphans *orphans)
{
	idmap__clear(&orphans->by_key);
	for (size_t i = 0; i < orphans->nr; i++) {
		uint64_t id = id_of(&orphans->list[i]);

		if (idmap__find(&orphans->by_key, id) != IDMAP_NONE)
			continue;
		if (idmap__add(&orphans->by_key, id, (uint32_t)i))
			return -ENOMEM;
	}
	return 0;
}

int orphans__end(struct orphans *orphans)
{
	struct orphan *list = orphans->list;
	size_t room = orphans->room;
	int err = index_list(orphans);

	if (err)
		return err;
	for (size_t i = 0; i < orphans->nr_found; i++) {
		struct orphan *orphan = &orphans->found[i];
		uint32_t before = idmap__find(&orphans->by_key, id_of(orphan));
		bool known = before != IDMAP_NONE && is_same(&list[before], orphan);

		orphan->passes = known ? list[before].passes + 1 : 1;
		orphan->acknowledged = known && list[before].acknowledged;
	}
	orphans->list = orphans->found;
	orphans->room = orphans->room_found;
	orphans->nr = orphans->nr_found;
	orphans->found = list;
	orphans->room_found = room;
	return 0;
}

bool orphans__is_certain(const struct orphans *orphans, const struct orphan *orphan)
{
	return orphan->passes >= orphans->passes;
}

size_t orphans__acknowledge(struct orphans *orphans)
{
	size_t nr = 0;

	for (size_t i = 0; i < orphans->nr; i++) {
		struct orphan *orphan = &orphans->list[i];

		if (!orphans__is_certain(orphans, orphan) || orphan->acknowledged)
			continue;
		orphan->acknowledged = true;
		nr++;
	}
	return nr;
}

void orphans__free(struct orphans *orphans)
{
	free(orphans->list);
	free(orphans->found);
	idmap__free(&orphans->by_key);
	memset(orphans, 0, sizeof(*orphans));
}
