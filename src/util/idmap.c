// SPDX-License-Identifier: GPL-2.0-only
#include "util/idmap.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256

struct idmap_entry {
	uint64_t id;
	uint32_t number_plus_1; /* 0: empty */
};

static struct idmap_entry *slot_of(struct idmap_entry *entries, size_t room, uint64_t id)
{
	size_t i = id & (room - 1);

	while (entries[i].number_plus_1 && entries[i].id != id)
		i = (i + 1) & (room - 1);
	return &entries[i];
}

uint32_t idmap__find(const struct idmap *map, uint64_t id)
{
	if (!map->room)
		return IDMAP_NONE;
	/* an empty entry's 0 - 1 is IDMAP_NONE */
	return slot_of(map->entries, map->room, id)->number_plus_1 - 1;
}

static int grow(struct idmap *map)
{
	size_t room = map->room ? map->room * 2 : FIRST_ROOM;
	struct idmap_entry *entries = calloc(room, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < map->room; i++)
		if (map->entries[i].number_plus_1)
			*slot_of(entries, room, map->entries[i].id) = map->entries[i];
	free(map->entries);
	map->entries = entries;
	map->room = room;
	return 0;
}

int idmap__add(struct idmap *map, uint64_t id, uint32_t number)
{
	struct idmap_entry *slot;
	int err = 0;

	if (map->nr * 2 >= map->room)
		err = grow(map);
	if (err)
		return err;
	slot = slot_of(map->entries, map->room, id);
	slot->id = id;
	slot->number_plus_1 = number + 1;
	map->nr++;
	return 0;
}

void *idmap__row(struct idmap *map, uint64_t id, void **rows, uint32_t *nr, size_t *room,
		 size_t size)
{
	uint32_t index = idmap__find(map, id);
	struct idmap_row *row;

	if (index != IDMAP_NONE)
		return (char *)*rows + index * size;
	if (array__reserve(rows, *nr + 1UL, room, size) || idmap__add(map, id, *nr))
		return NULL;
	row = memset((char *)*rows + *nr * size, 0, size);
	row->id = id;
	++*nr;
	return row;
}

int idmap__drop_rows(struct idmap *map, void *rows, uint32_t *nr, size_t size, uint64_t entered)
{
	char *to = rows;
	uint32_t left = 0;
	int err = 0;

	for (uint32_t i = 0; i < *nr; i++) {
		const char *from = (const char *)rows + i * size;

		if (((const struct idmap_row *)from)->entered != entered)
			continue;
		if (left != i)
			memcpy(to + left * size, from, size);
		left++;
	}
	if (left == *nr)
		return 0;
	*nr = left;
	idmap__clear(map);
	for (uint32_t i = 0; i < left && !err; i++)
		err = idmap__add(map, ((const struct idmap_row *)(to + i * size))->id, i);
	return err;
}

void idmap__clear(struct idmap *map)
{
	for (size_t i = 0; i < map->room; i++)
		map->entries[i].number_plus_1 = 0;
	map->nr = 0;
}

void idmap__give_back(struct idmap *map)
{
	array__give_back((void **)&map->entries, 2 * map->nr, &map->room, sizeof(*map->entries));
	idmap__clear(map);
}

void idmap__free(struct idmap *map)
{
	free(map->entries);
	*map = (struct idmap){};
}
