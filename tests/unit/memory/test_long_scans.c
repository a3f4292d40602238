// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scan a minute for weeks, in seconds: objects and blocks of pages come and go, and so do those
 * that nobody refers to.  Each scan finds these and no others, and what scans keep does not grow.
 *
 * `make simulate [HOURS=72]` runs so many hours of it.
 */
#include "machine.h"

#include "in_use.h"
#include "memory/orphan_check.h"
#include "memory/ram_walk.h"
#include "memory/referrers.h"
#include "util/chance.h"

#include <stdio.h>

#define SHORT_SCANS 1200
#define TICKS(s)    ((uint64_t)((s)*1e9 / (1 << KLEAK_TICK_SHIFT)))
#define STEP_S	    60

#define ROOTS	     8	/* the page that refers to all that is in use */
#define FIRST	     10 /* page of the objects, one each */
#define OBJECTS	     30
#define FIRST_BLOCK  (FIRST + OBJECTS) /* of two pages, which are no compound page */
#define BLOCKS	     8
#define PLACES	     (OBJECTS + BLOCKS)
#define SLOTS	     (OBJECTS + 2 * BLOCKS)
#define BUCKETS	     (SLOTS / KLEAK_BUCKET_KEYS + 1)
#define SCANS_NEEDED 2	/* that find no reference */
#define CLEARED_EACH 50 /* scans */

/* What may be allocated in a place. */
struct thing {
	bool there, lost, acknowledged;
	uint32_t born; /* before this scan */
};

struct world {
	struct machine *machine;
	struct kleak_bucket buckets[BUCKETS];
	struct kleak_site sites[2];
	struct kleak_cache caches[KLEAK_MAX_CACHES];
	struct tracer_view view;
	struct page_tables tables;
	struct scan scan;
	struct subjects subjects;
	struct orphan_check check;
	struct referrers holders;
	uint32_t groups[2];
	uint64_t cpu_offsets[2];
	struct thing things[PLACES];
	uint64_t chance, now;
	uint32_t scans, found, missed_frees;
};

static const struct area_layout area_layout = {.vm_struct = 64, .vmap_area_vm = 56};

static uint64_t any(struct world *w, uint64_t below)
{
	return chance__next(&w->chance) % below;
}

static int page_of(uint32_t place)
{
	return (int)(place < OBJECTS ? FIRST + place : FIRST_BLOCK + 2 * (place - OBJECTS));
}

static uint64_t address_of(int page)
{
	return BASE + RAM + (uint64_t)page * PAGE;
}

static uint64_t *words_of(struct world *w, int page)
{
	return (uint64_t *)(w->machine->ram + (uint64_t)page * PAGE);
}

static void record(struct world *w, uint32_t slot, uint64_t key, uint32_t flags)
{
	struct kleak_bucket *bucket = &w->buckets[slot / KLEAK_BUCKET_KEYS];

	bucket->key[slot % KLEAK_BUCKET_KEYS] = key;
	bucket->record[slot % KLEAK_BUCKET_KEYS] = (struct kleak_record){
		.bytes = PAGE, .site = 1, .allocated_at = w->now, .flags = flags};
}

/* Allocate there; key 0: free, and the record goes. */
static void record_all(struct world *w, uint32_t place, bool is_there)
{
	int page = page_of(place);

	if (place < OBJECTS) {
		record(w, place, is_there ? ~(address_of(page) | KLEAK_SPACE_SLAB) : 0, 0);
		return;
	}
	for (int i = 0; i < 2; i++) {
		uint64_t at = VMEMMAP + (RAM / PAGE + (uint64_t)(page + i)) * 64;

		record(w, OBJECTS + 2 * (place - OBJECTS) + (uint32_t)i,
		       is_there ? ~(at | KLEAK_SPACE_PAGES) : 0, 1 << KLEAK_RECORD_ORDER_SHIFT);
	}
}

static void come(struct world *w, uint32_t place)
{
	struct thing *thing = &w->things[place];
	int page = page_of(place);
	uint64_t *words = words_of(w, page);

	*thing = (struct thing){.there = true, .lost = !any(w, 6), .born = w->scans};
	record_all(w, place, true);
	set_page(w->machine, page, 0, 0xffffffff, 1, 0);
	memset(words, 0, (place < OBJECTS ? 1 : 2) * PAGE);
	if (thing->lost) /* what refers to itself, nobody refers to */
		words[3] = address_of(page);
}

/* One free in four was not seen: its record stays. */
static void go(struct world *w, uint32_t place)
{
	bool is_seen = any(w, 4);

	w->things[place].there = false;
	set_page(w->machine, page_of(place), 0, 0xffffffff, 0, 0);
	w->missed_frees += !is_seen;
	if (is_seen)
		record_all(w, place, false);
}

static bool is_held(const struct world *w, uint32_t place)
{
	return w->things[place].there && !w->things[place].lost;
}

/* The roots refer to what is not lost, or the object before does. */
static void refer(struct world *w)
{
	uint64_t *roots = words_of(w, ROOTS);

	memset(roots, 0, PAGE);
	for (uint32_t i = 0; i < PLACES; i++) {
		if (!is_held(w, i))
			continue;
		words_of(w, page_of(i))[8] = 0;
		if (i % 2 && is_held(w, i - 1))
			words_of(w, page_of(i - 1))[8] = address_of(page_of(i)) + 16;
		else
			roots[i] = address_of(page_of(i));
	}
}

static int see(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	struct world *w = arg;

	return scan__words(&w->scan, address, words, nr);
}

static int by_object(const void *a, const void *b)
{
	const struct scan_holder *x = a, *y = b;

	return (x->object > y->object) - (x->object < y->object);
}

/* As the scanner does it: by where they stand. */
static void find_holders(struct world *w)
{
	qsort(w->scan.holders, w->scan.nr_holders, sizeof(*w->scan.holders), by_object);
	for (size_t i = 0; i < w->scan.nr_holders; i++) {
		struct place place = {.kind = "page", .offset = w->scan.holders[i].address};

		if (scan__holds(&w->scan, &w->scan.holders[i]))
			assert_int_equal(
				referrers__add(&w->holders, 0, w->scan.holders[i].object, &place),
				0);
	}
	referrers__end(&w->holders);
	assert_true(w->holders.sites[0].nr > 0);
}

/* One pass, in the order of scanner__pass(). */
static void scan(struct world *w)
{
	struct ram *memory = &w->machine->memory;
	uint64_t dead = address_of(ROOTS) + PAGE / 2 + any(w, 16) * 64;

	referrers__begin(&w->holders);
	assert_int_equal(referrers__add_site(&w->holders, 77, &w->groups[1]), 0);
	assert_int_equal(subjects__gather(&w->subjects, w->now), 0);
	ram__forget_dead(memory);
	ram__remember(memory);
	ram__forget_owners(memory);
	assert_int_equal(ram__add_dead(memory, dead, dead + 64), 0);
	assert_int_equal(ram__leave_to(memory, 0xdead0000 + any(w, 1000) * 8), 0);
	assert_int_equal(ram_walk__words(memory, see, w), 0);
	assert_int_equal(scan__finish(&w->scan), 0);
	orphan_check__begin(&w->check);
	for (uint32_t i = 0; i < w->subjects.nr; i++)
		if (orphan_check__is_asked(&w->subjects.list[i], &w->scan.objects[i], w->now))
			assert_int_equal(orphan_check__judge(&w->check, i), 0);
	assert_int_equal(orphans__end(&w->check.orphans), 0);
	find_holders(w);
}

/* Who was born before the last scan but one, and has been lost since, is found, and nobody else. */
static void check_found(struct world *w)
{
	const struct orphans *orphans = &w->check.orphans;
	uint32_t expected = 0, certain = 0;

	for (uint32_t i = 0; i < PLACES; i++) {
		const struct thing *thing = &w->things[i];

		if (thing->there && thing->lost && !thing->acknowledged &&
		    thing->born + SCANS_NEEDED <= w->scans)
			expected += i < OBJECTS ? 1 : 2;
	}
	for (size_t i = 0; i < orphans->nr; i++)
		certain += orphans__is_certain(orphans, &orphans->list[i]) &&
			   !orphans->list[i].acknowledged;
	assert_int_equal(certain, expected);
	w->found += certain;
	if (w->scans % CLEARED_EACH)
		return;
	assert_int_equal(orphans__acknowledge(&w->check.orphans), expected);
	for (uint32_t i = 0; i < PLACES; i++)
		w->things[i].acknowledged |= w->things[i].born + SCANS_NEEDED <= w->scans;
}

static void step(struct world *w)
{
	w->scans++;
	w->now += TICKS(STEP_S);
	for (int n = 0; n < 4; n++) {
		uint32_t place = (uint32_t)any(w, PLACES);

		if (w->things[place].there)
			go(w, place);
		else
			come(w, place);
	}
	refer(w);
	scan(w);
	check_found(w);
}

static struct world *new_world(void)
{
	struct world *w = test_calloc(1, sizeof(*w));

	assert_int_equal(begin((void **)&w->machine), 0);
	memset(w->machine->ram, 0, sizeof(w->machine->ram));
	set_page(w->machine, ROOTS, 0, 0xffffffff, 1, 0);
	w->machine->slub.cpu_offsets = w->cpu_offsets;
	w->machine->slub.nr_cpus = 2;
	w->machine->memory.base = BASE;
	w->chance = 42;
	w->now = TICKS(1000);
	w->caches[7] = (struct kleak_cache){.flags = KLEAK_CACHE_LARGE, .ready = 1};
	w->sites[1].cache = 7;
	w->groups[0] = SCAN_NONE;
	w->view = (struct tracer_view){.buckets = w->buckets,
				       .sites = w->sites,
				       .caches = w->caches,
				       .nr_buckets = BUCKETS,
				       .nr_sites = 2};
	w->tables = (struct page_tables){.memory = &w->machine->memory};
	w->subjects = (struct subjects){.view = &w->view,
					.areas_layout = &area_layout,
					.slub = &w->machine->slub,
					.memory = &w->machine->memory,
					.scan = &w->scan,
					.tables = &w->tables,
					.holders = &w->holders,
					.groups = w->groups};
	w->check = (struct orphan_check){.subjects = &w->subjects,
					 .slub = &w->machine->slub,
					 .peek = peek,
					 .orphans.passes = SCANS_NEEDED};
	return w;
}

static void free_world(struct world *w)
{
	orphan_check__free(&w->check);
	referrers__free(&w->holders);
	subjects__free(&w->subjects);
	scan__free(&w->scan);
	end((void **)&w->machine);
	test_free(w);
}

static void test_nothing_grows(void **state)
{
	size_t nr = in_use__rounds(STEP_S, SHORT_SCANS);
	struct world *w = new_world();
	struct in_use use = {.start = bytes_in_use()};

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		step(w);
		in_use__note(&use, i, nr);
	}
	print_message("# %zu scans: %u times an object was found, %u frees were missed\n", nr,
		      w->found, w->missed_frees);
	in_use__check(&use, 4096);
	assert_true(w->found > nr && w->missed_frees > nr / 10);
	free_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_grows),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
