// SPDX-License-Identifier: GPL-2.0-only
#include "memory/slub_mask.h"
#include "memory/sheaves.h"
#include "memory/slub_freelist.h"

#include <string.h>

int slub_mask__note(struct slub *slub, struct slub_place *slab, uint64_t cache_address)
{
	int64_t index = slub_cache__at(slub, cache_address);
	struct slub_cpu_list list = {};
	struct slub_cache *cache;
	int err;

	if (index < 0)
		return (int)index;
	slab->cache = (uint32_t)index;
	cache = &slub->caches[index];
	if (!cache->known)
		return 0;
	err = slub_freelist__find_of_cpu(slub, cache, slab->head, slab->counters[1], &list);
	slab->cpu_freelist = list.at ? list.freelist : 0;
	return err ? err : sheaves__read(slub, cache);
}

static void note_in_sheaves(const struct slub *slub, const struct slub_place *slab,
			    const struct slub_cache *cache, uint32_t objects, uint64_t *free)
{
	for (uint32_t i = 0; i < objects; i++)
		if (sheaves__have(slub, slab->start + cache->pad + (uint64_t)i * cache->size))
			free[i / 64] |= 1ULL << i % 64;
}

/* Zero what of [from, to) lies in [start, end), whose content this is. */
static void mask(uint8_t *content, uint64_t start, uint64_t end, uint64_t from, uint64_t to)
{
	if (from < start)
		from = start;
	if (to > end)
		to = end;
	if (from < to)
		memset(content + (from - start), 0, to - from);
}

/*
 * The place of an object at `at`: what is free holds what is left over, and what the allocator
 * keeps around an object that is in use (links, red zones, who took it) refers to nothing, nor does
 * kmemleak read it.
 */
static void mask_place(const struct slub_cache *cache, bool is_free, uint8_t *content,
		       uint64_t start, uint64_t end, uint64_t at)
{
	uint64_t object = at + cache->pad;

	if (is_free) {
		mask(content, start, end, at, at + cache->size);
		return;
	}
	mask(content, start, end, at, object);
	mask(content, start, end, object + cache->used, at + cache->size);
}

void slub_mask__whole(struct slub *slub, const struct slub_place *slab, uint8_t *content)
{
	const struct slub_cache *cache = &slub->caches[slab->cache];
	uint32_t objects = slub_freelist__objects(slab->counters[1]);
	uint64_t free[FREELIST_MOST_OBJECTS / 64 + 1], before[FREELIST_MOST_OBJECTS / 64 + 1];
	uint64_t used = (uint64_t)objects * cache->size;
	size_t bytes = (objects + 63) / 64 * sizeof(*free);

	memset(free, 0, bytes);
	if (!cache->known || !objects || used > slab->bytes ||
	    slub_freelist__mark(slub, cache, slab->start, objects, content, slab->counters[0],
				free) < 0)
		return;
	memcpy(before, free, bytes);
	if (slub_freelist__mark(slub, cache, slab->start, objects, content, slab->cpu_freelist,
				free) < 0)
		memcpy(free, before, bytes);
	if (cache->sheaves)
		note_in_sheaves(slub, slab, cache, objects, free);
	for (uint32_t i = 0; i < objects; i++)
		mask_place(cache, free[i / 64] >> i % 64 & 1, content, slab->start,
			   slab->start + slab->bytes, slab->start + (uint64_t)i * cache->size);
	memset(content + used, 0, slab->bytes - used);
}

void slub_mask__part(struct slub *slub, const struct slub_place *place, uint64_t start,
		     uint64_t end, uint8_t *content)
{
	uint32_t index = idmap__find(&slub->by_page, idmap__mix(place->head));
	const struct slub_slab *slab = index == IDMAP_NONE ? NULL : &slub->slabs[index];
	const struct slub_cache *cache;
	uint64_t at = place->start;

	if (!slab || slab->kind != SLUB_PAGE_SLAB)
		return;
	cache = &slub->caches[slab->cache];
	for (uint32_t i = 0; i < slab->objects; i++, at += cache->size)
		mask_place(cache,
			   slub__is_marked(slub, slab, i) || sheaves__have(slub, at + cache->pad),
			   content, start, end, at);
	mask(content, start, end, at, place->start + place->bytes);
}
