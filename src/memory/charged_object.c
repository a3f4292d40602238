// SPDX-License-Identifier: GPL-2.0-only
#include "memory/charged_object.h"
#include "memory/slub_cache.h"
#include "memory/subjects.h"
#include "memory/vmemmap.h"
#include "util/array.h"
#include "util/bytes.h"

#include <errno.h>
#include <stdlib.h>

struct charged_chunk {
	uint64_t at, base; /* its struct pcpu_chunk; where the first unit is mapped */
	uint64_t bytes;
};

/* ---- slabs and pages ---- */

/* The struct page at *page, or that of its head; then *page is where that is.  False: not read. */
static bool read_head(const struct slub *slub, uint64_t *page, uint8_t bytes[SLUB_PAGE_MOST])
{
	uint32_t size = slub->layout.page;
	uint64_t head;

	if (size > SLUB_PAGE_MOST || slub->read(slub->arg, *page, bytes, size))
		return false;
	head = vmemmap__head_of(*page, bytes__word(bytes, slub->layout.page_head));
	if (head == *page)
		return true;
	*page = head;
	return !slub->read(slub->arg, head, bytes, size);
}

/* Of the struct page at `page`, which is no slab's. */
static uint32_t of_page(const struct charged_object *object, uint64_t page)
{
	uint8_t bytes[SLUB_PAGE_MOST];

	if (!read_head(object->slub, &page, bytes) ||
	    vmemmap__says_slab(&object->slub->layout, bytes))
		return CHARGES_UNKNOWN;
	return charges__of_page(object->charges,
				bytes__word(bytes, object->charges->layout.page_charge));
}

/* Of what kmalloc() or kmem_cache_alloc() gave: large kmalloc()s are pages. */
static uint32_t of_slab(const struct charged_object *object, uint64_t address)
{
	struct slub *slub = object->slub;
	uint64_t page = vmemmap__page_of(slub, address), start;
	uint8_t bytes[SLUB_PAGE_MOST];
	const struct slub_cache *cache;
	int64_t index;

	if (!read_head(slub, &page, bytes))
		return CHARGES_UNKNOWN;
	if (!vmemmap__says_slab(&slub->layout, bytes))
		return charges__of_page(object->charges,
					bytes__word(bytes, object->charges->layout.page_charge));
	index = slub_cache__at(slub, bytes__word(bytes, slub->layout.slab_cache));
	cache = index < 0 ? NULL : &slub->caches[index];
	start = vmemmap__address_of(slub, page);
	if (!cache || !cache->known || address < start)
		return CHARGES_UNKNOWN;
	return charges__of_object(object->charges, bytes, cache->size,
				  (uint32_t)((address - start) / cache->size));
}

/* ---- vmalloc() ---- */

/* By the first page of the area whose struct vm_struct is at `vm`. */
static uint32_t of_area(const struct charged_object *object, uint64_t vm)
{
	const struct slub *slub = object->slub;
	uint64_t pages, first;

	if (!object->areas || slub__read_word(slub, vm + object->areas->vm_pages, &pages) ||
	    !pages || slub__read_word(slub, pages, &first) || !first)
		return CHARGES_UNKNOWN;
	return of_page(object, first);
}

/* ---- per-CPU memory ---- */

static void begin_chunks(void *arg)
{
	struct charged_object *object = arg;

	object->nr_chunks = 0;
}

static int add_chunk(void *arg, const struct percpu_chunk *chunk)
{
	struct charged_object *object = arg;
	const struct percpu_chunks *percpu = object->percpu;
	struct charged_chunk its = {.at = chunk->at, .bytes = (uint64_t)chunk->bytes};
	int err;

	if (percpu->read(percpu->arg, chunk->at + percpu->layout.base_addr, &its.base,
			 sizeof(its.base)))
		return -EAGAIN;
	err = array__reserve((void **)&object->chunks, object->nr_chunks + 1, &object->room_chunks,
			     sizeof(*object->chunks));
	if (!err)
		object->chunks[object->nr_chunks++] = its;
	return err;
}

static uint32_t of_percpu(struct charged_object *object, uint64_t key)
{
	const struct slub *slub = object->slub;
	uint64_t copy = subjects__percpu_pointer(slub, key) +
			percpu_chunks__nearest(slub->cpu_offsets, slub->nr_cpus);

	if (!object->percpu)
		return CHARGES_UNKNOWN;
	if (!object->chunks_read)
		object->chunks_known = !percpu_chunks__each(
			object->percpu,
			&(struct percpu_chunks_visitor){begin_chunks, add_chunk, object});
	object->chunks_read = true;
	for (size_t i = 0; i < object->nr_chunks && object->chunks_known; i++) {
		const struct charged_chunk *chunk = &object->chunks[i];

		if (copy - chunk->base < chunk->bytes)
			return charges__of_unit(object->charges, chunk->at, copy - chunk->base);
	}
	return CHARGES_UNKNOWN;
}

/* ---- all of them ---- */

uint32_t charged_object__of(struct charged_object *object, uint64_t key)
{
	uint64_t address = subjects__address_of(key);

	switch (~key & KLEAK_SPACE_MASK) {
	case KLEAK_SPACE_SLAB:
		return of_slab(object, address);
	case KLEAK_SPACE_VMALLOC:
		return of_area(object, address);
	case KLEAK_SPACE_PERCPU:
		return of_percpu(object, key);
	case KLEAK_SPACE_PAGES:
		return of_page(object, address);
	default:
		return CHARGES_UNKNOWN;
	}
}

void charged_object__forget(struct charged_object *object)
{
	object->nr_chunks = 0;
	object->chunks_known = object->chunks_read = false;
	charges__forget(object->charges);
}

void charged_object__free(struct charged_object *object)
{
	free(object->chunks);
	*object = (struct charged_object){};
}
