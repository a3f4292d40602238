// SPDX-License-Identifier: GPL-2.0-only
#include "memory/slub_freelist.h"
#include "util/array.h"

#include <errno.h>
#include <string.h>

/* What the link in a free object says; CONFIG_SLAB_FREELIST_HARDENED: freelist_ptr_decode(). */
static uint64_t decode(const struct slub *slub, const struct slub_cache *cache, uint64_t object,
		       uint64_t link)
{
	if (slub->layout.cache_random == SLUB_NONE)
		return link;
	return link ^ cache->random ^ __builtin_bswap64(object + cache->offset);
}

int slub_freelist__mark(const struct slub *slub, const struct slub_cache *cache, uint64_t start,
			uint32_t objects, const uint8_t *content, uint64_t object, uint64_t *free)
{
	int nr = 0;

	while (object) {
		uint64_t offset = object - start - cache->pad, link;
		uint32_t i = (uint32_t)(offset / cache->size);

		if (offset >= (uint64_t)objects * cache->size || offset % cache->size ||
		    free[i / 64] >> i % 64 & 1)
			return -EAGAIN;
		free[i / 64] |= 1ULL << i % 64;
		nr++;
		memcpy(&link, content + cache->pad + offset + cache->offset, sizeof(link));
		object = decode(slub, cache, object, link);
	}
	return nr;
}

static int read_cpu_list(const struct slub *slub, uint64_t at, struct slub_cpu_list *list,
			 uint64_t *slab)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t words[SLUB_CPU_WORDS];

	if (slub->read(slub->arg, at, words, sizeof(words)))
		return -EFAULT;
	list->at = at;
	list->freelist = words[l->cpu_freelist / sizeof(*words)];
	list->tid = words[l->cpu_tid / sizeof(*words)];
	*slab = words[l->cpu_slab / sizeof(*words)];
	return 0;
}

/* Note that a CPU works with the slab whose struct page is at `slab`. */
static int note_cpu_list(struct slub *slub, uint64_t slab, uint64_t at)
{
	uint32_t index = idmap__find(&slub->by_slab, idmap__mix(slab));
	int err;

	if (index != IDMAP_NONE) {
		slub->cpu_lists[index] = at;
		return 0;
	}
	err = array__reserve((void **)&slub->cpu_lists, slub->nr_cpu_lists + 1,
			     &slub->room_cpu_lists, sizeof(*slub->cpu_lists));
	if (!err)
		err = idmap__add(&slub->by_slab, idmap__mix(slab), (uint32_t)slub->nr_cpu_lists);
	if (!err)
		slub->cpu_lists[slub->nr_cpu_lists++] = at;
	return err;
}

static int read_cpu_lists(struct slub *slub, struct slub_cache *cache)
{
	int err = 0;

	cache->lists_read = true;
	cache->searched = 0;
	for (uint32_t i = 0; i < slub__nr_online(slub) && !err; i++) {
		uint64_t at = slub__on_cpu(slub, cache->cpu_slab, i), slab;
		struct slub_cpu_list list;

		if (!read_cpu_list(slub, at, &list, &slab) && slab)
			err = note_cpu_list(slub, slab, at);
	}
	return err;
}

/* Has the CPU that was noted for this slab got it still?  Then in *list what it has of it. */
static bool has_cpu_list(const struct slub *slub, uint64_t head, struct slub_cpu_list *list)
{
	uint32_t index = idmap__find(&slub->by_slab, idmap__mix(head));
	uint64_t slab;

	if (index != IDMAP_NONE && !read_cpu_list(slub, slub->cpu_lists[index], list, &slab) &&
	    slab == head)
		return true;
	list->at = 0;
	return false;
}

int slub_freelist__find_of_cpu(struct slub *slub, struct slub_cache *cache, uint64_t head,
			       uint64_t counters, struct slub_cpu_list *list)
{
	int err;

	list->at = 0;
	if (!cache->cpu_slab || !slub_freelist__is_frozen(counters))
		return 0;
	cache->searched++;
	if (has_cpu_list(slub, head, list) ||
	    (cache->lists_read && cache->searched < slub__nr_online(slub)))
		return 0;
	err = read_cpu_lists(slub, cache);
	if (!err)
		has_cpu_list(slub, head, list);
	return err;
}

bool slub_freelist__is_unchanged(const struct slub *slub, const struct slub_cpu_list *list,
				 uint64_t head)
{
	struct slub_cpu_list now;
	uint64_t slab;

	if (!list->at)
		return true;
	return !read_cpu_list(slub, list->at, &now, &slab) && slab == head &&
	       now.freelist == list->freelist && now.tid == list->tid;
}
