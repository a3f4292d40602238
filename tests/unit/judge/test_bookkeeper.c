// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/bookkeeper.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct slabinfo_cache caches[3];
static struct vmallocinfo_caller callers[2];
static struct allocinfo_line lines[2];

/* The books at second t: kmalloc-512 leaks 100 objects a second, a vmalloc caller a page. */
static struct books books_at(int t)
{
	struct books books = {.page_size = 4096};

	books.mem.present[MEMINFO_MEM_TOTAL] = books.mem.present[MEMINFO_MEM_FREE] = true;
	books.mem.present[MEMINFO_MEM_AVAILABLE] = books.mem.present[MEMINFO_S_UNRECLAIM] = true;
	books.mem.bytes[MEMINFO_MEM_TOTAL] = 1 << 30;
	books.mem.bytes[MEMINFO_MEM_FREE] = (1 << 29) - 51200 * t;
	books.mem.bytes[MEMINFO_MEM_AVAILABLE] = (1 << 29) - 51200 * t;
	books.mem.bytes[MEMINFO_S_UNRECLAIM] = (1 << 20) + 51200 * t;
	caches[0] = (struct slabinfo_cache){"dentry", 5000, 5000, 192, 21, 1, 239};
	caches[1] = (struct slabinfo_cache){
		"kmalloc-512", 1000 + 100 * t, 2000 + 100 * t, 512, 8, 1, 250 + 13 * t};
	caches[2] = (struct slabinfo_cache){"new", 10, 10, 64, 64, 1, 1};
	books.slabs = (struct slabinfo){.caches = caches, .nr = t >= 5 ? 3 : 2};
	snprintf(callers[0].name, sizeof(callers[0].name), "a+0x1/0x2");
	callers[0].areas = callers[0].pages = 10;
	snprintf(callers[1].name, sizeof(callers[1].name), "b+0x1/0x2 [m]");
	callers[1].areas = 1 + t;
	callers[1].pages = 1 + t;
	books.areas = (struct vmallocinfo){.callers = callers, .nr_callers = t < 19 ? 2 : 1};
	lines[0] = (struct allocinfo_line){"mm/a.c:1", "", "f", 1000, 1};
	lines[1] = (struct allocinfo_line){"mm/a.c:1", "mod", "f", 2000U + t, 2};
	books.lines = (struct allocinfo){.lines = lines, .nr = 2};
	return books;
}

static struct bookkeeper *keep(int seconds)
{
	struct bookkeeper *keeper;

	assert_int_equal(bookkeeper__open(&keeper, NULL, true), 0);
	for (int t = 0; t < seconds; t++) {
		struct books books = books_at(t);

		assert_int_equal(bookkeeper__enter(keeper, &books, t), 0);
	}
	return keeper;
}

static void test_growth_by_cache(void **state)
{
	struct bookkeeper *keeper = keep(20);
	struct statement s = {};

	(void)state;
	assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
	assert_int_equal(s.nr_caches, 3);
	assert_string_equal(s.caches[0].name, "kmalloc-512");
	assert_int_equal(s.caches[0].delta_objects, 1900);
	assert_int_equal(s.caches[0].amount.delta_bytes, 13 * 19 * 4096);
	assert_true(fabs(s.caches[0].amount.growth.per_s - 51200) < 1e-6);
	assert_true(s.caches[0].amount.growth.low > 0);
	assert_string_equal(s.caches[1].name, "new"); /* was not there: all of it is growth */
	assert_int_equal(s.caches[1].delta_objects, 10);
	assert_int_equal(s.caches[2].amount.growth.per_s, 0);
	assert_int_equal(s.caches[2].reclaimable, STATEMENT_UNKNOWN);
	bookkeeper__close(keeper);
}

static void test_a_caller_that_went_has_nothing(void **state)
{
	struct bookkeeper *keeper = keep(20);
	struct statement s = {};

	(void)state;
	assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
	assert_int_equal(s.nr_callers, 2);
	assert_string_equal(s.callers[1].name, "b+0x1/0x2 [m]");
	assert_int_equal(s.callers[1].areas, 0);
	assert_int_equal(s.callers[1].delta_areas, -1);
	bookkeeper__close(keeper);
}

static void test_lines_are_told_apart_by_module(void **state)
{
	struct bookkeeper *keeper = keep(3);
	struct statement s = {};

	(void)state;
	for (int again = 0; again < 2; again++) {
		assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
		assert_int_equal(s.nr_lines, 2);
		assert_string_equal(s.lines[0].place, "mm/a.c:1");
		assert_string_equal(s.lines[0].function, "f");
		assert_string_equal(s.lines[0].module, "mod");
		assert_int_equal(s.lines[0].amount.delta_bytes, 2);
		assert_null(s.lines[1].module);
	}
	bookkeeper__close(keeper);
}

static void test_time_to_exhaustion(void **state)
{
	struct bookkeeper *keeper = keep(20);
	struct statement s = {};

	(void)state;
	assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
	assert_true(s.available_known);
	assert_true(fabs(s.exhausted_s - ((1 << 29) - 51200 * 19) / 51200.0) < 1);
	bookkeeper__close(keeper);
	keeper = keep(4);
	assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
	assert_true(isnan(s.exhausted_s)); /* too few readings */
	assert_false(s.available.growth.known);
	bookkeeper__close(keeper);
}

static void test_top_and_classes(void **state)
{
	struct bookkeeper *keeper = keep(20);
	struct statement s = {};
	int64_t sum = 0;

	(void)state;
	assert_int_equal(bookkeeper__state(keeper, &s, 1), 0);
	assert_int_equal(s.nr_caches, 1);
	assert_int_equal(s.nr_caches_all, 3);
	assert_int_equal(s.nr_callers, 1);
	assert_int_equal(s.nr_classes, CLASSES);
	for (size_t i = 0; i < s.nr_classes; i++)
		if (!s.classes[i].apart)
			sum += s.classes[i].amount.bytes;
	assert_int_equal(sum, 1 << 30);
	assert_int_equal(s.classes[CLASS_SLAB_UNRECLAIMABLE].amount.delta_bytes, 51200 * 19);
	bookkeeper__close(keeper);
}

/* More readings than a history has points. */
static void test_long_runs(void **state)
{
	struct bookkeeper *keeper = keep(1000);
	struct statement s = {};

	(void)state;
	assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
	assert_true(fabs(s.caches[0].amount.growth.per_s - 51200) < 1e-6);
	assert_int_equal(s.caches[0].delta_objects, 99900);
	bookkeeper__close(keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growth_by_cache),
		cmocka_unit_test(test_a_caller_that_went_has_nothing),
		cmocka_unit_test(test_lines_are_told_apart_by_module),
		cmocka_unit_test(test_time_to_exhaustion),
		cmocka_unit_test(test_top_and_classes),
		cmocka_unit_test(test_long_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
