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

int orphans__begin(struct orphans *orphans)
{
	struct orphan *list = orphans->before;
	size_t room = orphans->room_before;

	orphans->before = orphans->list;
	orphans->room_before = orphans->room;
	orphans->nr_before = orphans->nr;
	orphans->list = list;
	orphans->room = room;
	orphans->nr = 0;
	idmap__clear(&orphans->by_key);
	for (size_t i = 0; i < orphans->nr_before; i++) {
		uint64_t id = id_of(&orphans->before[i]);

		if (idmap__find(&orphans->by_key, id) != IDMAP_NONE)
			continue;
		if (idmap__add(&orphans->by_key, id, (uint32_t)i))
			return -ENOMEM;
	}
	return 0;
}

int orphans__add(struct orphans *orphans, const struct orphan *orphan)
{
	uint32_t before = idmap__find(&orphans->by_key, id_of(orphan));
	int err = array__reserve((void **)&orphans->list, orphans->nr + 1, &orphans->room,
				 sizeof(*orphans->list));
	struct orphan *added;

	if (err)
		return err;
	added = &orphans->list[orphans->nr++];
	*added = *orphan;
	added->passes = 1;
	added->acknowledged = false;
	if (before != IDMAP_NONE && is_same(&orphans->before[before], orphan)) {
		added->passes = orphans->before[before].passes + 1;
		added->acknowledged = orphans->before[before].acknowledged;
	}
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
	free(orphans->before);
	idmap__free(&orphans->by_key);
	memset(orphans, 0, sizeof(*orphans));
}
