// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/sites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 8
#define TICK_S	((1 << KLEAK_TICK_SHIFT) / 1e9)

/* The allocator's text: two functions with another one between them. */
static struct kleak_range ranges[] = {{0x1000, 0x1100}, {0x1200, 0x1300}};
static struct kleak_range backing[] = {{0x7000, 0x7100}};
static const struct allocator plumbing = {
	.ranges = ranges,
	.nr = 2,
	.backing = backing,
	.nr_backing = 1,
	.metadata = &ranges[1],
	.nr_metadata = 1,
};

static const struct kleak_cache caches[KLEAK_MAX_CACHES] = {[2] = {.id = 222}, [3] = {.id = 333}};

struct made_up {
	struct kleak_site entries[ENTRIES];
	struct snapshot_site sums[ENTRIES];
	struct snapshot_object *list;
	struct snapshot snapshot;
};

static void init(struct made_up *m)
{
	memset(m, 0, sizeof(*m));
	m->snapshot.sites = m->sums;
	m->snapshot.nr_sites = ENTRIES;
}

static void entry(struct made_up *m, int i, uint32_t cache, uint32_t nr, const uint64_t *frames)
{
	m->entries[i].cache = cache;
	m->entries[i].nr_frames = nr;
	for (uint32_t f = 0; f < nr; f++)
		m->entries[i].frames[f] = frames[f];
	m->sums[i] = (struct snapshot_site){.live = 1, .objects = 1, .bytes = 10, .allocations = 1};
}

#define ENTRY(m, i, cache, ...)                                                                    \
	entry(m, i, cache, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),                   \
	      (uint64_t[]){__VA_ARGS__})

static void sum(struct sites *sites, const struct made_up *m, uint32_t depth)
{
	assert_int_equal(sites__sum(sites, &m->snapshot, m->entries, caches, &plumbing, depth), 0);
}

static void test_plumbing_is_not_the_site(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	/* 0x1100: returns to the end of the first function, which called something */
	ENTRY(&m, 1, 2, 0x1010, 0x1100, 0x1250, 0x5000, 0x1020, 0x6000);
	sum(&sites, &m, 16);
	assert_int_equal(sites.nr, 1);
	assert_int_equal(sites.list[0].nr_frames, 3);
	assert_int_equal(sites.list[0].frames[0], 0x5000);
	assert_int_equal(sites.list[0].frames[1], 0x1020); /* further out it is nobody's plumbing */
	assert_int_equal(sites.list[0].frames[2], 0x6000);
	sites__free(&sites);
}

static void test_start_of_a_function_belongs_to_the_one_before(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 1, 2, 0x1200, 0x5000); /* the return address of a last, tail call */
	sum(&sites, &m, 16);
	assert_int_equal(sites.list[0].frames[0], 0x1200);
	sites__free(&sites);
}

static void test_whole_stack_starts_behind_the_allocator(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 1, 2, 0x9000, 0x9100, 0x1050, 0x1060, 0x5000, 0x6000);
	m.entries[1].whole = 1;
	ENTRY(&m, 2, 2, 0x9000, 0x1050, 0x9100, 0x7000); /* not whole: untouched */
	sum(&sites, &m, 16);
	assert_int_equal(sites.nr, 2);
	assert_int_equal(sites.list[0].frames[0], 0x5000);
	assert_int_equal(sites.list[1].frames[0], 0x9000);
	sites__free(&sites);
}

/* A function that returned by the trampoline is not in the stack: only symbols tell what is
 * tracing. */
static void test_trampoline_that_was_jumped_to(void **state)
{
	static const char text[] = "0000000000005000 T _stext\n0000000000005000 T makes\n"
				   "0000000000005100 T calls\n0000000000006000 T _etext\n"
				   "0000000000009200 t bpf_trampoline_1\t[bpf]\n";
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct allocator allocator = plumbing;
	struct sites sites = {};
	struct kallsyms *table;
	struct names *names;
	struct made_up m;

	(void)state;
	assert_int_equal(kallsyms__parse(&table, file, NULL), 0);
	assert_int_equal(names__open(&names, table), 0);
	fclose(file);
	allocator.names = names;
	init(&m);
	ENTRY(&m, 1, 2, 0x9000, 0x9100, 0x9210, 0x5050, 0x5150);
	m.entries[1].whole = 1;
	ENTRY(&m, 2, 2, 0x9000, 0x9100, 0x9210, 0x9300, 0x5150); /* a module's, of later */
	m.entries[2].whole = 1;
	assert_int_equal(sites__sum(&sites, &m.snapshot, m.entries, caches, &allocator, 16), 0);
	assert_int_equal(sites.nr, 2);
	assert_int_equal(sites.list[0].frames[0], 0x5050);
	assert_int_equal(sites.list[1].frames[0], 0x9300);
	sites__free(&sites);
	names__close(names);
}

/* The third frame of an allocation from a module that came while kleak runs is no tracing. */
static void test_new_module_is_not_tracing(void **state)
{
	static const char text[] = "0000000000005000 T _stext\n0000000000006000 T _etext\n"
				   "0000000000005100 T calls\n";
	static const struct names_function functions[] = {{0x9200, 0x9300, "f"}};
	const struct names_module module = {.name = "m", .from = 1};
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct allocator allocator = plumbing;
	struct sites sites = {};
	struct kallsyms *table;
	struct names *names;
	struct made_up m;

	(void)state;
	assert_int_equal(kallsyms__parse(&table, file, NULL), 0);
	assert_int_equal(names__open(&names, table), 0);
	fclose(file);
	allocator.names = names;
	init(&m);
	ENTRY(&m, 1, 2, 0x9000, 0x9100, 0x9210, 0x5150);
	m.entries[1].whole = 1;
	m.entries[1].modules = 1;
	assert_int_equal(sites__sum(&sites, &m.snapshot, m.entries, caches, &allocator, 16), 0);
	assert_int_equal(sites.list[0].frames[0], 0x5150); /* nobody's yet */
	assert_int_equal(names__add(names, &module, functions, 1), 0);
	assert_int_equal(sites__sum(&sites, &m.snapshot, m.entries, caches, &allocator, 16), 0);
	assert_int_equal(sites.list[0].frames[0], 0x9210);
	sites__free(&sites);
	names__close(names);
}

/* The same addresses, of another module by then: another site.  Of the same one: the same. */
static void test_other_modules_at_the_same_place_are_other_sites(void **state)
{
	static const char text[] = "0000000000005000 T _stext\n0000000000006000 T _etext\n"
				   "0000000000005100 T calls\n";
	static const struct names_function ones[] = {{0x9200, 0x9300, "f"}},
					   twos[] = {{0x9200, 0x9300, "g"}};
	const struct names_module one = {.name = "m", .from = 1}, two = {.name = "n", .from = 3},
				  again = {.name = "n", .from = 5};
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct allocator allocator = plumbing;
	struct sites sites = {};
	struct kallsyms *table;
	struct names *names;
	struct made_up m;

	(void)state;
	assert_int_equal(kallsyms__parse(&table, file, NULL), 0);
	assert_int_equal(names__open(&names, table), 0);
	fclose(file);
	allocator.names = names;
	init(&m);
	for (uint32_t i = 1; i <= 3; i++) {
		ENTRY(&m, i, 2, 0x9210, 0x5150);
		m.entries[i].modules = 2 * i - 1;
	}
	assert_int_equal(names__add(names, &one, ones, 1), 0);
	names__remove(names, "m", 2);
	assert_int_equal(names__add(names, &two, twos, 1), 0);
	names__remove(names, "n", 4);
	assert_int_equal(names__add(names, &again, twos, 1), 0);
	assert_int_equal(sites__sum(&sites, &m.snapshot, m.entries, caches, &allocator, 16), 0);
	assert_int_equal(sites.nr, 2);
	assert_int_equal(sites.of_entry[2], sites.of_entry[3]);
	assert_int_equal(sites.list[1].objects, 2);
	assert_int_equal(sites.list[1].made.modules, 3);
	sites__free(&sites);
	names__close(names);
}

static void test_nothing_but_plumbing_is_shown(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 1, 2, 0x1010, 0x1020);
	m.entries[2].nr_frames = 0; /* its stack is being written just now */
	m.sums[2] = (struct snapshot_site){.live = 1, .objects = 1, .allocations = 1};
	m.entries[3].nr_frames = 9999; /* nonsense */
	m.sums[3] = m.sums[2];
	sum(&sites, &m, 16);
	assert_int_equal(sites.nr, 3);
	assert_int_equal(sites.list[0].nr_frames, 2);
	assert_int_equal(sites.list[1].nr_frames, 0);
	assert_int_equal(sites.list[2].nr_frames, 16);
	sites__free(&sites);
}

static void test_entries_of_one_site_are_summed(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 1, 2, 0x1010, 0x5000, 0x6000);
	ENTRY(&m, 2, 2, 0x1020, 0x5000, 0x6000); /* the same but for the plumbing */
	ENTRY(&m, 3, 2, 0x5000, 0x6000, 0x7000); /* deeper */
	ENTRY(&m, 4, 3, 0x5000, 0x6000);	 /* another cache */
	ENTRY(&m, 5, 2, 0x5000, 0x6000);
	m.entries[5].space = KLEAK_SPACE_VMALLOC; /* another key space */
	m.sums[1].pending = 5;
	m.sums[2].frees = 7;
	m.sums[2].implicit = 2;
	sum(&sites, &m, 16);
	assert_int_equal(sites.nr, 4);
	assert_int_equal(sites.list[0].objects, 2);
	assert_int_equal(sites.list[0].bytes, 20);
	assert_int_equal(sites.list[0].allocations, 2);
	assert_int_equal(sites.list[0].pending, 5);
	assert_int_equal(sites.list[0].frees, 7);
	assert_int_equal(sites.list[0].implicit, 2);

	sum(&sites, &m, 2); /* two frames: the deeper one is the same now */
	assert_int_equal(sites.nr, 3);
	assert_int_equal(sites.list[0].objects, 3);
	sites__free(&sites);
}

/* What slab takes for itself on the way is a site of its own, with the caller's name. */
static void test_metadata_of_slab(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 1, 2, 0x1250, 0x1050, 0x5000);
	ENTRY(&m, 2, 2, 0x1050, 0x5000);
	sum(&sites, &m, 16);
	assert_int_equal(sites.nr, 2);
	assert_true(sites.list[0].metadata);
	assert_false(sites.list[1].metadata);
	assert_int_equal(sites.list[0].frames[0], 0x5000);
	assert_int_equal(sites.list[1].frames[0], 0x5000);
	sites__free(&sites);
}

static void test_pages_of_other_allocators_are_backing(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 1, 0, 0x9000, 0x1050, 0x7010, 0x5000); /* through the other allocator */
	ENTRY(&m, 2, 0, 0x9000, 0x1050, 0x5000);	 /* straight from the page allocator */
	ENTRY(&m, 3, 2, 0x7010, 0x5000);		 /* slab: never backing */
	m.entries[1].space = m.entries[2].space = KLEAK_SPACE_PAGES;
	m.entries[1].whole = m.entries[2].whole = 1;
	sum(&sites, &m, 16);
	assert_int_equal(sites.nr, 3);
	assert_true(sites.list[0].backing);
	assert_false(sites.list[1].backing);
	assert_int_equal(sites.list[1].frames[0], 0x5000);
	assert_false(sites.list[2].backing);
	assert_true(sites__is_backing(&sites, 1));
	assert_false(sites__is_backing(&sites, 2));
	sites__free(&sites);
}

static void test_ids_do_not_depend_on_the_order(void **state)
{
	struct sites one = {}, other = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 1, 2, 0x5000, 0x6000);
	sum(&one, &m, 16);
	init(&m);
	ENTRY(&m, 6, 2, 0x5000, 0x6000);
	ENTRY(&m, 1, 3, 0x5000, 0x6000);
	sum(&other, &m, 16);
	assert_true(one.list[0].id == other.list[1].id);
	assert_true(one.list[0].id != other.list[0].id);
	sites__free(&one);
	sites__free(&other);
}

static int ascending(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static void test_median_age_is_exact(void **state)
{
	struct sites sites = {};
	struct made_up m;
	uint32_t ages[2][1000];

	(void)state;
	srand(1);
	for (int round = 0; round < 200; round++) {
		uint32_t nr[2] = {1 + (uint32_t)rand() % 1000, 1 + (uint32_t)rand() % 30};
		uint32_t spread = round % 2 ? 5 : 1000000; /* many equal; all different */
		struct snapshot_object list[1030];
		size_t n = 0;

		init(&m);
		ENTRY(&m, 1, 2, 0x5000);
		ENTRY(&m, 2, 2, 0x6000);
		for (int s = 0; s < 2; s++) {
			m.sums[s + 1].objects = m.sums[s + 1].listed = nr[s];
			for (uint32_t i = 0; i < nr[s]; i++) {
				ages[s][i] = (uint32_t)rand() % spread;
				list[n++] =
					(struct snapshot_object){.site = s + 1, .age = ages[s][i]};
			}
			qsort(ages[s], nr[s], sizeof(ages[s][0]), ascending);
		}
		m.snapshot.list = list;
		m.snapshot.nr_list = n;
		sum(&sites, &m, 16);
		assert_int_equal(sites__age(&sites, &m.snapshot, NULL), 0);
		for (int s = 0; s < 2; s++) {
			double expected = ages[s][(nr[s] - 1) / 2] * TICK_S;

			if (fabs(sites.list[s].age_median_s - expected) > 1e-9)
				fail_msg("round %d: median %f, expected %f", round,
					 sites.list[s].age_median_s, expected);
		}
	}
	sites__free(&sites);
}

static void test_orders(void **state)
{
	struct site list[] = {
		{.id = 1, .bytes = 10, .objects = 9, .growth_bytes_per_min = -5, .age_median_s = 3},
		{.id = 2, .bytes = 30, .objects = 1, .growth_bytes_per_min = 7, .age_median_s = 1},
		{.id = 3, .bytes = 20, .objects = 5, .growth_bytes_per_min = 7, .age_median_s = 9},
		{.id = 4, .bytes = 20, .objects = 5, .growth_bytes_per_min = 0, .age_median_s = 0},
	};
	static const uint64_t expected[][4] = {
		[SITES_BY_BYTES] = {2, 3, 4, 1},
		[SITES_BY_GROWTH] = {2, 3, 4, 1},
		[SITES_BY_OBJECTS] = {1, 3, 4, 2},
		[SITES_BY_AGE] = {3, 1, 2, 4},
	};
	struct sites sites = {.list = list, .nr = 4};

	(void)state;
	for (int key = 0; key < 4; key++) {
		sites__sort(&sites, key);
		for (int i = 0; i < 4; i++)
			assert_int_equal(sites.list[i].id, expected[key][i]);
	}
}

/* As many frames as an allocator has above it; further out it may be anybody's function. */
static void test_how_deep_plumbing_is_looked_for(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	for (uint32_t at = 5; at < 25; at++) {
		uint64_t frames[30];

		init(&m);
		for (uint32_t i = 0; i < 30; i++)
			frames[i] = 0x9000 + i;
		frames[at] = 0x1050; /* the allocator's */
		entry(&m, 1, 2, 30, frames);
		frames[at] = 0x1250; /* of its metadata */
		entry(&m, 2, 2, 30, frames);
		frames[at] = 0x7050; /* another allocator's */
		entry(&m, 3, 2, 30, frames);
		m.entries[1].whole = 1;
		m.entries[3].space = KLEAK_SPACE_PAGES;
		sum(&sites, &m, KLEAK_MAX_DEPTH);
		assert_int_equal(sites.nr, 3);
		assert_int_equal(sites.list[0].frames[0],
				 at < KLEAK_TRACING_DEPTH ? 0x9000 + at + 1 : 0x9000);
		assert_int_equal(sites.list[1].metadata, at < KLEAK_PLUMBING_DEPTH);
		assert_int_equal(sites.list[2].backing, at < 20);
		/* only of memory that is of slab, or of pages */
		m.entries[2].space = KLEAK_SPACE_VMALLOC;
		m.entries[3].space = KLEAK_SPACE_SLAB;
		sum(&sites, &m, KLEAK_MAX_DEPTH);
		assert_false(sites.list[1].metadata || sites.list[2].backing);
	}
	sites__free(&sites);
}

/* Plumbing to the last frame: all of it is shown, as it is. */
static void test_short_stacks(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 1, 2, 0x9000, 0x1050);
	ENTRY(&m, 2, 2, 0x1050);
	ENTRY(&m, 3, 2, 0x1050, 0x5000);
	m.entries[1].whole = 1;
	sum(&sites, &m, 16);
	assert_int_equal(sites.list[0].nr_frames, 2);
	assert_int_equal(sites.list[0].frames[0], 0x9000);
	assert_int_equal(sites.list[1].nr_frames, 1);
	assert_int_equal(sites.list[2].nr_frames, 1);
	assert_int_equal(sites.list[2].frames[0], 0x5000);
	sites__free(&sites);
}

/* What is older stands for more: half of all are younger than the median, and half are older. */
static void test_median_of_what_stands_for_many(void **state)
{
	struct snapshot_object list[60];
	struct sample_times times = {};
	struct sites sites = {};
	struct made_up m;

	(void)state;
	sample__enter(&times, 500, 8);
	sample__enter(&times, 970, 2);
	sample__enter(&times, 1000, 2);
	init(&m);
	ENTRY(&m, 1, 2, 0x5000);
	m.sums[1].listed = m.snapshot.nr_list = 60;
	m.snapshot.list = list;
	/* 30 of ages 1 to 30 stand for 60, 30 of 31 to 60 for 240: 150 is reached at the 42nd */
	for (uint32_t i = 0; i < 60; i++)
		list[i] = (struct snapshot_object){.site = 1, .age = (float)(i * 7 % 60 + 1)};
	for (int i = 0; i < 60; i++) /* 7 and 60 have no divisor */
		assert_in_range(list[i].age, 1, 60);
	sum(&sites, &m, 16);
	assert_int_equal(sites__age(&sites, &m.snapshot, &times), 0);
	assert_true(fabs(sites.list[0].age_median_s - 42 * TICK_S) < 1e-9);
	assert_int_equal(sites__age(&sites, &m.snapshot, NULL), 0);
	assert_true(fabs(sites.list[0].age_median_s - 30 * TICK_S) < 1e-9);
	sites__free(&sites);
}

/* Every number is the sum of its entries'. */
static void test_all_that_is_summed(void **state)
{
	const struct snapshot_site one = {.live = 1,
					  .objects = 2,
					  .bytes = 3,
					  .bytes_requested = 4,
					  .pending = 5,
					  .listed = 6,
					  .objects_variance = 6.5,
					  .bytes_variance = 7,
					  .allocations = 8,
					  .frees = 9,
					  .implicit = 10,
					  .verified = 11,
					  .evicted = 12};
	struct sites sites = {};
	struct made_up m;
	const struct site *site;

	(void)state;
	init(&m);
	for (int i = 2; i <= 4; i++) {
		ENTRY(&m, i, 2, 0x5000, 0x6000);
		m.sums[i] = one;
	}
	sum(&sites, &m, 16);
	assert_int_equal(sites.nr, 1);
	site = &sites.list[0];
	assert_int_equal(site->live, 3);
	assert_int_equal(site->objects, 6);
	assert_int_equal(site->bytes, 9);
	assert_int_equal(site->bytes_requested, 12);
	assert_int_equal(site->pending, 15);
	assert_int_equal(site->listed, 18);
	assert_true(site->objects_variance == 19.5);
	assert_true(site->bytes_variance == 21);
	assert_int_equal(site->allocations, 24);
	assert_int_equal(site->frees, 27);
	assert_int_equal(site->implicit, 30);
	assert_int_equal(site->verified, 33);
	assert_int_equal(site->evicted, 36);
	assert_int_equal(site->cache, 2);
	assert_int_equal(site->index, 0);
	sites__free(&sites);
	assert_null(sites.list);
}

/* What counted nothing is no site; what was never counted and lives is one. */
static void test_entries_that_are_not_used(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 0, 2, 0x5000);
	ENTRY(&m, 1, 2, 0x5100);
	ENTRY(&m, 2, KLEAK_MAX_CACHES, 0x5200);
	ENTRY(&m, 7, 2, 0x5300);
	m.sums[1] = (struct snapshot_site){.frees = 5};
	m.sums[2] = (struct snapshot_site){.live = 1};
	m.sums[7] = (struct snapshot_site){.allocations = 1};
	sum(&sites, &m, 16);
	assert_int_equal(sites.nr, 3);
	assert_int_equal(sites.of_entry[0], 0);
	assert_int_equal(sites.of_entry[1], SITES_NONE);
	assert_int_equal(sites.of_entry[2], 1);
	assert_int_equal(sites.of_entry[6], SITES_NONE);
	assert_int_equal(sites.of_entry[7], 2);
	assert_int_equal(sites.list[1].cache, KLEAK_CACHE_UNKNOWN);
	/* and made anew, from what is there then */
	init(&m);
	sum(&sites, &m, 16);
	assert_int_equal(sites.nr, 0);
	assert_int_equal(sites.of_entry[7], SITES_NONE);
	sites__sort(&sites, SITES_BY_BYTES);
	sites__free(&sites);
}

/* The same frames in another space, of another cache, or through other allocators. */
static void test_what_tells_sites_apart(void **state)
{
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 0, 2, 0x5000);
	ENTRY(&m, 1, 3, 0x5000);
	ENTRY(&m, 2, 2, 0x5000);
	ENTRY(&m, 3, 2, 0x5000);
	ENTRY(&m, 4, 2, 0x5000);
	ENTRY(&m, 5, 2, 0x1250, 0x5000);	 /* metadata */
	ENTRY(&m, 6, 2, 0x5000, 0x7050);	 /* backing */
	ENTRY(&m, 7, 2, 0x5000, 0x5001, 0x5000); /* deeper */
	m.entries[2].space = KLEAK_SPACE_VMALLOC;
	m.entries[3].space = KLEAK_SPACE_PERCPU;
	m.entries[4].space = m.entries[6].space = KLEAK_SPACE_PAGES;
	sum(&sites, &m, 1);
	assert_int_equal(sites.nr, 7);
	assert_int_equal(sites.of_entry[7], sites.of_entry[0]);
	sum(&sites, &m, 16);
	assert_int_equal(sites.nr, 8);
	for (size_t i = 0; i < sites.nr; i++)
		assert_int_equal(sites.list[i].index, i);
	sites__free(&sites);
}

static void test_no_age_of_what_has_no_objects(void **state)
{
	struct snapshot_object list[] = {
		{.site = 2, .age = 40}, {.site = 1, .age = 30}, {.site = 2, .age = 20}};
	struct sites sites = {};
	struct made_up m;

	(void)state;
	init(&m);
	ENTRY(&m, 0, 2, 0x5000);
	ENTRY(&m, 1, 2, 0x5100);
	ENTRY(&m, 2, 2, 0x5200);
	m.sums[1].listed = 1;
	m.sums[2].listed = 2;
	m.snapshot.list = list;
	m.snapshot.nr_list = 3;
	sum(&sites, &m, 16);
	sites.list[0].age_median_s = 77;
	assert_int_equal(sites__age(&sites, &m.snapshot, NULL), 0);
	assert_true(sites.list[0].age_median_s == 0);
	assert_int_equal(sites.list[1].first_age, 0);
	assert_true(sites.ages[0] == 30);
	assert_int_equal(sites.list[2].first_age, 1);
	assert_true(sites.ages[1] + sites.ages[2] == 60);
	assert_true(fabs(sites.list[2].age_median_s - 20 * TICK_S) < 1e-9);
	sites__free(&sites);
}

/* What nothing refers to before all; of equals the smaller id, whatever order they came in. */
static void test_ties(void **state)
{
	struct site list[] = {
		{.id = 4, .bytes = 10, .rank = 1},
		{.id = 2, .bytes = 10, .rank = 1},
		{.id = 3, .bytes = 10, .rank = 2, .growth_bytes_per_min = -1},
		{.id = 1, .bytes = 10, .unreferenced_bytes = 1},
		{.id = 5, .bytes = 11, .rank = 1},
		{.id = 6, .bytes = 1, .unreferenced_bytes = 2},
	};
	static const uint64_t expected[][6] = {
		[SITES_BY_BYTES] = {6, 1, 5, 2, 3, 4},	 [SITES_BY_GROWTH] = {6, 1, 5, 2, 4, 3},
		[SITES_BY_OBJECTS] = {6, 1, 5, 2, 3, 4}, [SITES_BY_AGE] = {6, 1, 5, 2, 3, 4},
		[SITES_BY_RANK] = {6, 1, 3, 5, 2, 4},
	};
	struct sites sites = {.list = list, .nr = 6};

	(void)state;
	for (int turn = 0; turn < 3; turn++) {
		for (int key = 0; key <= SITES_BY_RANK; key++) {
			struct site first = list[0];

			memmove(list, list + 1, sizeof(list) - sizeof(list[0]));
			list[5] = first;
			sites__sort(&sites, key);
			for (int i = 0; i < 6; i++)
				assert_int_equal(sites.list[i].id, expected[key][i]);
		}
	}
}

static void test_inlined_wrappers_are_plumbing(void **state)
{
	static const char *const wrappers[] = {"kzalloc", "kzalloc_noprof", "kmalloc_array_noprof",
					       "vmalloc", "kmem_cache_zalloc"};
	static const char *const others[] = {"",	 "_noprof",	    "kzalloc_", "kzallo",
					     "xkzalloc", "kzalloc_noprofs", "alloc_skb"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		assert_true(allocator__is_inlined(wrappers[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(allocator__is_inlined(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plumbing_is_not_the_site),
		cmocka_unit_test(test_start_of_a_function_belongs_to_the_one_before),
		cmocka_unit_test(test_inlined_wrappers_are_plumbing),
		cmocka_unit_test(test_whole_stack_starts_behind_the_allocator),
		cmocka_unit_test(test_trampoline_that_was_jumped_to),
		cmocka_unit_test(test_nothing_but_plumbing_is_shown),
		cmocka_unit_test(test_entries_of_one_site_are_summed),
		cmocka_unit_test(test_metadata_of_slab),
		cmocka_unit_test(test_new_module_is_not_tracing),
		cmocka_unit_test(test_other_modules_at_the_same_place_are_other_sites),
		cmocka_unit_test(test_pages_of_other_allocators_are_backing),
		cmocka_unit_test(test_ids_do_not_depend_on_the_order),
		cmocka_unit_test(test_median_age_is_exact),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_how_deep_plumbing_is_looked_for),
		cmocka_unit_test(test_short_stacks),
		cmocka_unit_test(test_median_of_what_stands_for_many),
		cmocka_unit_test(test_all_that_is_summed),
		cmocka_unit_test(test_entries_that_are_not_used),
		cmocka_unit_test(test_what_tells_sites_apart),
		cmocka_unit_test(test_no_age_of_what_has_no_objects),
		cmocka_unit_test(test_ties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
