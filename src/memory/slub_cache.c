// SPDX-License-Identifier: GPL-2.0-only
#include "memory/slub_cache.h"
#include "util/array.h"

/* The index of the cache at `address`, read if it is new; or -ENOMEM. */
int64_t slub_cache__at(struct slub *slub, uint64_t address)
{
	const struct slub_layout *l = &slub->layout;
	struct slub_cache *cache;
	int err;

	if (slub->last_cache < slub->nr_caches && slub->caches[slub->last_cache].address == address)
		return (int64_t)slub->last_cache;
	for (size_t i = 0; i < slub->nr_caches; i++)
		if (slub->caches[i].address == address)
			return (int64_t)(slub->last_cache = i);
	err = array__reserve((void **)&slub->caches, slub->nr_caches + 1, &slub->room_caches,
			     sizeof(*slub->caches));
	if (err)
		return err;
	cache = &slub->caches[slub->nr_caches];
	*cache = (struct slub_cache){.address = address};
	err = slub__read_half(slub, address + l->cache_size, &cache->size);
	if (!err)
		err = slub__read_half(slub, address + l->cache_used, &cache->used);
	if (!err)
		err = slub__read_half(slub, address + l->cache_offset, &cache->offset);
	if (!err && l->cache_pad != SLUB_NONE)
		err = slub__read_half(slub, address + l->cache_pad, &cache->pad);
	if (!err && l->cache_random != SLUB_NONE)
		err = slub__read_word(slub, address + l->cache_random, &cache->random);
	if (!err && l->cache_cpu != SLUB_NONE)
		err = slub__read_word(slub, address + l->cache_cpu, &cache->cpu_slab);
	if (!err && l->cache_sheaves != SLUB_NONE)
		err = slub__read_word(slub, address + l->cache_sheaves, &cache->sheaves);
	cache->known = !err && cache->size && cache->used &&
		       (uint64_t)cache->pad + cache->offset + sizeof(uint64_t) <= cache->size &&
		       (uint64_t)cache->pad + cache->used <= cache->size;
	return (int64_t)slub->nr_caches++;
}
