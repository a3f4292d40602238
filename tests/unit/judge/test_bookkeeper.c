// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/bookkeeper.h"

#include <errno.h>
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
	assert_int_equal(s.callers[1].amount.delta_bytes, -4096);
	assert_string_equal(s.callers[0].name, "a+0x1/0x2");
	assert_int_equal(s.callers[0].areas, 10);
	assert_int_equal(s.callers[0].amount.bytes, 10 * 4096);
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
	assert_int_equal(s.nr_callers_all, 2);
	assert_int_equal(s.nr_classes, CLASSES);
	for (size_t i = 0; i < s.nr_classes; i++)
		if (!s.classes[i].apart)
			sum += s.classes[i].amount.bytes;
	assert_int_equal(sum, 1 << 30);
	assert_int_equal(s.classes[CLASS_SLAB_UNRECLAIMABLE].amount.delta_bytes, 51200 * 19);
	bookkeeper__close(keeper);
}

/* Numbers of the machine, as they are and as they change. */
static void test_what_is_available(void **state)
{
	struct bookkeeper *keeper;
	struct statement s = {};

	(void)state;
	assert_int_equal(bookkeeper__open(&keeper, NULL, true), 0);
	for (int t = 0; t < 20; t++) {
		struct books books = books_at(t);

		books.mem.present[MEMINFO_CACHED] = true;
		books.mem.bytes[MEMINFO_CACHED] = 1000 + t;
		assert_int_equal(bookkeeper__enter(keeper, &books, t), 0);
	}
	assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
	assert_int_equal(s.total_bytes, 1 << 30);
	assert_int_equal(s.available.bytes, (1 << 29) - 51200 * 19);
	assert_int_equal(s.available.delta_bytes, -51200 * 19);
	assert_int_equal(s.free_cache[0], 1019);
	assert_true(s.classes[CLASS_SLAB_UNRECLAIMABLE].known);
	assert_string_equal(s.classes[CLASS_SLAB_UNRECLAIMABLE].name, "slab_unreclaimable");
	assert_int_equal(s.classes[CLASS_SLAB_UNRECLAIMABLE].amount.bytes, (1 << 20) + 51200 * 19);
	assert_true(fabs(s.classes[CLASS_SLAB_UNRECLAIMABLE].amount.growth.per_s - 51200) < 1e-6);
	bookkeeper__close(keeper);
	bookkeeper__close(NULL);
}

/* What does not shrink lasts for ever. */
static void test_memory_that_does_not_shrink(void **state)
{
	struct bookkeeper *keeper;
	struct statement s = {};

	(void)state;
	for (int how = 0; how < 2; how++) {
		assert_int_equal(bookkeeper__open(&keeper, NULL, true), 0);
		for (int t = 0; t < 20; t++) {
			struct books books = books_at(0);

			books.mem.present[MEMINFO_MEM_AVAILABLE] = !how;
			assert_int_equal(bookkeeper__enter(keeper, &books, t), 0);
		}
		assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
		assert_int_equal(s.available_known, !how);
		assert_true(how ? isnan(s.exhausted_s) : s.exhausted_s == INFINITY);
		bookkeeper__close(keeper);
	}
}

/* A reading without /proc/meminfo changes nothing of what that said. */
static void test_readings_that_failed(void **state)
{
	struct bookkeeper *keeper = keep(3);
	struct statement s = {};
	struct books books = books_at(3);

	(void)state;
	books.mem = (struct meminfo){};
	books.mem_err = -EACCES;
	assert_int_equal(bookkeeper__enter(keeper, &books, 3), 0);
	assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
	assert_true(s.available_known);
	assert_int_equal(s.total_bytes, 1 << 30);
	assert_int_equal(s.available.delta_bytes, -51200 * 2);
	assert_int_equal(s.caches[0].delta_objects, 300);
	/* nor does one without areas say how much is ioremap()ed */
	assert_true(s.classes[CLASS_IOREMAP].known);
	books = books_at(4);
	books.areas_err = -EACCES;
	assert_int_equal(bookkeeper__enter(keeper, &books, 4), 0);
	assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
	assert_false(s.classes[CLASS_IOREMAP].known);
	bookkeeper__close(keeper);
}

/* Most growth first, then the most bytes, then by name; what never held anything is not there. */
static void test_order(void **state)
{
	static const char *const order[] = {"grows", "large", "a", "b", "shrinks"};
	struct bookkeeper *keeper;
	struct statement s = {};

	(void)state;
	for (int turn = 0; turn < 5; turn++) {
		assert_int_equal(bookkeeper__open(&keeper, NULL, true), 0);
		for (int t = 0; t < 2; t++) {
			struct allocinfo_line list[] = {
				{"b", "", "f", 20, 1},	   {"grows", "", "f", 5 + t, 1},
				{"a", "", "f", 20, 1},	   {"shrinks", "", "f", 90 - t, 1},
				{"large", "", "f", 30, 1}, {"empty", "", "f", 0, 0},
			};
			struct allocinfo_line turned[6];
			struct books books = {.mem_err = -EACCES};

			for (int i = 0; i < 6; i++)
				turned[i] = list[(i + turn) % 6];
			books.lines = (struct allocinfo){.lines = turned, .nr = 6};
			assert_int_equal(bookkeeper__enter(keeper, &books, t), 0);
		}
		assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
		assert_int_equal(s.nr_lines, 5);
		for (size_t i = 0; i < s.nr_lines; i++)
			assert_string_equal(s.lines[i].place, order[i]);
		assert_int_equal(s.lines[0].calls, 1);
		assert_int_equal(s.lines[0].delta_calls, 0);
		/* as many as are wanted */
		assert_int_equal(bookkeeper__state(keeper, &s, 2), 0);
		assert_int_equal(s.nr_lines, 2);
		assert_int_equal(s.nr_lines_all, 5);
		assert_int_equal(bookkeeper__state(keeper, &s, 5), 0);
		assert_int_equal(s.nr_lines, 5);
		bookkeeper__close(keeper);
	}
}

/* Whatever /sys/kernel/slab says of a cache is said with it. */
static void test_names_of_slab_caches(void **state)
{
	struct slabnames_cache list[] = {
		{"dentry", "dentry", 1}, {"kmalloc-512", ":0000512", 0}, {"sock", ":0000512", 0}};
	struct slabnames names = {.caches = list, .nr = 3};
	struct bookkeeper *keeper;
	struct statement s = {};
	struct books books = books_at(5);

	(void)state;
	assert_int_equal(bookkeeper__open(&keeper, &names, true), 0);
	assert_int_equal(bookkeeper__enter(keeper, &books, 0), 0);
	assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
	assert_int_equal(s.nr_caches, 3);
	assert_string_equal(s.caches[0].name, "kmalloc-512");
	assert_string_equal(s.caches[0].aliases, "sock");
	assert_int_equal(s.caches[0].reclaimable, STATEMENT_NO);
	assert_int_equal(s.caches[0].active_objects, 1500);
	assert_int_equal(s.caches[0].object_size, 512);
	assert_int_equal(s.caches[0].amount.bytes, (250 + 13 * 5) * 4096);
	assert_string_equal(s.caches[1].name, "dentry");
	assert_string_equal(s.caches[1].aliases, "");
	assert_int_equal(s.caches[1].reclaimable, STATEMENT_YES);
	assert_int_equal(s.caches[2].reclaimable, STATEMENT_UNKNOWN);
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
	assert_true(fabs(s.lines[0].amount.growth.per_s - 1) < 1e-6);
	assert_true(fabs(s.available.growth.per_s + 51200) < 1e-6);
	assert_true(fabs(s.classes[CLASS_SLAB_UNRECLAIMABLE].amount.growth.per_s - 51200) < 1e-6);
	bookkeeper__close(keeper);
}

/* Bytes that are allocated, by the sanitizer's word. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* A mount brings a cache with a name of its own, a module a line, for a while. */
static void test_names_that_came_and_went_are_forgotten(void **state)
{
	struct bookkeeper *keeper = keep(2);
	struct statement s = {};
	size_t most = 0, before = 0;

	(void)state;
	for (int t = 2; t < 5000; t++) {
		struct books books = books_at(t);
		struct allocinfo_line line = {"", "mod", "f", 100, 1};

		snprintf(line.place, sizeof(line.place), "fs/m.c:%d", t);
		snprintf(caches[2].name, sizeof(caches[2].name), "mount-%d", t);
		books.slabs.nr = 3;
		lines[1] = line;
		assert_int_equal(bookkeeper__enter(keeper, &books, t), 0);
		if (t % 100)
			continue;
		assert_int_equal(bookkeeper__state(keeper, &s, 0), 0);
		most = s.nr_caches > most ? s.nr_caches : most;
		most = s.nr_lines > most ? s.nr_lines : most;
		if (t == 2 * BOOKKEEPER_MOST_GONE / 100 * 100 &&
		    __sanitizer_get_current_allocated_bytes)
			before = __sanitizer_get_current_allocated_bytes();
		for (size_t i = 0; i < s.nr_lines; i++)
			assert_string_equal(s.lines[i].function, "f");
	}
	assert_in_range(most, 3, BOOKKEEPER_MOST_GONE + 4);
	if (before)
		assert_true(__sanitizer_get_current_allocated_bytes() < before + 20000);
	assert_string_equal(s.caches[0].name, "kmalloc-512");
	assert_int_equal(s.caches[0].delta_objects, 490000);
	bookkeeper__close(keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_that_came_and_went_are_forgotten),
		cmocka_unit_test(test_growth_by_cache),
		cmocka_unit_test(test_a_caller_that_went_has_nothing),
		cmocka_unit_test(test_lines_are_told_apart_by_module),
		cmocka_unit_test(test_time_to_exhaustion),
		cmocka_unit_test(test_top_and_classes),
		cmocka_unit_test(test_what_is_available),
		cmocka_unit_test(test_memory_that_does_not_shrink),
		cmocka_unit_test(test_readings_that_failed),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_names_of_slab_caches),
		cmocka_unit_test(test_long_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
