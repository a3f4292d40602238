// SPDX-License-Identifier: GPL-2.0-only
#include "memory/charge_walk.h"
#include "memory/ram_walk.h"
#include "memory/slub_freelist.h"
#include "memory/vmemmap.h"
#include "util/array.h"
#include "util/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ORDER   20
#define ANON	     1 /* of page.mapping: PAGE_MAPPING_ANON */
#define MAPPING_TAGS 3ULL

/* ---- slabs ---- */

struct slab {
	struct charge_walk *walk;
	uint32_t cache;
	uint32_t charged;
};

static int see_object(void *arg, uint32_t index, uint32_t memcg)
{
	struct slab *slab = arg;

	(void)index;
	slab->charged++;
	return charge_sums__add_object(&slab->walk->sums, memcg, slab->cache);
}

static void describe(struct charge_walk *walk, struct charge_cache *cache)
{
	const struct slub *slub = walk->memory->slub;

	slub__read_half(slub, cache->address + slub->layout.cache_size, &cache->size);
	snprintf(cache->name, sizeof(cache->name), "%s",
		 ram__cache_name(walk->memory, cache->address));
}

static int see_slab(struct charge_walk *walk, const uint8_t *page)
{
	const struct slub_layout *l = &walk->memory->slub->layout;
	uint64_t counters = bytes__word(page, l->slab_freelist + sizeof(counters));
	struct slab slab = {.walk = walk};
	int is_new, err;
	int64_t index = charge_sums__cache(&walk->sums, bytes__word(page, l->slab_cache), &is_new);

	if (index == -ENOSPC) {
		walk->unread++;
		return 0;
	}
	if (index < 0)
		return (int)index;
	slab.cache = (uint32_t)index;
	if (is_new)
		describe(walk, &walk->sums.caches[index]);
	walk->sums.caches[index].in_use += slub_freelist__in_use(counters);
	err = charges__of_slab(walk->charges, page, walk->sums.caches[index].size,
			       slub_freelist__objects(counters), see_object, &slab);
	if (err == -EFAULT) {
		walk->unread++;
		return 0;
	}
	return err;
}

/* ---- pages ---- */

static bool has_flag(const uint8_t *page, const struct slub_layout *slub, uint32_t bit)
{
	return bit != SLUB_NONE && bytes__word(page, slub->page_flags) >> bit & 1;
}

enum charge_kind charge_walk__kind(const struct charge_layout *l, const struct slub_layout *slub,
				   const uint8_t *page)
{
	uint64_t mapping = bytes__word(page, slub->page_mapping);

	if (bytes__word(page, l->page_charge) & l->kernel_tag)
		return l->table_type != SLUB_NONE &&
				       bytes__half(page, slub->page_type) >> 24 == l->table_type
			       ? CHARGE_TABLES
			       : CHARGE_PAGES;
	if (mapping & ANON)
		return CHARGE_ANON;
	if (!mapping)
		return CHARGE_UNKNOWN;
	return has_flag(page, slub, l->swapbacked_flag) ? CHARGE_SHMEM : CHARGE_FILE;
}

/* Of a page that is no tail. */
static uint64_t bytes_of(const struct charge_walk *walk, uint64_t address, const uint8_t *page)
{
	const struct slub *slub = walk->memory->slub;
	uint64_t one = slub->layout.page_size;
	uint8_t order;

	if (!has_flag(page, &slub->layout, walk->charges->layout.head_flag) ||
	    slub->layout.page_order == SLUB_NONE ||
	    slub->read(slub->arg, vmemmap__page_of(slub, address) + slub->layout.page_order, &order,
		       sizeof(order)) ||
	    order > MOST_ORDER)
		return one;
	return one << order;
}

static int add_file(struct charge_walk *walk, const struct charge_file *page)
{
	uint64_t id = idmap__mix(page->mapping ^ (uint64_t)page->memcg << 32 ^ page->kind);
	uint32_t index = idmap__find(&walk->by_file, id);
	int err = 0;

	if (index == IDMAP_NONE && walk->nr_files == CHARGE_FILES_MOST) {
		walk->without_file++;
		return 0;
	}
	if (index == IDMAP_NONE) {
		err = array__reserve((void **)&walk->files, walk->nr_files + 1, &walk->room_files,
				     sizeof(*walk->files));
		if (!err)
			err = idmap__add(&walk->by_file, id, walk->nr_files);
		if (err)
			return err;
		index = walk->nr_files++;
		walk->files[index] = (struct charge_file){
			.memcg = page->memcg, .kind = page->kind, .mapping = page->mapping};
	}
	walk->files[index].pages++;
	walk->files[index].bytes += page->bytes;
	return 0;
}

static int see_page(void *arg, uint64_t address, const uint8_t *page, enum ram_kind kind)
{
	struct charge_walk *walk = arg;
	const struct charge_layout *l = &walk->charges->layout;
	const struct slub_layout *slub = &walk->memory->slub->layout;
	struct charge_file file = {};
	uint64_t word;

	if (kind == RAM_SLAB)
		return see_slab(walk, page);
	word = bytes__word(page, l->page_charge);
	if (!word)
		return 0;
	file.memcg = charges__of_page(walk->charges, word);
	/* struct pages that were never set up may hold anything; frozen ones have no references */
	if (file.memcg == CHARGES_UNKNOWN && !bytes__half(page, slub->page_refcount))
		return 0;
	file.kind = charge_walk__kind(l, slub, page);
	file.bytes = bytes_of(walk, address, page);
	charge_sums__add(&walk->sums, file.memcg, file.kind, file.bytes);
	if (file.memcg >= walk->sums.nr_memcgs || !walk->charges->memcgs->list[file.memcg].dead)
		return 0;
	if (file.kind == CHARGE_FILE || file.kind == CHARGE_SHMEM)
		file.mapping = bytes__word(page, slub->page_mapping) & ~MAPPING_TAGS;
	return add_file(walk, &file);
}

/* ---- all of it ---- */

static int see_percpu(void *arg, uint32_t memcg, uint32_t bytes)
{
	struct charge_walk *walk = arg;

	charge_sums__add(&walk->sums, memcg, CHARGE_PERCPU, (uint64_t)bytes * walk->cpus);
	return 0;
}

int charge_walk__take(struct charge_walk *walk)
{
	int err = charge_sums__begin(&walk->sums, walk->charges->memcgs->nr);

	walk->nr_files = 0;
	idmap__clear(&walk->by_file);
	charges__forget(walk->charges);
	if (!err)
		err = ram_walk__pages(walk->memory, see_page, walk);
	if (!err && walk->percpu)
		walk->percpu_known =
			!charges__of_percpu(walk->charges, walk->percpu, see_percpu, walk);
	if (!err)
		charge_sums__sort(&walk->sums);
	return err;
}

void charge_walk__free(struct charge_walk *walk)
{
	charge_sums__free(&walk->sums);
	free(walk->files);
	idmap__free(&walk->by_file);
}
