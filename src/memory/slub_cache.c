// SPDX-License-Identifier: GPL-2.0-only
#include "memory/slub_cache.h"
#include "util/array.h"
#include "util/bytes.h"

#include <string.h>

#define MOST_BYTES 1024 /* of a struct kmem_cache, up to its nodes */

/* Where the last one of the fields that are looked at ends. */
static uint32_t end_of(const struct slub_layout *l)
{
	const uint32_t fields[] = {l->cache_size, l->cache_used,   l->cache_offset, l->cache_name,
				   l->cache_list, l->cache_flags,  l->cache_pad,    l->cache_random,
				   l->cache_cpu,  l->cache_sheaves};
	uint32_t last = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i] != SLUB_NONE && fields[i] > last)
			last = fields[i];
	return last + (uint32_t)sizeof(uint64_t);
}

static uint64_t word_of(const uint8_t *bytes, uint32_t field)
{
	return field == SLUB_NONE ? 0 : bytes__word(bytes, field);
}

/* Read it at once: each call to the kernel costs more than a few hundred bytes. */
static void read_cache(const struct slub *slub, struct slub_cache *cache)
{
	const struct slub_layout *l = &slub->layout;
	uint8_t bytes[MOST_BYTES];
	uint32_t len = end_of(l);

	if (len > sizeof(bytes) || slub->read(slub->arg, cache->address, bytes, len))
		return;
	cache->name = bytes__word(bytes, l->cache_name);
	cache->next = bytes__word(bytes, l->cache_list);
	cache->flags = bytes__half(bytes, l->cache_flags);
	cache->size = bytes__half(bytes, l->cache_size);
	cache->used = bytes__half(bytes, l->cache_used);
	cache->offset = bytes__half(bytes, l->cache_offset);
	cache->pad = l->cache_pad == SLUB_NONE ? 0 : bytes__half(bytes, l->cache_pad);
	cache->random = word_of(bytes, l->cache_random);
	cache->cpu_slab = word_of(bytes, l->cache_cpu);
	cache->sheaves = word_of(bytes, l->cache_sheaves);
	cache->known = cache->size && cache->used &&
		       (uint64_t)cache->pad + cache->offset + sizeof(uint64_t) <= cache->size &&
		       (uint64_t)cache->pad + cache->used <= cache->size;
}

int64_t slub_cache__at(struct slub *slub, uint64_t address)
{
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
	read_cache(slub, cache);
	return (int64_t)slub->nr_caches++;
}

int slub_cache__each(const struct slub *slub, uint64_t cache, int (*see)(void *arg, uint64_t cache),
		     void *arg)
{
	const uint32_t link = slub->layout.cache_list;
	uint64_t next = cache + link;

	for (int i = 0; i < SLUB_CACHES_MOST; i++) {
		int err = see(arg, next - link);

		if (err)
			return err;
		if (slub__read_word(slub, next, &next) || next == cache + link)
			break;
	}
	return 0;
}

void slub_cache__name(const struct slub *slub, uint64_t at, char *name, size_t len)
{
	memset(name, 0, len);
	/* it may end where what can be read ends */
	if (slub->read(slub->arg, at, name, len))
		for (size_t i = 0; i + 8 <= len; i += 8)
			if (slub->read(slub->arg, at + i, name + i, 8) || memchr(name + i, 0, 8))
				break;
	name[len - 1] = '\0';
}
