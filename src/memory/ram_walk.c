// SPDX-License-Identifier: GPL-2.0-only
#include "memory/ram_walk.h"
#include "memory/page_block.h"
#include "memory/slub_mask.h"
#include "memory/vmemmap.h"
#include "util/array.h"
#include "util/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIECE ((uint64_t)KLEAK_READ_MOST)

struct walk {
	int (*see)(void *arg, uint64_t address, const uint64_t *words, size_t nr);
	int (*see_slab)(void *arg, uint64_t address, uint64_t cache);
	int (*see_page)(void *arg, uint64_t address, const uint8_t *page, enum ram_kind kind);
	void *arg;
};

/* Free objects in the slabs of [start, end) hold what is left over: no words. */
static void mask_slabs(struct ram *memory, uint64_t start, uint64_t end, uint8_t *content)
{
	for (size_t i = 0; i < memory->nr_slabs; i++) {
		const struct slub_place *slab = &memory->slabs[i];

		if (slab->bytes > PIECE)
			slub_mask__part(memory->slub, slab, start, end, content);
		else if (slab->start >= start && slab->start + slab->bytes <= end)
			slub_mask__whole(memory->slub, slab, content + (slab->start - start));
	}
}

/* What is free in slabs that are larger than a piece has to be known before it is read. */
static int read_large_slabs(struct ram *memory)
{
	int err = 0;

	for (size_t i = 0; i < memory->nr_slabs && err != -ENOMEM; i++) {
		uint64_t start;
		uint32_t size, nr;

		if (memory->slabs[i].bytes > PIECE)
			err = slub__slab_of(memory->slub, memory->slabs[i].start, &start, &size,
					    &nr);
	}
	return err == -ENOMEM ? err : 0;
}

static int by_word(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool names_owner(const struct ram *memory, const uint8_t *page, uint32_t offset)
{
	uint64_t word;

	if (offset == SLUB_NONE)
		return false;
	word = bytes__word(page, offset);
	return bsearch(&word, memory->owners, memory->nr_owners, sizeof(word), by_word);
}

/* The pages come in order of address. */
static bool is_kept(struct ram *memory, uint64_t address)
{
	while (memory->at_kept < memory->nr_kept && memory->kept[memory->at_kept].end <= address)
		memory->at_kept++;
	return memory->at_kept < memory->nr_kept && memory->kept[memory->at_kept].start <= address;
}

/* Does somebody else know which of the page's words count? */
static bool is_owned(const struct ram *memory, const uint8_t *page)
{
	const struct slub_layout *l = &memory->slub->layout;

	return memory->nr_owners && (names_owner(memory, page, l->page_index) ||
				     names_owner(memory, page, l->page_private));
}

static int by_start(const void *a, const void *b)
{
	const struct ram_range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* The pieces come in order of address. */
static void mask_dead(struct ram *memory, uint64_t start, uint64_t end, uint8_t *content)
{
	while (memory->at_dead < memory->nr_dead && memory->dead[memory->at_dead].end <= start)
		memory->at_dead++;
	for (size_t i = memory->at_dead; i < memory->nr_dead && memory->dead[i].start < end; i++) {
		const struct ram_range *dead = &memory->dead[i];
		uint64_t from = dead->start > start ? dead->start : start;
		uint64_t to = dead->end < end ? dead->end : end;

		if (from < to)
			memset(content + (from - start), 0, to - from);
	}
}

/* Also of the kernel's image, whose variables arm64 leaves out of the direct map from 7.x on: they
 * stand where the image is mapped. */
static void *peek_at(const struct ram *memory, uint64_t start, uint64_t end)
{
	void *words = memory->peek(memory->slub->arg, start, end - start);
	uint64_t image = words ? 0 : ram__in_image(memory, start);

	if (image && ram__in_image(memory, end - 1))
		words = memory->peek(memory->slub->arg, image, end - start);
	return words;
}

static int see_piece(struct ram *memory, const struct walk *walk, uint64_t start, uint64_t end)
{
	void *words = peek_at(memory, start, end);

	if (!words || !walk->see)
		return -EFAULT;
	mask_slabs(memory, start, end, words);
	mask_dead(memory, start, end, words);
	return walk->see(walk->arg, start, words, (end - start) / sizeof(uint64_t));
}

/* Where the stretch of `bytes` (2^n) ends that `at` lies in; `end` at the latest. */
static uint64_t end_of(uint64_t at, uint64_t bytes, uint64_t end)
{
	uint64_t to = (at | (bytes - 1)) + 1;

	return to < end ? to : end;
}

/* The first blank pages that end after `at`, or NULL.  The runs come in order of address. */
static const struct ram_range *blank_after(struct ram *memory, uint64_t at)
{
	while (memory->at_blank < memory->nr_blank && memory->blank[memory->at_blank].end <= at)
		memory->at_blank++;
	return memory->at_blank < memory->nr_blank ? &memory->blank[memory->at_blank] : NULL;
}

/*
 * Memory that is to be read, [start, end) in the direct map.  Of a piece that cannot be read some
 * page has gone, or was taken out of the direct map: then its pages are tried one by one.
 */
static int see_run(struct ram *memory, const struct walk *walk, uint64_t start, uint64_t end)
{
	uint64_t page_size = memory->slub->layout.page_size, single = start;
	int err = read_large_slabs(memory);

	for (uint64_t at = start, to; at < end && !err; at = to) {
		const struct ram_range *blank = blank_after(memory, at);

		if (blank && blank->start <= at) {
			to = blank->end < end ? blank->end : end;
			continue;
		}
		to = end_of(at, PIECE, blank && blank->start < end ? blank->start : end);
		if (at < single)
			to = end_of(at, page_size, to);
		err = see_piece(memory, walk, at, to);
		if (err != -EFAULT)
			continue;
		err = 0;
		if (to - at > page_size) {
			single = to;
			to = at;
		} else {
			to = end_of(at, page_size, end); /* a page may be larger than a piece */
		}
	}
	return err;
}

static int add_slab(struct ram *memory, const uint8_t *page, uint64_t head, uint64_t address)
{
	const struct slub_layout *l = &memory->slub->layout;
	struct slub_place *slab;
	int err = array__reserve((void **)&memory->slabs, memory->nr_slabs + 1, &memory->room_slabs,
				 sizeof(*memory->slabs));

	if (err)
		return err;
	slab = &memory->slabs[memory->nr_slabs++];
	*slab = (struct slub_place){
		.head = head,
		.start = address,
		.bytes = l->page_size,
		.counters = {bytes__word(page, l->slab_freelist),
			     bytes__word(page, l->slab_freelist + sizeof(uint64_t))},
	};
	return slub_mask__note(memory->slub, slab, bytes__word(page, l->slab_cache));
}

/* Note the slab that starts with this page or goes on with it. */
static int note_slab(struct ram *memory, const uint8_t *here, uint64_t page, uint64_t head,
		     uint64_t address)
{
	struct slub_place *last = memory->nr_slabs ? &memory->slabs[memory->nr_slabs - 1] : NULL;

	if (head == page)
		return add_slab(memory, here, head, address);
	if (last && last->head == head)
		last->bytes += memory->slub->layout.page_size;
	return 0;
}

/*
 * Books of others that hold the address of what they track, and would refer to all of it: those of
 * kmemleak (mm/kmemleak.c) and of CONFIG_DEBUG_OBJECTS (lib/debugobjects.c).
 */
static bool holds_books(struct ram *memory, uint64_t cache)
{
	static const char *const caches[] = {"kmemleak_object", "kmemleak_scan_area",
					     "debug_objects_cache"};
	const char *name = ram__cache_name(memory, cache);

	for (size_t i = 0; i < sizeof(caches) / sizeof(caches[0]); i++)
		if (!strcmp(name, caches[i]))
			return true;
	return false;
}

static bool is_book(struct ram *memory, const uint8_t *here, uint64_t page, uint64_t head)
{
	if (head == page && holds_books(memory, bytes__word(here, memory->slub->layout.slab_cache)))
		memory->last_books = head;
	return memory->last_books == head;
}

static bool is_left_out(struct ram *memory, enum ram_kind kind, const uint8_t *here, uint64_t page,
			uint64_t head)
{
	return kind == RAM_SLAB ? is_book(memory, here, page, head)
				: kind == RAM_KERNEL && is_owned(memory, here);
}

/* What a stretch holds. */
#define HOLDS_SLABS  1
#define HOLDS_OTHERS 2 /* what the kernel has in any other way */
#define NOT_KNOWN    (HOLDS_SLABS | HOLDS_OTHERS)

/* Pages whose struct pages are looked at in one go. */
static uint64_t stretch(const struct ram *memory)
{
	return PIECE / memory->slub->layout.page * memory->slub->layout.page_size;
}

/* Note what the stretch at `address` holds. */
static void note(struct ram *memory, uint64_t address, uint8_t held)
{
	if (memory->map == RAM_LEARNS)
		memory->held[(address - memory->base) / stretch(memory)] |= held;
}

/* Hand on the pages at [start, end), whose struct pages have been copied. */
static int walk_heads(struct ram *memory, const struct walk *walk, uint64_t start, uint64_t end)
{
	const struct slub_layout *l = &memory->slub->layout;
	uint64_t page = vmemmap__page_of(memory->slub, start);
	const uint8_t *here = memory->pages;
	int err = 0;

	for (uint64_t at = start; at < end && !err; at += l->page_size) {
		if (vmemmap__head_of(page, bytes__word(here, l->page_head)) == page)
			err = walk->see_page(walk->arg, at, here, ram__kind_of_head(l, here));
		here += l->page;
		page += l->page;
	}
	return err;
}

/* The pages at [start, end), whose struct pages have been copied. */
static int walk_copied(struct ram *memory, const struct walk *walk, uint64_t start, uint64_t end)
{
	const struct slub_layout *l = &memory->slub->layout;
	uint64_t run = 0, page = vmemmap__page_of(memory->slub, start);
	const uint8_t *here = memory->pages;
	uint8_t held = 0;
	int err = 0;

	if (walk->see_page)
		return walk_heads(memory, walk, start, end);
	memory->nr_slabs = 0;
	for (uint64_t at = start; at < end && !err; at += l->page_size) {
		uint64_t head;
		enum ram_kind kind = ram__kind_of(memory, here, page, &head);

		held |= kind == RAM_SLAB ? HOLDS_SLABS : kind == RAM_KERNEL ? HOLDS_OTHERS : 0;
		if (!walk->see_slab && is_left_out(memory, kind, here, page, head))
			kind = RAM_OTHER;
		else if (!walk->see_slab && kind == RAM_OTHER && is_kept(memory, at))
			kind = RAM_KERNEL;
		if (kind == RAM_SLAB && !walk->see_slab)
			err = note_slab(memory, here, page, head, at);
		if (walk->see_slab) {
			if (kind == RAM_SLAB && head == page)
				err = walk->see_slab(walk->arg, at,
						     bytes__word(here, l->slab_cache));
		} else if (kind == RAM_OTHER) {
			if (run && !err)
				err = see_run(memory, walk, run, at);
			run = 0;
			memory->nr_slabs = 0;
		} else if (!run) {
			run = at;
		}
		here += l->page;
		page += l->page;
	}
	note(memory, start, held);
	if (run && !err)
		err = see_run(memory, walk, run, end);
	return err;
}

/* ---- which of them ---- */

/* Smaller blocks are read with what is around them: that takes no longer than to look at each. */
static uint64_t least_block(const struct ram *memory)
{
	return stretch(memory) / 8;
}

/* Begin to note what the stretches hold, if that is asked for.  0 or -ENOMEM. */
static int begin_map(struct ram *memory, const struct walk *walk)
{
	uint64_t end = memory->nr_ram ? memory->ram[memory->nr_ram - 1].end : 0;
	size_t nr = end / stretch(memory) + 1;
	int err;

	if (memory->map != RAM_LEARNS || walk->see_page)
		return 0;
	err = array__reserve((void **)&memory->held, nr, &memory->room_held, 1);
	if (!err)
		memset(memory->held, 0, nr);
	return err;
}

/* May the stretch at `address`, up to `end` in it, hold something for this walk? */
static bool is_of_use(struct ram *memory, const struct walk *walk, uint64_t address, uint64_t end)
{
	uint8_t held;

	if (memory->map != RAM_REMEMBERS || walk->see_page)
		return true;
	held = memory->held[(address - memory->base) / stretch(memory)];
	if (walk->see_slab)
		return held & HOLDS_SLABS;
	is_kept(memory, address); /* leaves out those before */
	return held ||
	       (memory->at_kept < memory->nr_kept && memory->kept[memory->at_kept].start < end);
}

/*
 * The end of the block that begins at `address`, if it is large and the kernel keeps nothing of it;
 * else `address`.  Its first page is handed on where every page is.
 */
static int pass_block(struct ram *memory, const struct walk *walk, uint64_t address, uint64_t *end)
{
	const struct slub_layout *l = &memory->slub->layout;
	uint64_t page = vmemmap__page_of(memory->slub, address), bytes;
	uint8_t two[2 * SLUB_PAGE_MOST];

	*end = address;
	if (2 * l->page > sizeof(two) ||
	    memory->slub->read(memory->slub->arg, page, two, 2 * l->page) ||
	    (bytes__word(two, l->page_head) & 1))
		return 0;
	bytes = l->page_size *
		page_block__pages(l, page, two, (address - memory->base) / l->page_size);
	if (bytes < least_block(memory) || ram__kind_of_head(l, two) != RAM_OTHER)
		return 0;
	*end = address + bytes;
	if (memory->map == RAM_LEARNS && !walk->see_page)
		return memory->passed ? memory->passed(memory->passed_arg, address, *end) : 0;
	return walk->see_page ? walk->see_page(walk->arg, address, two, RAM_OTHER) : 0;
}

/* The pages at [start, end), all of one stretch. */
static int walk_stretch(struct ram *memory, const struct walk *walk, uint64_t start, uint64_t end)
{
	const struct slub_layout *l = &memory->slub->layout;
	uint64_t len = (end - start) / l->page_size * l->page;
	const void *pages =
		memory->peek(memory->slub->arg, vmemmap__page_of(memory->slub, start), len);

	if (!pages) {
		note(memory, start, NOT_KNOWN);
		return 0;
	}
	memcpy(memory->pages, pages, len);
	return walk_copied(memory, walk, start, end);
}

static int walk_ram(struct ram *memory, const struct walk *walk, struct ram_range ram)
{
	uint32_t page_size = memory->slub->layout.page_size;
	uint64_t start = memory->base + (ram.start + page_size - 1) / page_size * page_size;
	uint64_t end = memory->base + ram.end / page_size * page_size;
	int err = 0;

	while (start < end && !err) {
		uint64_t step = stretch(memory), passed;
		uint64_t to = memory->base + ((start - memory->base) / step + 1) * step;

		to = passed = to < end ? to : end;
		err = memory->between ? memory->between(memory->between_arg) : 0;
		if (!err && is_of_use(memory, walk, start, to))
			err = pass_block(memory, walk, start, &passed);
		if (!err && passed == start) {
			err = walk_stretch(memory, walk, start, to);
			passed = to;
		}
		start = passed;
	}
	return err;
}

static int walk_all(struct ram *memory, const struct walk *walk)
{
	int err = array__reserve((void **)&memory->pages, PIECE, &memory->room_pages, 1);

	if (!err)
		err = begin_map(memory, walk);
	memory->last_head = 0;
	memory->last_books = 0;
	memory->nr_caches = 0; /* where one was destroyed there may be another */
	slub__begin(memory->slub);
	for (size_t i = 0; i < memory->nr_ram && !err; i++)
		err = walk_ram(memory, walk, memory->ram[i]);
	if (memory->map == RAM_LEARNS && !walk->see_page && !err)
		memory->map = RAM_REMEMBERS;
	return err;
}

/* Most are in order as they come. */
static void sort(struct ram_range *ranges, size_t nr)
{
	size_t i = 1;

	while (i < nr && ranges[i - 1].start <= ranges[i].start)
		i++;
	if (i < nr)
		qsort(ranges, nr, sizeof(*ranges), by_start);
}

int ram_walk__words(struct ram *memory,
		    int (*see_words)(void *arg, uint64_t address, const uint64_t *words, size_t nr),
		    void *arg)
{
	const struct walk walk = {.see = see_words, .arg = arg};

	sort(memory->dead, memory->nr_dead);
	sort(memory->kept, memory->nr_kept);
	sort(memory->blank, memory->nr_blank);
	if (memory->nr_owners)
		qsort(memory->owners, memory->nr_owners, sizeof(*memory->owners), by_word);
	memory->at_dead = 0;
	memory->at_kept = 0;
	memory->at_blank = 0;
	return walk_all(memory, &walk);
}

int ram_walk__slabs(struct ram *memory, int (*see)(void *arg, uint64_t address, uint64_t cache),
		    void *arg)
{
	const struct walk walk = {.see_slab = see, .arg = arg};

	return walk_all(memory, &walk);
}

int ram_walk__pages(struct ram *memory,
		    int (*see)(void *arg, uint64_t address, const uint8_t *page,
			       enum ram_kind kind),
		    void *arg)
{
	const struct walk walk = {.see_page = see, .arg = arg};

	return walk_all(memory, &walk);
}
