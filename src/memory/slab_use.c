// SPDX-License-Identifier: GPL-2.0-only
#include "memory/slab_use.h"
#include "memory/sheaves.h"
#include "memory/slub_freelist.h"
#include "memory/vmemmap.h"
#include "util/bytes.h"

#include <stdlib.h>
#include <string.h>

#define MOST_WAITING 1024 /* slabs that a CPU has put aside */
#define MOST_BYTES   (512 * 1024)

/* ---- what CPUs keep ---- */

/* A slab as its struct page says. */
struct slab {
	uint32_t objects, free; /* 0 where it is none of this cache */
	uint64_t next;		/* as slub_layout.slab_next; 0: it is the last one, or not known */
};

static struct slab read_slab(const struct slub *slub, const struct slub_cache *cache, uint64_t head)
{
	const struct slub_layout *l = &slub->layout;
	uint8_t page[SLUB_PAGE_MOST];
	struct slab slab = {};
	uint64_t counters;
	uint32_t in_use;

	if (l->page > sizeof(page) || slub->read(slub->arg, head, page, l->page))
		return slab;
	if (l->slab_next != SLUB_NONE)
		slab.next = bytes__word(page, l->slab_next);
	if (bytes__word(page, l->slab_cache) != cache->address)
		return slab;
	counters = bytes__word(page, l->slab_freelist + sizeof(counters));
	in_use = slub_freelist__in_use(counters);
	slab.objects = slub_freelist__objects(counters);
	slab.free = slab.objects > in_use ? slab.objects - in_use : 0;
	return slab;
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
	uint64_t words[SLUB_CPU_WORDS], head, kept = 0;
	struct slab slab;

	if (slub->read(slub->arg, at, words, sizeof(words)))
		return 0;
	head = words[l->cpu_slab / sizeof(*words)];
	if (head) {
		slab = read_slab(slub, cache, head);
		kept += slab.free + count_freelist(slub, cache, head, slab.objects,
						   words[l->cpu_freelist / sizeof(*words)]);
	}
	if (l->cpu_partial == SLUB_NONE || l->slab_next == SLUB_NONE)
		return kept;
	head = words[l->cpu_partial / sizeof(*words)];
	for (int i = 0; i < MOST_WAITING && head; i++, head = slab.next) {
		slab = read_slab(slub, cache, head);
		kept += slab.free;
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

/* The line of the cache; NULL: there is none. */
static const struct slabinfo_cache *line_of(const struct slub *slub, const struct slub_cache *cache,
					    const struct slabinfo *info)
{
	char name[sizeof(info->caches->name)];

	slub_cache__name(slub, cache->name, name, sizeof(name));
	return slabinfo__find(info, name);
}

static void add_cache(struct slab_use *use, const struct slub *slub, const struct slub_cache *cache,
		      const struct slabinfo *info)
{
	const struct slabinfo_cache *line = cache->known ? line_of(slub, cache, info) : NULL;
	enum slab_use_kind kind;

	if (!line || cache->size != line->object_size)
		return;
	kind = cache->flags & slub->layout.reclaim_flag ? SLAB_USE_RECLAIMABLE
							: SLAB_USE_UNRECLAIMABLE;
	use->slabs_bytes[kind] +=
		(int64_t)(line->slabs * line->pages_per_slab * slub->layout.page_size);
	use->used_bytes[kind] += ((int64_t)line->active_objects - (int64_t)kept_of(slub, cache)) *
				 (int64_t)line->object_size;
}

int slab_use__read(struct slab_use *use, struct slub *slub, uint64_t cache,
		   const struct slabinfo *info)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t next = cache + l->cache_list;

	*use = (struct slab_use){};
	slub__begin(slub);
	/* by what was read of each; the list's head is no cache: what stands around it has no line
	 */
	for (int i = 0; i < SLUB_CACHES_MOST; i++) {
		int64_t index = slub_cache__at(slub, next - l->cache_list);

		if (index < 0)
			return (int)index;
		next = slub->caches[index].next;
		if (!next)
			return 0;
		add_cache(use, slub, &slub->caches[index], info);
		if (next == cache + l->cache_list)
			break;
	}
	use->known = info->nr;
	return 0;
}
