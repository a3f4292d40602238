// SPDX-License-Identifier: GPL-2.0-only
#include "memory/charges.h"
#include "kleak.h"
#include "util/array.h"
#include "util/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WORDS   1000000
#define MOST_OBJECTS 32767 /* of a slab: 15 bits */
#define MOST_CHUNKS  65536
#define MOST_LISTS   256
#define MOST_PAGES   4096 /* of a chunk */
#define UNIT	     4	  /* PCPU_MIN_ALLOC_SIZE */

/* ---- a word ---- */

/*
 * The group that the word refers to, with or without an obj_cgroup in between: which of the two it
 * is shows where it leads to.
 */
static uint32_t find(const struct charges *charges, uint64_t address)
{
	uint32_t memcg = memcgs__find(charges->memcgs, address);
	uint64_t its;

	if (memcg != MEMCGS_NONE)
		return memcg;
	if (address % sizeof(address) ||
	    charges->read(charges->arg, address + charges->layout.objcg_memcg, &its, sizeof(its)))
		return CHARGES_UNKNOWN;
	memcg = memcgs__find(charges->memcgs, its);
	return memcg == MEMCGS_NONE ? CHARGES_UNKNOWN : memcg;
}

uint32_t charges__of_page(struct charges *charges, uint64_t word)
{
	uint64_t address = word & ~charges->layout.tag_mask, id = idmap__mix(address);
	uint32_t memcg;

	if (!address)
		return CHARGES_NOBODY;
	memcg = idmap__find(&charges->by_word, id);
	if (memcg != IDMAP_NONE)
		return memcg;
	memcg = find(charges, address);
	/* without room for it it is looked up again */
	if (charges->by_word.nr < MOST_WORDS)
		idmap__add(&charges->by_word, id, memcg);
	return memcg;
}

/* ---- slabs ---- */

static bool has_bit(const uint8_t *page, uint32_t byte, uint32_t bit)
{
	return page[byte] >> bit & 1;
}

static uint64_t stride_of(const struct charge_layout *l, const uint8_t *page, uint32_t size)
{
	uint64_t stride = 0;

	if (l->slab_in_object != SLUB_NONE)
		return has_bit(page, l->slab_in_object, l->slab_in_object_bit) ? size : l->element;
	if (l->slab_stride == SLUB_NONE || l->slab_stride_bytes > sizeof(stride))
		return l->element;
	memcpy(&stride, page + l->slab_stride, l->slab_stride_bytes);
	return stride;
}

static int read_much(const struct charges *charges, uint64_t address, size_t len)
{
	for (size_t done = 0, n; done < len; done += n) {
		n = len - done < KLEAK_READ_MOST ? len - done : KLEAK_READ_MOST;
		if (charges->read(charges->arg, address + done, charges->vector + done, n))
			return -EFAULT;
	}
	return 0;
}

/* Read the vector into charges->vector, such that its elements stand side by side. */
static int read_vector(struct charges *charges, uint64_t address, uint32_t nr, uint64_t stride)
{
	size_t element = charges->layout.element;
	int err = array__reserve((void **)&charges->vector, nr * element, &charges->room_vector, 1);

	if (err)
		return err;
	if (stride == element)
		return read_much(charges, address, nr * element);
	for (uint32_t i = 0; i < nr; i++)
		if (charges->read(charges->arg, address + i * stride, charges->vector + i * element,
				  element))
			return -EFAULT;
	return 0;
}

int charges__of_slab(struct charges *charges, const uint8_t *page, uint32_t size, uint32_t nr,
		     charges_see see, void *arg)
{
	const struct charge_layout *l = &charges->layout;
	uint64_t word = bytes__word(page, l->slab_vector), stride = stride_of(l, page, size);
	int err;

	if (!(word & l->vector_tag) || !(word & ~l->tag_mask) ||
	    (l->slab_has_groups != SLUB_NONE &&
	     !has_bit(page, l->slab_has_groups, l->slab_has_groups_bit)))
		return 0;
	if (nr > MOST_OBJECTS || stride < l->element || stride > UINT32_MAX)
		return -EFAULT;
	err = read_vector(charges, word & ~l->tag_mask, nr, stride);
	for (uint32_t i = 0; i < nr && !err; i++) {
		uint64_t its = bytes__word(charges->vector, i * l->element + l->element_objcg);

		if (its)
			err = see(arg, i, charges__of_page(charges, its));
	}
	return err;
}

/* ---- per-CPU memory ---- */

struct chunk {
	uint64_t vector, bounds;
	uint32_t units;
};

/* The unit in which the allocation ends that begins with this one. */
static uint32_t end_of(const uint8_t *bounds, uint32_t unit, uint32_t units)
{
	for (uint32_t i = unit + 1; i < units; i++)
		if (bounds[i / 8] >> i % 8 & 1)
			return i;
	return units;
}

static int see_chunk(struct charges *charges, const struct chunk *chunk,
		     int (*see)(void *arg, uint32_t memcg, uint32_t bytes), void *arg)
{
	const struct charge_layout *l = &charges->layout;
	size_t elements = (size_t)chunk->units * l->chunk_element;
	size_t bounds = chunk->units / 8 + sizeof(uint64_t);
	int err = array__reserve((void **)&charges->vector, elements + bounds,
				 &charges->room_vector, 1);

	if (err)
		return err;
	if (read_much(charges, chunk->vector, elements))
		return -EFAULT;
	/* its end is the first bit behind it */
	if (charges->read(charges->arg, chunk->bounds, charges->vector + elements,
			  (chunk->units + 7) / 8))
		return -EFAULT;
	for (uint32_t i = 0; i < chunk->units && !err; i++) {
		uint64_t its = bytes__word(charges->vector, i * l->chunk_element + l->chunk_objcg);

		if (its)
			err = see(arg, charges__of_page(charges, its),
				  (end_of(charges->vector + elements, i, chunk->units) - i) * UNIT);
	}
	return err;
}

static int read_chunk(struct charges *charges, const struct percpu_chunks *chunks, uint64_t at,
		      struct chunk *chunk)
{
	int32_t pages;

	if (charges->read(charges->arg, at + charges->layout.chunk_vector, &chunk->vector,
			  sizeof(chunk->vector)) ||
	    charges->read(charges->arg, at + chunks->layout.bound_map, &chunk->bounds,
			  sizeof(chunk->bounds)) ||
	    charges->read(charges->arg, at + chunks->layout.nr_pages, &pages, sizeof(pages)) ||
	    pages <= 0 || pages > MOST_PAGES)
		return -EFAULT;
	chunk->units = (uint32_t)pages * chunks->page_size / UNIT;
	return 0;
}

static int see_list(struct charges *charges, const struct percpu_chunks *chunks, uint64_t head,
		    int (*see)(void *arg, uint32_t memcg, uint32_t bytes), void *arg)
{
	uint64_t at;
	int err = charges->read(charges->arg, head, &at, sizeof(at));

	for (int i = 0; at != head && !err; i++) {
		struct chunk chunk;

		if (i == MOST_CHUNKS ||
		    read_chunk(charges, chunks, at - chunks->layout.list, &chunk))
			return -EFAULT;
		if (chunk.vector)
			err = see_chunk(charges, &chunk, see, arg);
		if (!err)
			err = charges->read(charges->arg, at, &at, sizeof(at));
	}
	return err;
}

int charges__of_percpu(struct charges *charges, const struct percpu_chunks *chunks,
		       int (*see)(void *arg, uint32_t memcg, uint32_t bytes), void *arg)
{
	uint64_t lists;
	uint32_t nr;
	int err = 0;

	if (!chunks->layout.types || !chunks->lists || !chunks->nr_slots ||
	    charges->layout.chunk_vector == SLUB_NONE)
		return -ENOTSUP;
	if (charges->read(charges->arg, chunks->lists, &lists, sizeof(lists)) ||
	    charges->read(charges->arg, chunks->nr_slots, &nr, sizeof(nr)) ||
	    nr > MOST_LISTS / chunks->layout.types)
		return -EFAULT;
	for (uint32_t i = 0; i < nr * chunks->layout.types && !err; i++)
		err = see_list(charges, chunks, lists + 2 * sizeof(uint64_t) * i, see, arg);
	return err;
}

void charges__forget(struct charges *charges)
{
	idmap__clear(&charges->by_word);
}

void charges__free(struct charges *charges)
{
	idmap__free(&charges->by_word);
	free(charges->vector);
	memset(charges, 0, sizeof(*charges));
}
