// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/coverage.h"

#include <math.h>

static const struct kleak_cache caches[KLEAK_MAX_CACHES] = {
	[2] = {.name = "dentry", .flags = KLEAK_CACHE_RECLAIMABLE},
	[3] = {.name = "sock"},
	[4] = {.flags = KLEAK_CACHE_KMALLOC | KLEAK_CACHE_LARGE},
};

static void test_sum_by_class(void **state)
{
	const struct kleak_site entries[] = {
		{.space = KLEAK_SPACE_SLAB, .cache = 2},
		{.space = KLEAK_SPACE_SLAB, .cache = 3},
		{.space = KLEAK_SPACE_SLAB, .cache = 4},
		{.space = KLEAK_SPACE_VMALLOC},
		{.space = KLEAK_SPACE_SLAB, .cache = KLEAK_MAX_CACHES},
		{.space = KLEAK_SPACE_PERCPU},
	};
	struct snapshot_site sites[] = {
		{.live = 1, .held_bytes = 192},	  {.live = 1, .held_bytes = 1000},
		{.live = 1, .held_bytes = 16384}, {.live = 2, .held_bytes = 40960, .bytes = 1},
		{.live = 1, .held_bytes = 7},	  {.live = 1, .held_bytes = 48},
	};
	struct snapshot snapshot = {.sites = sites, .nr_sites = 6};
	int64_t traced[COVERAGE_CLASSES];

	(void)state;
	coverage__sum(traced, &snapshot, entries, caches);
	assert_int_equal(traced[COVERAGE_SLAB_RECLAIMABLE], 192);
	assert_int_equal(traced[COVERAGE_SLAB_UNRECLAIMABLE], 1000 + 16384 + 7);
	assert_int_equal(traced[COVERAGE_VMALLOC], 40960);
	assert_int_equal(traced[COVERAGE_PERCPU], 48);
}

static struct meminfo books(uint64_t unreclaim, uint64_t reclaim, uint64_t vmalloc)
{
	struct meminfo mem = {};

	mem.bytes[MEMINFO_S_UNRECLAIM] = unreclaim;
	mem.bytes[MEMINFO_S_RECLAIMABLE] = reclaim;
	mem.bytes[MEMINFO_VMALLOC_USED] = vmalloc;
	mem.present[MEMINFO_S_UNRECLAIM] = true;
	mem.present[MEMINFO_S_RECLAIMABLE] = true;
	mem.present[MEMINFO_VMALLOC_USED] = true;
	return mem;
}

/* Of these books, without older memory and slabs. */
static void compare(struct coverage_class classes[COVERAGE_CLASSES], const struct meminfo *before,
		    const struct meminfo *now, const int64_t traced[COVERAGE_CLASSES])
{
	static const struct coverage_older none;
	static const struct slab_use unknown;
	static const struct percpu_use percpu;

	coverage__compare(classes, &(struct coverage_books){before, &none, &unknown, &percpu},
			  &(struct coverage_books){now, &none, &unknown, &percpu}, traced);
}

static void test_compare(void **state)
{
	const struct meminfo before = books(1000, 5000, 100), now = books(3000, 4000, 100);
	const int64_t traced[COVERAGE_CLASSES] = {500, 300, 0, 0};
	struct coverage_class classes[COVERAGE_CLASSES];

	(void)state;
	compare(classes, &before, &now, traced);
	assert_string_equal(classes[COVERAGE_SLAB_UNRECLAIMABLE].name, "slab_unreclaimable");
	assert_true(classes[COVERAGE_SLAB_UNRECLAIMABLE].known);
	assert_int_equal(classes[COVERAGE_SLAB_UNRECLAIMABLE].kernel_delta_bytes, 2000);
	assert_int_equal(classes[COVERAGE_SLAB_UNRECLAIMABLE].traced_bytes, 500);
	assert_true(classes[COVERAGE_SLAB_UNRECLAIMABLE].explained == 0.25);
	/* it shrank, it stood still: no share of anything */
	assert_int_equal(classes[COVERAGE_SLAB_RECLAIMABLE].kernel_delta_bytes, -1000);
	assert_true(isnan(classes[COVERAGE_SLAB_RECLAIMABLE].explained));
	assert_int_equal(classes[COVERAGE_VMALLOC].kernel_delta_bytes, 0);
	assert_true(isnan(classes[COVERAGE_VMALLOC].explained));
}

/* As little as there may be. */
static void test_growth_by_a_byte(void **state)
{
	const struct meminfo before = books(1000, 5000, 100), now = books(1001, 4999, 100);
	const int64_t traced[COVERAGE_CLASSES] = {3, 3, 3, 3};
	struct coverage_class classes[COVERAGE_CLASSES];

	(void)state;
	compare(classes, &before, &now, traced);
	assert_true(classes[COVERAGE_SLAB_UNRECLAIMABLE].explained == 3);
	assert_true(isnan(classes[COVERAGE_SLAB_RECLAIMABLE].explained));
}

static void test_field_that_the_kernel_lacks(void **state)
{
	struct meminfo before = books(0, 0, 0), now = books(10, 10, 10);
	const int64_t traced[COVERAGE_CLASSES] = {1, 2, 3, 4};
	struct coverage_class classes[COVERAGE_CLASSES];

	(void)state;
	now.present[MEMINFO_VMALLOC_USED] = false;
	compare(classes, &before, &now, traced);
	assert_false(classes[COVERAGE_VMALLOC].known);
	assert_int_equal(classes[COVERAGE_VMALLOC].kernel_delta_bytes, 0);
	assert_int_equal(classes[COVERAGE_VMALLOC].traced_bytes, 3);
	assert_true(isnan(classes[COVERAGE_VMALLOC].explained));
}

/* The kernel's growth is what is new, less what is older and gone, with room, and a rest. */
static void test_books_close(void **state)
{
	const struct meminfo before = books(100000, 50000, 1000), now = books(120000, 49000, 1500);
	/* kleak has allocated more itself than what is older was freed, at first */
	const struct coverage_older old_then = {{-500, 100, 50, 0}, 3, 0};
	const struct coverage_older old_now = {{3500, 2100, 150, 0}, 3, 0};
	const struct slab_use use_then = {true, {90000, 50000}, {80000, 40000}};
	const struct slab_use use_now = {true, {105000, 49000}, {92000, 38500}};
	const struct percpu_use no = {};
	const int64_t traced[COVERAGE_CLASSES] = {20900, 480, 600, 7};
	struct coverage_class c[COVERAGE_CLASSES];

	(void)state;
	coverage__compare(c, &(struct coverage_books){&before, &old_then, &use_then, &no},
			  &(struct coverage_books){&now, &old_now, &use_now, &no}, traced);
	assert_true(c[COVERAGE_SLAB_UNRECLAIMABLE].older_bytes == -4000);
	assert_true(c[COVERAGE_SLAB_UNRECLAIMABLE].room_bytes == 3000);
	assert_true(c[COVERAGE_SLAB_UNRECLAIMABLE].rest_bytes == 20000 - 20900 + 4000 - 3000);
	assert_true(c[COVERAGE_SLAB_RECLAIMABLE].older_bytes == -2000);
	assert_true(c[COVERAGE_SLAB_RECLAIMABLE].room_bytes == 500);
	assert_true(c[COVERAGE_SLAB_RECLAIMABLE].rest_bytes == -1000 - 480 + 2000 - 500);
	assert_true(c[COVERAGE_VMALLOC].older_bytes == -100);
	assert_true(c[COVERAGE_VMALLOC].room_bytes == 0);
	assert_true(c[COVERAGE_VMALLOC].rest_bytes == 0);
	assert_true(isnan(c[COVERAGE_PERCPU].older_bytes) && isnan(c[COVERAGE_PERCPU].room_bytes) &&
		    isnan(c[COVERAGE_PERCPU].rest_bytes));
	/* what of the slabs is in use has to be known both times */
	coverage__compare(c,
			  &(struct coverage_books){&before, &old_then, &(struct slab_use){}, &no},
			  &(struct coverage_books){&now, &old_now, &use_now, &no}, traced);
	assert_true(isnan(c[COVERAGE_SLAB_UNRECLAIMABLE].room_bytes));
	assert_true(isnan(c[COVERAGE_SLAB_UNRECLAIMABLE].rest_bytes));
	assert_true(c[COVERAGE_SLAB_UNRECLAIMABLE].older_bytes == -4000);
	coverage__compare(c, &(struct coverage_books){&before, &old_then, &use_then, &no},
			  &(struct coverage_books){&now, &old_now, &(struct slab_use){}, &no},
			  traced);
	assert_true(isnan(c[COVERAGE_SLAB_RECLAIMABLE].rest_bytes));
}

/* Of 60000 bytes: 8000 traced, 40000 in use more than there were. */
static struct coverage_class close_percpu(const struct coverage_older *then,
					  const struct coverage_older *now, bool known)
{
	const struct slab_use slab = {};
	const struct percpu_use use_then = {true, 1000000}, use_now = {known, 1040000};
	const int64_t traced[COVERAGE_CLASSES] = {[COVERAGE_PERCPU] = 8000};
	struct meminfo before = {.present[MEMINFO_PERCPU] = true}, after = before;
	struct coverage_class c[COVERAGE_CLASSES];

	before.bytes[MEMINFO_PERCPU] = 5000000;
	after.bytes[MEMINFO_PERCPU] = 5060000;
	coverage__compare(c, &(struct coverage_books){&before, then, &slab, &use_then},
			  &(struct coverage_books){&after, now, &slab, &use_now}, traced);
	return c[COVERAGE_PERCPU];
}

/* Where some was freed that has no size, what is older is what is left: there is no rest to tell.
 */
static void test_books_of_percpu(void **state)
{
	const struct coverage_older then = {{0, 0, 0, -100}, 0, 5};
	struct coverage_older now = {{0, 0, 0, -700}, 3, 5};
	struct coverage_class c = close_percpu(&then, &now, true);

	(void)state;
	assert_true(c.room_bytes == 20000);
	assert_true(c.older_bytes == 600); /* kleak's own */
	assert_true(c.rest_bytes == 60000 - 8000 - 20000 - 600);
	now.percpu_unsized++;
	c = close_percpu(&then, &now, true);
	assert_true(c.room_bytes == 20000);
	assert_true(c.older_bytes == 60000 - 8000 - 20000);
	assert_true(isnan(c.rest_bytes));
	c = close_percpu(&then, &then, false);
	assert_true(isnan(c.older_bytes) && isnan(c.room_bytes) && isnan(c.rest_bytes));
}

/* By cache, beyond the caches, of all lanes, and of caches whose entries went to others. */
static void test_sum_of_older(void **state)
{
	const struct kleak_cache table[KLEAK_MAX_CACHES] = {
		[KLEAK_CACHE_UNKNOWN] = {.unknown = 4},
		[2] = {.size = 200,
		       .flags = KLEAK_CACHE_RECLAIMABLE,
		       .unknown = 10,
		       .unrecorded = 3},
		[3] = {.size = 64, .unknown = 5, .unrecorded = -2},
		[KLEAK_MAX_CACHES - 1] = {.size = 8, .unknown = 1, .unrecorded = 7},
	};
	struct kleak_counts counts[2] = {};
	const struct recycle given_back = {.older_unreclaimable = 1000, .older_reclaimable = 300};
	struct coverage_older older;

	(void)state;
	counts[0].count[KLEAK_COUNT_OLDER_LARGE] = 20000;
	counts[1].count[KLEAK_COUNT_OLDER_LARGE] = (uint64_t)-4000; /* the loader's own */
	counts[1].count[KLEAK_COUNT_OLDER_VMALLOC] = 4096;
	counts[0].count[KLEAK_COUNT_OLDER_UNSIZED] = 6;
	counts[0].count[KLEAK_COUNT_OLDER_PERCPU] = 640;
	counts[1].count[KLEAK_COUNT_OLDER_PERCPU] = (uint64_t)-140;
	counts[1].count[KLEAK_COUNT_OLDER_PERCPU_UNSIZED] = 2;
	coverage__sum_older(&older, counts, 2, table, &given_back);
	assert_int_equal(older.bytes[COVERAGE_SLAB_UNRECLAIMABLE], 1000 + 16000 + 7 * 64 - 6 * 8);
	assert_int_equal(older.bytes[COVERAGE_SLAB_RECLAIMABLE], 300 + 7 * 200);
	assert_int_equal(older.bytes[COVERAGE_VMALLOC], 4096);
	assert_int_equal(older.bytes[COVERAGE_PERCPU], 500);
	assert_int_equal(older.percpu_unsized, 2);
	assert_int_equal(older.unsized, 10);
}

/* Of a part there is no share. */
static void test_filters(void **state)
{
	const struct kleak_config all = {
		.max_size = UINT64_MAX, .slab = 1, .vmalloc = 1, .percpu = 1};
	const struct kleak_config parts[] = {
		{.max_size = UINT64_MAX, .slab = 1, .follow = KLEAK_FOLLOW_PROCESS},
		{.max_size = UINT64_MAX, .slab = 1, .follow = KLEAK_FOLLOW_CGROUP},
		{.max_size = 4096, .slab = 1},
		{.max_size = UINT64_MAX, .min_size = 1, .slab = 1},
		{.max_size = UINT64_MAX, .slab = 1, .nr_wanted = 1},
		{.max_size = UINT64_MAX, .percpu = 1},
	};
	struct coverage_class classes[COVERAGE_CLASSES];
	struct coverage_slab slab = {.explained = 1};

	(void)state;
	for (int i = 0; i < COVERAGE_CLASSES; i++)
		classes[i] = (struct coverage_class){.explained = 1};
	coverage__leave_out(classes, &slab, &all);
	for (int i = 0; i < COVERAGE_CLASSES; i++)
		assert_true(classes[i].explained == 1 && classes[i].older_bytes == 0);
	assert_true(slab.explained == 1);
	assert_true(coverage__has_slab(&all));
	for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
		for (int i = 0; i < COVERAGE_CLASSES; i++)
			classes[i].explained = 1;
		slab.explained = 1;
		coverage__leave_out(classes, &slab, &parts[part]);
		assert_true(isnan(slab.explained));
		assert_true(isnan(classes[COVERAGE_SLAB_UNRECLAIMABLE].explained));
		assert_true(isnan(classes[COVERAGE_SLAB_RECLAIMABLE].explained));
		assert_true(isnan(classes[COVERAGE_VMALLOC].explained));
		assert_true(isnan(classes[COVERAGE_VMALLOC].older_bytes) &&
			    isnan(classes[COVERAGE_VMALLOC].room_bytes) &&
			    isnan(classes[COVERAGE_VMALLOC].rest_bytes));
		assert_false(coverage__has_slab(&parts[part]));
		assert_true(isnan(classes[COVERAGE_PERCPU].explained) != parts[part].percpu);
	}
}

/* Slabs by themselves: objects in use, and the pages that they take. */
static void test_compare_slabs(void **state)
{
	struct slabinfo_cache was[] = {{.name = "a",
					.active_objects = 10,
					.object_size = 100,
					.slabs = 2,
					.pages_per_slab = 1}},
			      is[] = {{.name = "a",
				       .active_objects = 30,
				       .object_size = 100,
				       .slabs = 4,
				       .pages_per_slab = 1},
				      {.name = "b",
				       .active_objects = 5,
				       .object_size = 200,
				       .slabs = 1,
				       .pages_per_slab = 8}};
	const struct slabinfo before = {.caches = was, .nr = 1}, now = {.caches = is, .nr = 2};
	const struct kleak_site entries[] = {
		{.space = KLEAK_SPACE_SLAB, .cache = 2},
		{.space = KLEAK_SPACE_SLAB, .cache = 3},
		{.space = KLEAK_SPACE_SLAB, .cache = 4},
		{.space = KLEAK_SPACE_VMALLOC},
		{.space = KLEAK_SPACE_SLAB, .cache = KLEAK_MAX_CACHES}};
	struct snapshot_site sites[] = {{.live = 1, .held_bytes = 500},
					{.live = 0, .held_bytes = 7000},
					{.live = 1, .held_bytes = 16384}, /* beyond the caches */
					{.live = 1, .held_bytes = 40960},
					{.live = 1, .held_bytes = 250}};
	const struct snapshot snapshot = {.sites = sites, .nr_sites = 5};
	struct coverage_slab slab;

	(void)state;
	coverage__compare_slab(&slab, &before, &now, 4096, &snapshot, entries, caches);
	assert_true(slab.known);
	assert_int_equal(slab.objects_bytes, 30 * 100 + 5 * 200 - 10 * 100);
	assert_int_equal(slab.slabs_bytes, (4 + 8 - 2) * 4096);
	assert_int_equal(slab.traced_bytes, 750);
	assert_true(slab.explained == 0.25);
	/* it shrank: no share of that */
	coverage__compare_slab(&slab, &now, &before, 4096, &snapshot, entries, caches);
	assert_int_equal(slab.objects_bytes, -3000);
	assert_int_equal(slab.slabs_bytes, -10 * 4096);
	assert_true(isnan(slab.explained));
}

static void test_slabs_that_cannot_be_read(void **state)
{
	struct slabinfo_cache one[] = {{.active_objects = 10, .object_size = 100}};
	const struct slabinfo readable = {.caches = one, .nr = 1}, hidden = {};
	const struct snapshot snapshot = {};
	struct coverage_slab slab;

	(void)state;
	coverage__compare_slab(&slab, &hidden, &readable, 4096, &snapshot, NULL, caches);
	assert_false(slab.known);
	assert_true(isnan(slab.explained));
	coverage__compare_slab(&slab, &readable, &hidden, 4096, &snapshot, NULL, caches);
	assert_false(slab.known);
}

/* Pages are in no class; nor is what only was there. */
static void test_what_no_class_has(void **state)
{
	const struct kleak_site entries[] = {{.space = KLEAK_SPACE_PAGES},
					     {.space = KLEAK_SPACE_SLAB, .cache = 3}};
	struct snapshot_site sites[] = {{.live = 1, .held_bytes = 4096},
					{.live = 0, .held_bytes = 64}};
	const struct snapshot snapshot = {.sites = sites, .nr_sites = 2};
	int64_t traced[COVERAGE_CLASSES];

	(void)state;
	coverage__sum(traced, &snapshot, entries, caches);
	for (int i = 0; i < COVERAGE_CLASSES; i++)
		assert_int_equal(traced[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum_by_class),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_growth_by_a_byte),
		cmocka_unit_test(test_field_that_the_kernel_lacks),
		cmocka_unit_test(test_books_close),
		cmocka_unit_test(test_books_of_percpu),
		cmocka_unit_test(test_sum_of_older),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_compare_slabs),
		cmocka_unit_test(test_slabs_that_cannot_be_read),
		cmocka_unit_test(test_what_no_class_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
