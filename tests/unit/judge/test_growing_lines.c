// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/growing_lines.h"

#include <string.h>

#define NR(list) (sizeof(list) / sizeof((list)[0]))

static struct statement_line line(const char *place, const char *function, int64_t delta,
				  double per_s, double low)
{
	return (struct statement_line){
		.place = place,
		.function = function,
		.calls = 10,
		.amount = {.bytes = 100000,
			   .delta_bytes = delta,
			   .growth = {true, per_s, low, per_s + (per_s - low)}},
	};
}

static void check(const struct statement_line *list, size_t nr, const char *const *names,
		  size_t expected)
{
	struct statement statement = {.lines = list, .nr_lines = nr};
	struct growing_lines lines = {};

	assert_int_equal(growing_lines__find(&lines, &statement), 0);
	assert_int_equal(lines.nr, expected);
	for (size_t i = 0; i < expected; i++)
		assert_string_equal(lines.list[i].line->function, names[i]);
	growing_lines__free(&lines);
	assert_int_equal(lines.nr, 0);
}

static void test_what_grows_with_confidence(void **state)
{
	const struct statement_line list[] = {
		line("a.c:1", "slow", 8192, 10, 9),
		line("b.c:1", "fast", 8192, 100, 50),
		line("c.c:1", "maybe", 8192, 100, -1),
		line("d.c:1", "little", GROWING_LINES_LEAST - 1, 100, 50),
		line("e.c:1", "enough", GROWING_LINES_LEAST, 5, 4),
	};
	static const char *const names[] = {"fast", "slow", "enough"};

	(void)state;
	check(list, NR(list), names, NR(names));
	check(list, 0, NULL, 0);
}

/* With too few readings nothing is known to grow. */
static void test_too_early(void **state)
{
	struct statement_line early = line("a.c:1", "early", 8192, 10, 9);

	(void)state;
	early.amount.growth.known = false;
	check(&early, 1, NULL, 0);
}

static void test_backing(void **state)
{
	static const struct {
		const char *place, *function;
		bool backing;
	} cases[] = {
		{"mm/slub.c:2433", "alloc_slab_page", true},
		{"mm/slub.c:4000", "kmem_cache_open", false},
		{"/build/linux/mm/slub.c:2433", "alloc_slab_page", true},
		{"xmm/slub.c:2433", "alloc_slab_page", true}, /* by its function */
		{"mm/memory.c:7", "folio_prealloc", true},
		{"dmm/memory.c:7", "folio_prealloc", false},
		{"mm/memory.c", "folio_prealloc", true},
		{"emory.c:1", "x", false},
		{"mm/shmem.c:1", "shmem_fill_super", false},
		{"mm/filemap.c:2000", "__filemap_get_folio_noprof", true},
		{"include/asm-generic/pgalloc.h:63", "__pte_alloc_one_noprof", true},
		{"mm/percpu-vm.c:95", "pcpu_alloc_pages", true},
		{"mm/util.c:63", "kstrdup", false},
		{"net/core/skbuff.c:660", "__alloc_skb", false},
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++)
		assert_int_equal(growing_lines__is_backing(cases[i].place, cases[i].function),
				 cases[i].backing);
}

static void test_sure(void **state)
{
	const struct statement_line list[] = {line("a.c:1", "sure", 8192, 100, 25),
					      line("b.c:1", "unsure", 8192, 99, 24)};
	struct statement statement = {.lines = list, .nr_lines = NR(list)};
	struct growing_lines lines = {};

	(void)state;
	assert_int_equal(growing_lines__find(&lines, &statement), 0);
	assert_int_equal(lines.nr, 2);
	assert_true(lines.list[0].sure);
	assert_false(lines.list[1].sure);
	growing_lines__free(&lines);
}

/* Backing is no suspect, however it grows. */
static void test_backing_is_left_out(void **state)
{
	const struct statement_line list[] = {line("mm/slub.c:1", "alloc_slab_page", 8192, 10, 9)};

	(void)state;
	check(list, NR(list), NULL, 0);
}

static void test_what_is_left_after_the_drain(void **state)
{
	struct allocinfo_line now[] = {
		{"a.c:1", "", "kept", 97000, 9},    {"a.c:1", "other", "kept", 5, 1},
		{"a.c:2", "", "kept", 5, 1},	    {"b.c:1", "", "went", 95000, 9},
		{"c.c:1", "mod", "half", 50000, 5}, {"c.c:1", "mod", "half", 46000, 5},
	};
	const struct allocinfo info = {.lines = now, .nr = NR(now)};
	struct statement_line list[] = {
		line("a.c:1", "kept", 8000, 100, 90),
		line("b.c:1", "went", 8000, 99, 90),
		line("c.c:1", "half", 8000, 98, 90),
		line("d.c:1", "gone", 8000, 97, 90),
	};
	struct statement statement = {.lines = list, .nr_lines = NR(list)};
	struct growing_lines lines = {};

	(void)state;
	list[2].module = "mod";
	assert_int_equal(growing_lines__find(&lines, &statement), 0);
	assert_int_equal(lines.nr, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(lines.list[i].left_bytes, 8000); /* for all that is known */
		assert_false(growing_lines__went(&lines.list[i]));
	}
	growing_lines__settle(&lines, &info);
	assert_int_equal(lines.list[0].left_bytes, 5000);
	assert_false(growing_lines__went(&lines.list[0]));
	assert_int_equal(lines.list[1].left_bytes, 3000);
	assert_true(growing_lines__went(&lines.list[1]));
	assert_int_equal(lines.list[2].left_bytes, 4000);
	assert_false(growing_lines__went(&lines.list[2]));
	assert_int_equal(lines.list[3].left_bytes, 0); /* it has no line any more */
	assert_true(growing_lines__went(&lines.list[3]));
	growing_lines__free(&lines);
}

static bool is_named(const char *function, void *arg)
{
	return !strcmp(function, arg);
}

static void test_pages_are_wanted(void **state)
{
	struct statement_line at = line("a.c:1", "make", 8192, 100, 90);
	struct growing_line growing = {&at, true, 8192};
	struct growing_lines lines = {.list = &growing, .nr = 1};

	(void)state;
	at.amount.bytes = 10 * 4096;
	assert_true(growing_lines__is_of_pages(&at, 4096));
	assert_true(growing_lines__wants_pages(&lines, 4096, is_named, "other"));
	assert_false(growing_lines__wants_pages(&lines, 4096, is_named, "make")); /* traced */
	growing.sure = false;
	assert_false(growing_lines__wants_pages(&lines, 4096, is_named, "other"));
	growing.sure = true;
	at.function = "kmemdup"; /* its stacks begin at its callers */
	assert_false(growing_lines__wants_pages(&lines, 4096, is_named, "other"));
	at.function = "make";
	at.calls = 11;
	assert_false(growing_lines__is_of_pages(&at, 4096));
	assert_false(growing_lines__wants_pages(&lines, 4096, is_named, "other"));
	at.calls = 2; /* of more pages each */
	assert_true(growing_lines__is_of_pages(&at, 4096));
	at.amount.bytes++;
	assert_false(growing_lines__is_of_pages(&at, 4096));
	at.amount.bytes = 0;
	at.calls = 0;
	assert_false(growing_lines__is_of_pages(&at, 4096));
	assert_false(growing_lines__is_of_pages(&at, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_grows_with_confidence),
		cmocka_unit_test(test_too_early),
		cmocka_unit_test(test_backing),
		cmocka_unit_test(test_sure),
		cmocka_unit_test(test_backing_is_left_out),
		cmocka_unit_test(test_what_is_left_after_the_drain),
		cmocka_unit_test(test_pages_are_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
