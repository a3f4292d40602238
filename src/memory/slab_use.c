// SPDX-License-Identifier: GPL-2.0-only
#include "memory/slab_use.h"
#include "memory/sheaves.h"
#include "memory/slub_freelist.h"
#include "memory/vmemmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LISTED  4096 /* caches there are */
#define MOST_WAITING 1024 /* slabs that a CPU has put aside */
#define MOST_BYTES   (512 * 1024)

/* ---- what CPUs keep ---- */

/* Objects of the slab that nobody uses, by its counters; 0 where it is none of this cache. */
static uint64_t free_in(const struct slub *slub, const struct slub_cache *cache, uint64_t head,
			uint64_t counters[2])
{
	uint64_t its;
	uint32_t objects, in_use;

	if (slub__read_word(slub, head + slub->layout.slab_cache, &its) || its != cache->address ||
	    slub__read_counters(slub, head, counters))
		return 0;
	objects = slub_freelist__objects(counters[1]);
	in_use = slub_freelist__in_use(counters[1]);
	return objects > in_use ? objects - in_use : 0;
}

/* How many objects stand in the freelist that a CPU has of its slab. */
static uint64_t count_freelist(const struct slub *slub, const struct slub_cache *cache,
			       uint64_t head, uint32_t objects, uint64_t freelist)
{
	uint64_t marked[FREELIST_MOST_OBJECTS / 64 + 1] = {},
						     bytes = (uint64_t)objects * cache->size;
	uint64_t start = vmemmap__address_of(slub, head);
	uint8_t *content;
	int nr = 0;

	if (!freelist || !bytes || bytes > MOST_BYTES)
		return 0;
	content = malloc(bytes);
	if (!content)
		return 0;
	if (!slub__read_much(slub, start, content, bytes))
		nr = slub_freelist__mark(slub, cache, start, objects, content, freelist, marked);
	free(content);
	return nr > 0 ? (uint64_t)nr : 0;
}

/* Free objects of the slab that this CPU works with, and of those that it has put aside. */
static uint64_t kept_by_cpu(const struct slub *slub, const struct slub_cache *cache, uint64_t at)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t words[SLUB_CPU_WORDS], counters[2] = {}, slab, kept = 0;

	if (slub->read(slub->arg, at, words, sizeof(words)))
		return 0;
	slab = words[l->cpu_slab / sizeof(*words)];
	if (slab) {
		kept += free_in(slub, cache, slab, counters);
		kept += count_freelist(slub, cache, slab, slub_freelist__objects(counters[1]),
				       words[l->cpu_freelist / sizeof(*words)]);
	}
	if (l->cpu_partial == SLUB_NONE || l->slab_next == SLUB_NONE ||
	    slub__read_word(slub, at + l->cpu_partial, &slab))
		return kept;
	for (int i = 0; i < MOST_WAITING && slab; i++) {
		kept += free_in(slub, cache, slab, counters);
		if (slub__read_word(slub, slab + l->slab_next, &slab))
			break;
	}
	return kept;
}

static uint64_t kept_of(const struct slub *slub, const struct slub_cache *cache)
{
	uint64_t kept = sheaves__count(slub, cache);

	for (uint32_t i = 0; cache->cpu_slab && i < slub__nr_online(slub); i++)
		kept += kept_by_cpu(slub, cache, slub__on_cpu(slub, cache->cpu_slab, i));
	return kept;
}

/* ---- caches ---- */

/* The line of the cache at this address; NULL: there is none. */
static const struct slabinfo_cache *line_of(const struct slub *slub, uint64_t address,
					    const struct slabinfo *info)
{
	char name[sizeof(info->caches->name)] = "";
	uint64_t at;

	if (slub__read_word(slub, address + slub->layout.cache_name, &at))
		return NULL;
	/* a name may end where what can be read ends */
	for (size_t i = 0; i + 8 <= sizeof(name); i += 8)
		if (slub->read(slub->arg, at + i, name + i, 8) || memchr(name + i, 0, 8))
			break;
	name[sizeof(name) - 1] = 0;
	return slabinfo__find(info, name);
}

static int add_cache(struct slab_use *use, struct slub *slub, uint64_t address,
		     const struct slabinfo *info)
{
	const struct slabinfo_cache *line = line_of(slub, address, info);
	const struct slub_cache *cache;
	enum slab_use_kind kind;
	uint32_t flags;
	int64_t index;

	if (!line || slub__read_half(slub, address + slub->layout.cache_flags, &flags))
		return 0;
	index = slub_cache__at(slub, address);
	if (index < 0)
		return (int)index;
	cache = &slub->caches[index];
	if (!cache->known || cache->size != line->object_size)
		return 0;
	kind = flags & slub->layout.reclaim_flag ? SLAB_USE_RECLAIMABLE : SLAB_USE_UNRECLAIMABLE;
	use->slabs_bytes[kind] +=
		(int64_t)(line->slabs * line->pages_per_slab * slub->layout.page_size);
	use->used_bytes[kind] += ((int64_t)line->active_objects - (int64_t)kept_of(slub, cache)) *
				 (int64_t)line->object_size;
	return 0;
}

int slab_use__read(struct slab_use *use, struct slub *slub, uint64_t cache,
		   const struct slabinfo *info)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t next = cache + l->cache_list;
	int err = 0;

	*use = (struct slab_use){};
	slub__begin(slub);
	/* the list's head is no cache: what stands around it has no line */
	for (int i = 0; i < MOST_LISTED && !err; i++) {
		err = add_cache(use, slub, next - l->cache_list, info);
		if (slub__read_word(slub, next, &next))
			return err;
		if (next == cache + l->cache_list)
			break;
	}
	use->known = !err && info->nr;
	return err;
}
