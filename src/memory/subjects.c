// SPDX-License-Identifier: GPL-2.0-only
#include "memory/subjects.h"
#include "memory/vmemmap.h"
#include "trace/caches.h"
#include "trace/snapshot.h"
#include "util/array.h"

#include <stdlib.h>

#define LEAST_AGE_TICKS ((uint64_t)(5e9 / (1 << KLEAK_TICK_SHIFT))) /* as kmemleak */
#define PAGES_AT_ONCE	512					    /* of an area */
#define BUCKETS_AT_ONCE 1024 /* of the table, until other work has a turn: a few ms */

/* What is known of an area before all objects are. */
struct subject_area {
	uint64_t vm, pages;
	uint32_t object;
};

struct subject_block {
	uint32_t first; /* object */
	uint32_t pages; /* of it that the table has */
	uint32_t order;
};

static int read_memory(const struct subjects *subjects, uint64_t address, void *to, size_t len)
{
	return subjects->slub->read(subjects->slub->arg, address, to, len);
}

uint64_t subjects__address_of(uint64_t key)
{
	return ~key & ~(uint64_t)KLEAK_SPACE_MASK;
}

/* The first ones of a site will do: the table has them in the order of a hash. */
static void sample(struct subjects *subjects, const struct subject *subject, uint32_t object)
{
	struct referrers_site *site;

	if (!subjects->holders || !subject->key || subjects->groups[subject->site] == SCAN_NONE)
		return;
	site = &subjects->holders->sites[subjects->groups[subject->site]];
	if (site->sampled == REFERRERS_SAMPLED)
		return;
	site->sampled++;
	subjects->scan->objects[object].sampled = true;
}

static int add_subject(struct subjects *subjects, const struct subject *subject, uint32_t *object)
{
	int err = array__reserve((void **)&subjects->list, subjects->nr + 1, &subjects->room,
				 sizeof(*subjects->list));

	if (!err)
		err = scan__add(subjects->scan, object);
	if (err)
		return err;
	subjects->list[subjects->nr++] = *subject;
	sample(subjects, subject, *object);
	return 0;
}

static int add_slab(struct subjects *subjects, const struct subject *subject,
		    const struct kleak_record *record)
{
	uint64_t address = subjects__address_of(subject->key);
	uint32_t object;
	int err = add_subject(subjects, subject, &object);

	if (!err)
		err = scan__add_range(subjects->scan, object, address, address + record->bytes);
	if (!err && record->flags & KLEAK_RECORD_VM_STRUCT) {
		subjects->list[object].companion = true;
		err = idmap__add(&subjects->vm_structs, idmap__mix(address), object);
	}
	return err;
}

/*
 * A pointer to per-CPU memory is an offset.  Its top bit is not in the key (kleak.h); but
 * what it points at on a CPU is a kernel address, which has it set.
 */
uint64_t subjects__percpu_pointer(const struct slub *slub, uint64_t key)
{
	uint64_t pointer = subjects__address_of(key) >> 1, top = 1ULL << 63;

	return (pointer + slub->cpu_offsets[0]) & top ? pointer : pointer | top;
}

uint64_t subjects__percpu_bytes(const struct slub *slub, const struct kleak_record *record)
{
	return record->bytes / slub->nr_cpus;
}

/* Where the copies are does not count, as with kmemleak: their own lists point there. */
static int add_percpu(struct subjects *subjects, const struct subject *subject,
		      const struct kleak_record *record)
{
	uint64_t pointer = subjects__percpu_pointer(subjects->slub, subject->key);
	uint32_t object;
	int err = add_subject(subjects, subject, &object);

	if (!err)
		err = scan__add_range(subjects->scan, object, pointer,
				      pointer + subjects__percpu_bytes(subjects->slub, record));
	return err;
}

/* The memory of an area: its pages, in the direct map. */
static int add_pages(struct subjects *subjects, uint32_t object, uint64_t array, uint32_t nr)
{
	uint64_t pages[PAGES_AT_ONCE], start = 0, end = 0;
	uint32_t page_size = subjects->slub->layout.page_size;
	int err = 0;

	for (uint32_t at = 0; at < nr && !err;) {
		uint32_t n = nr - at < PAGES_AT_ONCE ? nr - at : PAGES_AT_ONCE;

		if (read_memory(subjects, array + at * sizeof(*pages), pages, n * sizeof(*pages)))
			return 0;
		for (uint32_t i = 0; i < n && !err; i++) {
			uint64_t address = vmemmap__address_of(subjects->slub, pages[i]);

			if (!ram__contains(subjects->memory, address))
				return 0;
			if (address != end) {
				err = scan__add_content(subjects->scan, object, start, end);
				start = address;
			}
			end = address + page_size;
		}
		at += n;
	}
	if (!err)
		err = scan__add_content(subjects->scan, object, start, end);
	return err;
}

static int add_area(struct subjects *subjects, const struct subject *subject,
		    const struct kleak_record *record)
{
	const struct area_layout *l = subjects->areas_layout;
	uint64_t vm = subjects__address_of(subject->key), addr, size, pages;
	uint32_t object, nr;
	int err;

	if (read_memory(subjects, vm + l->vm_addr, &addr, sizeof(addr)) ||
	    read_memory(subjects, vm + l->vm_size, &size, sizeof(size)) ||
	    read_memory(subjects, vm + l->vm_pages, &pages, sizeof(pages)) ||
	    read_memory(subjects, vm + l->vm_nr_pages, &nr, sizeof(nr)))
		return 0;
	if (!pages || (uint64_t)nr * subjects->slub->layout.page_size != record->bytes ||
	    record->bytes > size)
		return 0; /* it is going away, or it is another one by now */
	err = add_subject(subjects, subject, &object);
	if (!err)
		err = array__reserve((void **)&subjects->areas, subjects->nr_areas + 1,
				     &subjects->room_areas, sizeof(*subjects->areas));
	if (err)
		return err;
	subjects->areas[subjects->nr_areas++] = (struct subject_area){vm, pages, object};
	subjects->scan->objects[object].area = true;
	err = scan__add_range(subjects->scan, object, addr, addr + size);
	if (!err)
		err = add_pages(subjects, object, pages, nr);
	return err;
}

static uint32_t order_of(const struct kleak_record *record)
{
	return record->flags >> KLEAK_RECORD_ORDER_SHIFT;
}

/* Where the block of a page begins: at a multiple of its size. */
static uint64_t block_of(const struct subjects *subjects, uint64_t address, uint32_t order)
{
	return address & ~(((uint64_t)subjects->slub->layout.page_size << order) - 1);
}

bool subjects__has_pages(const struct subjects *subjects, uint64_t key,
			 const struct kleak_record *record)
{
	uint64_t address = vmemmap__address_of(subjects->slub, subjects__address_of(key));

	return ram__kind_in_block(subjects->memory, address,
				  block_of(subjects, address, order_of(record))) == RAM_KERNEL;
}

/* The other pages of its block are reached with it. */
static int join_block(struct subjects *subjects, uint32_t object, uint64_t address, uint32_t order,
		      uint64_t allocated_at)
{
	uint64_t start = block_of(subjects, address, order);
	uint64_t id = idmap__mix(start ^ allocated_at << 20 ^ order);
	uint32_t at = idmap__find(&subjects->by_block, id);
	struct subject_block *block;
	int err;

	if (at != IDMAP_NONE) {
		block = &subjects->blocks[at];
		block->pages++;
		err = scan__add_edge(subjects->scan, block->first, object);
		return err ? err : scan__add_edge(subjects->scan, object, block->first);
	}
	err = array__reserve((void **)&subjects->blocks, subjects->nr_blocks + 1,
			     &subjects->room_blocks, sizeof(*subjects->blocks));
	if (err)
		return err;
	subjects->blocks[subjects->nr_blocks] = (struct subject_block){object, 1, order};
	return idmap__add(&subjects->by_block, id, (uint32_t)subjects->nr_blocks++);
}

/* Where a page's worth of struct pages is in the direct map; 0: not known.  0 or -ENOMEM. */
static int find_piece(struct subjects *subjects, uint64_t mapped, uint64_t *address)
{
	uint64_t id = idmap__mix(mapped);
	uint32_t at = idmap__find(&subjects->by_piece, id);
	struct page_mapping mapping;
	int err;

	if (at != IDMAP_NONE) {
		*address = subjects->pieces[at];
		return 0;
	}
	err = array__reserve((void **)&subjects->pieces, subjects->nr_pieces + 1,
			     &subjects->room_pieces, sizeof(*subjects->pieces));
	if (err)
		return err;
	*address = page_tables__find(subjects->tables, mapped, &mapping)
			   ? 0
			   : mapping.address + (mapped - mapping.mapped);
	subjects->pieces[subjects->nr_pieces] = *address;
	return idmap__add(&subjects->by_piece, id, (uint32_t)subjects->nr_pieces++);
}

/* The words of the struct pages at [start, end) are the object's, where they are read. */
static int add_struct_pages(struct subjects *subjects, uint32_t object, uint64_t start,
			    uint64_t end)
{
	uint64_t page_size = subjects->slub->layout.page_size, address = 0;
	int err = 0;

	for (uint64_t at = start, to; at < end && !err; at = to) {
		uint64_t mapped = at & ~(page_size - 1);

		to = mapped + page_size < end ? mapped + page_size : end;
		err = find_piece(subjects, mapped, &address);
		if (!err && address)
			err = scan__add_content(subjects->scan, object, address + (at - mapped),
						address + (to - mapped));
	}
	return err;
}

/*
 * Pages that another allocator or a process has by now are no objects.  A struct page belongs to
 * its page: what is linked by it is reached through it.
 */
static int add_page(struct subjects *subjects, const struct subject *subject,
		    const struct kleak_record *record)
{
	const struct slub_layout *l = &subjects->slub->layout;
	uint64_t page = subjects__address_of(subject->key);
	uint64_t address = vmemmap__address_of(subjects->slub, page);
	uint64_t end = page + record->bytes / l->page_size * l->page;
	uint32_t object;
	int err;

	if (subjects->view->sites[record->site].muted ||
	    !subjects__has_pages(subjects, subject->key, record))
		return 0;
	err = add_subject(subjects, subject, &object);
	if (!err)
		err = scan__add_range(subjects->scan, object, address, address + record->bytes);
	if (!err)
		err = scan__add_range(subjects->scan, object, page, end);
	if (!err)
		err = add_struct_pages(subjects, object, page, end);
	if (!err && order_of(record))
		err = ram__keep(subjects->memory, address, address + record->bytes);
	if (!err && order_of(record))
		err = join_block(subjects, object, address, order_of(record), record->allocated_at);
	return err;
}

/* Of a block that was not recorded as a whole the first page may be one of those left out. */
static void doubt_blocks(struct subjects *subjects)
{
	for (size_t i = 0; i < subjects->nr_blocks && subjects->sampled; i++)
		if (subjects->blocks[i].pages < 1U << subjects->blocks[i].order)
			subjects->scan->objects[subjects->blocks[i].first].reached = true;
}

static int add_object(struct subjects *subjects, uint32_t slot, uint64_t now)
{
	const struct tracer_view *view = subjects->view;
	struct kleak_record record;
	struct subject subject = {.slot = slot};
	uint32_t cache;

	subject.key = snapshot__read_record(&record, view->buckets, slot);
	if (subject.key == KLEAK_KEY_EMPTY || subject.key == KLEAK_KEY_BUSY)
		return 0;
	if (record.bytes & KLEAK_BYTES_UNSIZED || !record.bytes || record.site >= view->nr_sites)
		return 0;
	subject.allocated_at = record.allocated_at;
	subject.site = record.site;
	subject.young = kleak_age(now, record.allocated_at) < LEAST_AGE_TICKS ||
			record.flags & KLEAK_RECORD_RCU_PENDING;
	switch (~subject.key & KLEAK_SPACE_MASK) {
	case KLEAK_SPACE_SLAB:
		cache = view->sites[record.site].cache % KLEAK_MAX_CACHES;
		subject.large = view->caches[cache].flags & KLEAK_CACHE_LARGE;
		subject.kmem = cache__kmem(&view->caches[cache]);
		subject.size = subject.large ? 0 : (uint32_t)record.bytes;
		return add_slab(subjects, &subject, &record);
	case KLEAK_SPACE_VMALLOC:
		return add_area(subjects, &subject, &record);
	case KLEAK_SPACE_PERCPU:
		return add_percpu(subjects, &subject, &record);
	case KLEAK_SPACE_PAGES:
		return add_page(subjects, &subject, &record);
	default:
		return 0;
	}
}

/* A vm_struct refers to its area only in so far as somebody refers to it. */
static int add_books(struct subjects *subjects, const struct subject_area *area)
{
	const struct subject companion = {.companion = true};
	uint32_t vm = idmap__find(&subjects->vm_structs, idmap__mix(area->vm));
	int err = 0;

	if (vm == IDMAP_NONE) {
		err = add_subject(subjects, &companion, &vm);
		if (!err)
			err = scan__add_range(subjects->scan, vm, area->vm,
					      area->vm + subjects->areas_layout->vm_struct);
	}
	if (err)
		return err;
	subjects->scan->objects[vm].silent = true;
	subjects->scan->objects[vm].books_of = area->object;
	return scan__add_edge(subjects->scan, vm, area->object);
}

int subjects__gather(struct subjects *subjects, uint64_t now)
{
	const struct tracer_view *view = subjects->view;
	int err = 0;

	scan__begin(subjects->scan);
	subjects->scan->vm_words = subjects->areas_layout->vmap_area_vm / sizeof(uint64_t);
	subjects->nr = 0;
	subjects->nr_areas = 0;
	subjects->nr_blocks = 0;
	ram__forget_kept(subjects->memory);
	subjects->nr_pieces = 0;
	idmap__clear(&subjects->by_piece);
	idmap__clear(&subjects->vm_structs);
	idmap__clear(&subjects->by_block);
	for (uint32_t b = 0; b < view->nr_buckets && !err; b++) {
		for (uint32_t i = 0; i < KLEAK_BUCKET_KEYS && !err; i++)
			if (view->buckets[b].key[i] != KLEAK_KEY_EMPTY)
				err = add_object(subjects, b * KLEAK_BUCKET_KEYS + i, now);
		if (!err && b % BUCKETS_AT_ONCE == 0 && subjects->scan->between)
			err = subjects->scan->between(subjects->scan->arg);
	}
	for (size_t i = 0; i < subjects->nr_areas && !err; i++)
		err = add_books(subjects, &subjects->areas[i]);
	doubt_blocks(subjects);
	if (!err)
		err = scan__index(subjects->scan);
	/* The array of an area's pages goes where the area goes. */
	for (size_t i = 0; i < subjects->nr_areas && !err; i++) {
		uint32_t pages = scan__find(subjects->scan, subjects->areas[i].pages);

		if (pages == SCAN_NONE)
			continue;
		subjects->list[pages].companion = true;
		err = scan__add_edge(subjects->scan, subjects->areas[i].object, pages);
	}
	return err;
}

uint64_t subjects__area_of(const struct subjects *subjects, uint64_t vm)
{
	uint64_t start;

	return read_memory(subjects, vm + subjects->areas_layout->vm_addr, &start, sizeof(start))
		       ? 0
		       : start;
}

bool subjects__read_record(const struct subjects *subjects, const struct subject *subject,
			   struct kleak_record *record)
{
	return snapshot__read_record(record, subjects->view->buckets, subject->slot) ==
		       subject->key &&
	       record->allocated_at == subject->allocated_at && record->site == subject->site &&
	       !(record->flags & KLEAK_RECORD_RCU_PENDING);
}

bool subjects__is_there(const struct subjects *subjects, uint32_t object)
{
	struct kleak_record record;

	return !subjects->list[object].key ||
	       subjects__read_record(subjects, &subjects->list[object], &record);
}

void subjects__drop_freed(struct subjects *subjects)
{
	for (uint32_t i = 0; i < subjects->nr; i++) {
		struct scan_object *object = &subjects->scan->objects[i];

		if (!object->sampled || subjects__is_there(subjects, i))
			continue;
		object->sampled = false;
		subjects->holders->sites[subjects->groups[subjects->list[i].site]].sampled--;
	}
}

void subjects__free(struct subjects *subjects)
{
	free(subjects->list);
	free(subjects->areas);
	free(subjects->blocks);
	free(subjects->pieces);
	idmap__free(&subjects->by_piece);
	idmap__free(&subjects->vm_structs);
	idmap__free(&subjects->by_block);
}
