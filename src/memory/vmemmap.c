// SPDX-License-Identifier: GPL-2.0-only
#include "memory/vmemmap.h"
#include "memory/slub_cache.h"
#include "memory/slub_freelist.h"
#include "util/bytes.h"

#include <errno.h>

#define VOTES	    8
#define LEAST_VOTES 3

bool vmemmap__says_slab(const struct slub_layout *layout, const uint8_t *page)
{
	if (layout->slab_mask)
		return (bytes__half(page, layout->page_type) & layout->slab_mask) ==
		       layout->slab_type;
	return bytes__word(page, layout->page_flags) >> layout->slab_flag & 1;
}

uint64_t vmemmap__page_of(const struct slub *slub, uint64_t address)
{
	return slub->page_base + address / slub->layout.page_size * slub->layout.page;
}

uint64_t vmemmap__address_of(const struct slub *slub, uint64_t page)
{
	return (page - slub->page_base) / slub->layout.page * slub->layout.page_size;
}

/*
 * include/linux/page-flags.h, _compound_head(): a tail page has bit 0 set.  The rest is the head's
 * address, or, from 7.1 on where struct pages have a size that is a power of two, the mask (ones,
 * then zeros) that makes it of the tail's.
 */
uint64_t vmemmap__head_of(uint64_t page, uint64_t word)
{
	uint64_t zeros;

	if (!(word & 1))
		return page;
	zeros = ~(word - 1);
	return zeros & (zeros + 1) ? word - 1 : page & word;
}

/*
 * include/linux/mm_types.h: its address_space, or an anon_vma and bit 0.  A page of a page_pool has
 * the pool there, and in another word PP_SIGNATURE, which is 0x40 and an address that is no pointer
 * (0xdead << 48); the two lowest bits and those between are used for something else.
 */
bool vmemmap__says_mapped(uint64_t mapping, uint64_t pool)
{
	return mapping && !(pool >> 48 == 0xdead && (pool & 0x7c) == 0x40);
}

bool vmemmap__is_mapped(const struct slub *slub, uint64_t page)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t mapping, pool = 0;

	if (slub__read_word(slub, page + l->page_mapping, &mapping) || !mapping)
		return false;
	if (l->page_pool != SLUB_NONE && slub__read_word(slub, page + l->page_pool, &pool))
		return false;
	return vmemmap__says_mapped(mapping, pool);
}

/*
 * A slab's struct page, and an object in it, whose address rounded down to the
 * slab's size is that of the slab: the two differ by the same everywhere.
 */
static int vote(const struct slub *slub, uint64_t cache, uint64_t head, uint64_t *base)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t counters[2], its_cache, start;
	uint32_t oo;

	if (!head || slub__read_half(slub, cache + l->cache_oo, &oo) ||
	    slub__read_word(slub, head + l->slab_cache, &its_cache) || its_cache != cache ||
	    slub__read_counters(slub, head, counters) || !counters[0])
		return -ENODATA;
	/* oo: order << 16 | objects; a slab of another order has other objects */
	if (slub_freelist__objects(counters[1]) != (oo & 0xffff) || oo >> 16 > 10)
		return -ENODATA;
	start = counters[0] & ~(((uint64_t)l->page_size << (oo >> 16)) - 1);
	*base = head - start / l->page_size * l->page;
	return 0;
}

/* The first slab on the list of partly used ones votes, of the first node that has such a one. */
static int vote_of_cache(const struct slub *slub, uint64_t cache, uint64_t *base)
{
	const struct slub_layout *l = &slub->layout;

	for (uint32_t i = 0; i < slub->nr_nodes; i++) {
		uint64_t node, entry;

		if (!slub__read_word(slub, cache + l->cache_node + i * l->node_step, &node) &&
		    node && !slub__read_word(slub, node + l->node_partial, &entry) &&
		    entry != node + l->node_partial &&
		    !vote(slub, cache, entry - l->slab_list, base))
			return 0;
	}
	return -ENODATA;
}

int vmemmap__find_cache(const struct slub *slub, const struct task_layout *tasks, uint64_t task,
			uint64_t *cache)
{
	const uint32_t way[] = {tasks->nsproxy, tasks->pid_namespace, tasks->pid_cache};
	uint64_t at = task;

	for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		if (way[i] == SLUB_NONE)
			return -ENOTSUP;
		if (slub__read_word(slub, at + way[i], &at) || !at)
			return -EFAULT;
	}
	*cache = at;
	return 0;
}

/* What the caches asked so far say, all the same. */
struct election {
	const struct slub *slub;
	uint64_t base;
	int votes;
};

static int ask_cache(void *arg, uint64_t cache)
{
	struct election *election = arg;
	uint64_t its;

	if (vote_of_cache(election->slub, cache, &its))
		return 0;
	if (election->votes && its != election->base)
		return -ENODATA;
	election->base = its;
	return ++election->votes == VOTES;
}

int vmemmap__learn(struct slub *slub, uint64_t cache)
{
	struct election election = {.slub = slub};
	/* The list's head: what stands around it gets no vote. */
	int err = slub_cache__each(slub, cache, ask_cache, &election);

	if (err < 0 || election.votes < LEAST_VOTES)
		return -ENODATA;
	slub->page_base = election.base;
	return 0;
}
