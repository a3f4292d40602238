// SPDX-License-Identifier: GPL-2.0-only
#include "memory/slub.h"
#include "memory/sheaves.h"
#include "memory/slub_cache.h"
#include "memory/slub_freelist.h"
#include "memory/vmemmap.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TRIES 4
#define MOST_PAGES 16 /* of a slab: order 3 is the most SLUB takes by itself */

int slub__read_much(const struct slub *slub, uint64_t address, uint8_t *to, uint64_t len)
{
	int err = 0;

	for (uint64_t n; len && !err; address += n, to += n, len -= n) {
		n = len < KLEAK_READ_MOST ? len : KLEAK_READ_MOST;
		err = slub->read(slub->arg, address, to, n);
	}
	return err;
}

/* Of a struct page. */
static int read_page(struct slub *slub, uint64_t address, void *to, size_t len)
{
	if (!slub->reads_ahead)
		return slub->read(slub->arg, address, to, len);
	return read_ahead__read(&slub->ahead, slub->read, slub->arg, address, to, len);
}

/* ---- freelists ---- */

static uint64_t *bits_of(struct slub *slub, const struct slub_slab *slab)
{
	return slub->bits + slab->bits;
}

bool slub__is_marked(const struct slub *slub, const struct slub_slab *slab, uint32_t i)
{
	return slub->bits[slab->bits + i / 64] >> i % 64 & 1;
}

/* Mark the objects of a freelist of the slab whose content has been read: as slub_freelist__mark().
 */
static int mark_in_slab(struct slub *slub, const struct slub_slab *slab, uint64_t object)
{
	return slub_freelist__mark(slub, &slub->caches[slab->cache], slab->start, slab->objects,
				   slub->content, object, bits_of(slub, slab));
}

static int reserve_content(struct slub *slub, struct slub_slab *slab, uint64_t len)
{
	size_t words = (slab->objects + 63) / 64;
	int err = array__reserve((void **)&slub->content, len, &slub->room_content, 1);

	if (!err)
		err = array__reserve((void **)&slub->bits, slub->nr_bits + words, &slub->room_bits,
				     sizeof(*slub->bits));
	if (err)
		return err;
	slab->bits = slub->nr_bits;
	memset(slub->bits + slab->bits, 0, words * sizeof(*slub->bits));
	return 0;
}

/*
 * Does this slab have no free object, as its freelist and counters say?  A CPU may have some of one
 * that is frozen.
 */
static bool is_full(const uint64_t counters[2])
{
	return !counters[0] && !slub_freelist__is_frozen(counters[1]) &&
	       slub_freelist__in_use(counters[1]) == slub_freelist__objects(counters[1]);
}

/* One try at the slab's freelists, as it had these counters.  0, -EAGAIN, -ENOMEM. */
static int try_slab(struct slub *slub, struct slub_slab *slab, const uint64_t counters[2])
{
	struct slub_cache *cache = &slub->caches[slab->cache];
	uint64_t again[2], len;
	struct slub_cpu_list list;
	int err, nr;

	slab->objects = slub_freelist__objects(counters[1]);
	len = (uint64_t)slab->objects * cache->size;
	if (!len || len > (uint64_t)MOST_PAGES * slub->layout.page_size)
		return -EAGAIN;
	err = reserve_content(slub, slab, len);
	if (!err && is_full(counters))
		return 0;
	if (!err)
		err = slub_freelist__find_of_cpu(slub, cache, slab->head, counters[1], &list);
	if (err)
		return err;
	if (slub__read_much(slub, slab->start, slub->content, len))
		return -EAGAIN;
	nr = mark_in_slab(slub, slab, counters[0]);
	/* A slab that no CPU works with has as many free objects as it says. */
	if (nr < 0 || (!list.at && !slub_freelist__is_frozen(counters[1]) &&
		       (uint32_t)nr != slab->objects - slub_freelist__in_use(counters[1])))
		return -EAGAIN;
	if (list.at && mark_in_slab(slub, slab, list.freelist) < 0)
		return -EAGAIN;
	if (slub__read_counters(slub, slab->head, again) || again[0] != counters[0] ||
	    again[1] << 32 != counters[1] << 32 ||
	    !slub_freelist__is_unchanged(slub, &list, slab->head))
		return -EAGAIN;
	return 0;
}

static int read_slab(struct slub *slub, struct slub_slab *slab)
{
	const uint64_t at = slab->head + slub->layout.slab_freelist;
	uint64_t counters[2];
	int err = -EAGAIN;

	if (!read_page(slub, at, counters, sizeof(counters)))
		err = try_slab(slub, slab, counters);
	for (int i = 1; i < MOST_TRIES && err == -EAGAIN; i++)
		if (!slub__read_counters(slub, slab->head, counters))
			err = try_slab(slub, slab, counters);
	if (!err)
		slub->nr_bits += (slab->objects + 63) / 64;
	return err;
}

/* ---- pages ---- */

/* What the page `head` (no tail) is. */
static int kind_of(struct slub *slub, uint64_t head)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t flags;
	uint32_t type = 0, references;

	if (!l->slab_mask) {
		if (read_page(slub, head + l->page_flags, &flags, sizeof(flags)))
			return SLUB_PAGE_UNKNOWN;
		if (flags >> l->slab_flag & 1)
			return SLUB_PAGE_SLAB;
	} else {
		if (read_page(slub, head + l->page_type, &type, sizeof(type)))
			return SLUB_PAGE_UNKNOWN;
		if ((type & l->slab_mask) == l->slab_type)
			return SLUB_PAGE_SLAB;
		if (l->large_type != SLUB_NONE)
			return type >> 24 == l->large_type ? SLUB_PAGE_LARGE : SLUB_PAGE_OTHER;
	}
	if (read_page(slub, head + l->page_refcount, &references, sizeof(references)))
		return SLUB_PAGE_UNKNOWN;
	return references ? SLUB_PAGE_LARGE : SLUB_PAGE_OTHER; /* may be: it is in use */
}

static int fill_slab(struct slub *slub, struct slub_slab *slab)
{
	uint64_t cache;
	int64_t index;
	int err;

	slab->kind = kind_of(slub, slab->head);
	if (slab->kind != SLUB_PAGE_SLAB)
		return 0;
	slab->kind = SLUB_PAGE_UNKNOWN;
	if (read_page(slub, slab->head + slub->layout.slab_cache, &cache, sizeof(cache)))
		return 0;
	index = slub_cache__at(slub, cache);
	if (index < 0)
		return (int)index;
	if (!slub->caches[index].known)
		return 0;
	slab->cache = (uint32_t)index;
	slab->start = vmemmap__address_of(slub, slab->head);
	err = read_slab(slub, slab);
	if (err == -ENOMEM)
		return err;
	if (!err)
		slab->kind = SLUB_PAGE_SLAB;
	return sheaves__read(slub, &slub->caches[slab->cache]);
}

/* The index of the slab that the page belongs to, read if it is new; or -ENOMEM. */
static int64_t slab_at(struct slub *slub, uint64_t page)
{
	uint32_t index = idmap__find(&slub->by_page, idmap__mix(page));
	struct slub_slab *slab;
	uint64_t head = page, word;
	int err;

	if (index != IDMAP_NONE)
		return index;
	if (!read_page(slub, page + slub->layout.page_head, &word, sizeof(word)))
		head = vmemmap__head_of(page, word);
	if (head != page) {
		int64_t its = slab_at(slub, head);

		if (its < 0)
			return its;
		return idmap__add(&slub->by_page, idmap__mix(page), (uint32_t)its) ? -ENOMEM : its;
	}
	err = array__reserve((void **)&slub->slabs, slub->nr_slabs + 1, &slub->room_slabs,
			     sizeof(*slub->slabs));
	if (!err)
		err = idmap__add(&slub->by_page, idmap__mix(page), (uint32_t)slub->nr_slabs);
	if (err)
		return err;
	slab = &slub->slabs[slub->nr_slabs++];
	*slab = (struct slub_slab){.head = head};
	err = fill_slab(slub, slab);
	return err ? err : (int64_t)(slub->nr_slabs - 1);
}

int slub__state(struct slub *slub, uint64_t address, uint64_t kmem, uint64_t size, bool large)
{
	int64_t index = slab_at(slub, vmemmap__page_of(slub, address));
	const struct slub_slab *slab;
	const struct slub_cache *cache;
	uint64_t offset;

	if (index < 0)
		return (int)index;
	slab = &slub->slabs[index];
	if (slab->kind == SLUB_PAGE_UNKNOWN)
		return SLUB_UNKNOWN;
	if (large)
		return slab->kind == SLUB_PAGE_LARGE ? SLUB_LIVE : SLUB_FREE;
	if (slab->kind != SLUB_PAGE_SLAB)
		return SLUB_FREE;
	cache = &slub->caches[slab->cache];
	if ((kmem && cache->address != kmem) || (size && cache->size != size))
		return SLUB_FREE; /* the page went to another cache */
	offset = address - slab->start - cache->pad;
	if (offset % cache->size || offset / cache->size >= slab->objects)
		return SLUB_UNKNOWN;
	if (slub__is_marked(slub, slab, (uint32_t)(offset / cache->size)))
		return SLUB_FREE;
	if (cache->sheaves && sheaves__have(slub, address))
		return SLUB_FREE;
	return SLUB_LIVE;
}

int slub__slab_of(struct slub *slub, uint64_t address, uint64_t *start, uint32_t *size,
		  uint32_t *nr)
{
	int64_t index = slab_at(slub, vmemmap__page_of(slub, address));
	const struct slub_slab *slab;

	if (index < 0)
		return (int)index;
	slab = &slub->slabs[index];
	/* one that will not hold still has no states, but it has a place */
	if (slab->kind != SLUB_PAGE_SLAB && !(slab->kind == SLUB_PAGE_UNKNOWN && slab->start))
		return -ENOENT;
	*start = slab->start + slub->caches[slab->cache].pad;
	*size = slub->caches[slab->cache].size;
	*nr = slab->objects;
	return 0;
}

void slub__begin(struct slub *slub)
{
	slub->nr_slabs = 0;
	slub->nr_cpu_lists = 0;
	idmap__clear(&slub->by_slab);
	slub->nr_caches = 0;
	slub->nr_bits = 0;
	idmap__clear(&slub->by_page);
	idmap__clear(&slub->in_sheaf);
	read_ahead__begin(&slub->ahead);
}

void slub__end(struct slub *slub)
{
	array__give_back((void **)&slub->slabs, slub->nr_slabs, &slub->room_slabs,
			 sizeof(*slub->slabs));
	array__give_back((void **)&slub->bits, slub->nr_bits, &slub->room_bits,
			 sizeof(*slub->bits));
	idmap__give_back(&slub->by_page);
	slub__begin(slub);
}

void slub__free(struct slub *slub)
{
	free(slub->cpu_lists);
	idmap__free(&slub->by_slab);
	free(slub->slabs);
	free(slub->caches);
	free(slub->bits);
	free(slub->content);
	idmap__free(&slub->by_page);
	idmap__free(&slub->in_sheaf);
	read_ahead__free(&slub->ahead);
	memset(slub, 0, sizeof(*slub));
}
