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
#define MOST_PAGES   4096  /* of a chunk */
#define UNIT	     4	   /* PCPU_MIN_ALLOC_SIZE */
#define CLOSE	     4	   /* elements apart are read with what is between them */

/* ---- a word ---- */

/* The group at this address, if it is still the one that was read; or CHARGES_UNKNOWN. */
static uint32_t group_at(const struct charges *charges, uint64_t address)
{
	uint32_t memcg = memcgs__find(charges->memcgs, address);

	return memcg != MEMCGS_NONE && memcgs__is_same(charges->memcgs, memcg) ? memcg
									       : CHARGES_UNKNOWN;
}

/*
 * The group that the word refers to, with or without an obj_cgroup in between: which of the two it
 * is shows where it leads to.
 */
static uint32_t find(const struct charges *charges, uint64_t address)
{
	uint32_t memcg = group_at(charges, address);
	uint64_t its;

	if (memcg != CHARGES_UNKNOWN || address % sizeof(address) ||
	    charges->read(charges->arg, address + charges->layout.objcg_memcg, &its, sizeof(its)))
		return memcg;
	return group_at(charges, its);
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
	charges->strangers += memcg == CHARGES_UNKNOWN;
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

/*
 * From one object to the next in a vector that has groups, where the slab does not say so; 0: it is
 * not known.  The key is set once, while the kernel boots.
 */
static uint64_t size_of_elements(struct charges *charges)
{
	const struct charge_layout *l = &charges->layout;
	int32_t count;

	if (!l->may_have_tags)
		return l->element;
	if (!charges->elements) {
		if (!l->tags_key ||
		    charges->read(charges->arg, l->tags_key + l->key_count, &count, sizeof(count)))
			return 0;
		charges->elements = count > 0 ? 2 : 1;
	}
	return (uint64_t)charges->elements * l->element;
}

static uint64_t stride_of(struct charges *charges, const uint8_t *page, uint32_t size)
{
	const struct charge_layout *l = &charges->layout;
	uint64_t stride = 0;

	if (l->slab_in_object != SLUB_NONE &&
	    has_bit(page, l->slab_in_object, l->slab_in_object_bit))
		return size;
	if (l->slab_in_object != SLUB_NONE || l->slab_stride == SLUB_NONE ||
	    l->slab_stride_bytes > sizeof(stride))
		return size_of_elements(charges);
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
	bool close = stride <= CLOSE * element;
	int err = array__reserve((void **)&charges->vector, nr * (close ? stride : element),
				 &charges->room_vector, 1);

	if (err)
		return err;
	if (close) {
		err = read_much(charges, address, nr * stride);
		for (uint32_t i = 1; i < nr && stride != element && !err; i++)
			memmove(charges->vector + i * element, charges->vector + i * stride,
				element);
		return err;
	}
	for (uint32_t i = 0; i < nr; i++)
		if (charges->read(charges->arg, address + i * stride, charges->vector + i * element,
				  element))
			return -EFAULT;
	return 0;
}

/* Where the vector of a slab's groups is; 0: it has none, nothing of it is charged. */
static uint64_t vector_of(const struct charge_layout *l, const uint8_t *page)
{
	uint64_t word = bytes__word(page, l->slab_vector);

	if (!(word & l->vector_tag) || (l->slab_has_groups != SLUB_NONE &&
					!has_bit(page, l->slab_has_groups, l->slab_has_groups_bit)))
		return 0;
	return word & ~l->tag_mask;
}

static bool is_stride(const struct charge_layout *l, uint64_t stride)
{
	return stride >= l->element && stride <= UINT32_MAX;
}

int charges__of_slab(struct charges *charges, const uint8_t *page, uint32_t size, uint32_t nr,
		     charges_see see, void *arg)
{
	const struct charge_layout *l = &charges->layout;
	uint64_t vector = vector_of(l, page), stride = stride_of(charges, page, size);
	int err;

	if (!vector)
		return 0;
	if (nr > MOST_OBJECTS || !is_stride(l, stride))
		return -EFAULT;
	err = read_vector(charges, vector, nr, stride);
	for (uint32_t i = 0; i < nr && !err; i++) {
		uint64_t its = bytes__word(charges->vector, i * l->element + l->element_objcg);

		if (its)
			err = see(arg, i, charges__of_page(charges, its));
	}
	return err;
}

uint32_t charges__of_object(struct charges *charges, const uint8_t *page, uint32_t size,
			    uint32_t index)
{
	const struct charge_layout *l = &charges->layout;
	uint64_t vector = vector_of(l, page), stride = stride_of(charges, page, size), its;

	if (!vector)
		return CHARGES_NOBODY;
	if (index >= MOST_OBJECTS || !is_stride(l, stride) ||
	    charges->read(charges->arg, vector + index * stride + l->element_objcg, &its,
			  sizeof(its)))
		return CHARGES_UNKNOWN;
	return charges__of_page(charges, its);
}

/* ---- per-CPU memory ---- */

uint32_t charges__of_unit(struct charges *charges, uint64_t chunk, uint64_t offset)
{
	const struct charge_layout *l = &charges->layout;
	uint64_t vector, its;

	if (l->chunk_vector == SLUB_NONE ||
	    charges->read(charges->arg, chunk + l->chunk_vector, &vector, sizeof(vector)))
		return CHARGES_UNKNOWN;
	if (!vector)
		return CHARGES_NOBODY;
	if (charges->read(charges->arg, vector + offset / UNIT * l->chunk_element + l->chunk_objcg,
			  &its, sizeof(its)))
		return CHARGES_UNKNOWN;
	return charges__of_page(charges, its);
}

struct percpu_walk {
	struct charges *charges;
	const struct percpu_chunks *chunks;
	int (*see)(void *arg, uint32_t memcg, uint32_t bytes);
	void *arg;
	struct percpu_chunk *list;
	size_t nr, room;
};

/* The unit in which the allocation ends that begins with this one. */
static uint32_t end_of(const uint8_t *bounds, uint32_t unit, uint32_t units)
{
	for (uint32_t i = unit + 1; i < units; i++)
		if (bounds[i / 8] >> i % 8 & 1)
			return i;
	return units;
}

/* What is charged of a chunk of so many units: by its vector, and where allocations begin. */
static int see_units(const struct percpu_walk *walk, uint64_t vector, uint64_t bound_map,
		     uint32_t units)
{
	struct charges *charges = walk->charges;
	const struct charge_layout *l = &charges->layout;
	size_t elements = (size_t)units * l->chunk_element;
	size_t bounds = units / 8 + sizeof(uint64_t);
	int err = array__reserve((void **)&charges->vector, elements + bounds,
				 &charges->room_vector, 1);

	if (err)
		return err;
	if (read_much(charges, vector, elements))
		return -EFAULT;
	/* its end is the first bit behind it */
	if (charges->read(charges->arg, bound_map, charges->vector + elements, (units + 7) / 8))
		return -EFAULT;
	for (uint32_t i = 0; i < units && !err; i++) {
		uint64_t its = bytes__word(charges->vector, i * l->chunk_element + l->chunk_objcg);

		if (its)
			err = walk->see(walk->arg, charges__of_page(charges, its),
					(end_of(charges->vector + elements, i, units) - i) * UNIT);
	}
	return err;
}

static int see_chunk(const struct percpu_walk *walk, const struct percpu_chunk *chunk)
{
	const struct charges *charges = walk->charges;
	uint64_t vector, bound_map;

	if (charges->read(charges->arg, chunk->at + charges->layout.chunk_vector, &vector,
			  sizeof(vector)) ||
	    charges->read(charges->arg, chunk->at + walk->chunks->layout.bound_map, &bound_map,
			  sizeof(bound_map)) ||
	    chunk->bytes > (int64_t)MOST_PAGES * walk->chunks->page_size)
		return -EFAULT;
	return vector ? see_units(walk, vector, bound_map, (uint32_t)(chunk->bytes / UNIT)) : 0;
}

static void begin_list(void *arg)
{
	struct percpu_walk *walk = arg;

	walk->nr = 0;
}

static int list_chunk(void *arg, const struct percpu_chunk *chunk)
{
	struct percpu_walk *walk = arg;
	int err = array__reserve((void **)&walk->list, walk->nr + 1, &walk->room,
				 sizeof(*walk->list));

	if (!err)
		walk->list[walk->nr++] = *chunk;
	return err;
}

int charges__of_percpu(struct charges *charges, const struct percpu_chunks *chunks,
		       int (*see)(void *arg, uint32_t memcg, uint32_t bytes), void *arg)
{
	struct percpu_walk walk = {.charges = charges, .chunks = chunks, .see = see, .arg = arg};
	/* where they all are: soon, for they change while their units are looked at */
	const struct percpu_chunks_visitor visitor = {begin_list, list_chunk, &walk};
	int err = -ENOTSUP;

	if (charges->layout.chunk_vector != SLUB_NONE)
		err = percpu_chunks__each(chunks, &visitor);
	for (size_t i = 0; i < walk.nr && !err; i++)
		err = see_chunk(&walk, &walk.list[i]);
	free(walk.list);
	return err;
}

void charges__forget(struct charges *charges)
{
	idmap__clear(&charges->by_word);
	charges->strangers = 0;
}

void charges__free(struct charges *charges)
{
	idmap__free(&charges->by_word);
	free(charges->vector);
	memset(charges, 0, sizeof(*charges));
}
