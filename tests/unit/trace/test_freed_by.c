// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/freed_by.h"

#include <string.h>

static const struct allocator no_allocator = {};

static void add(struct freed_by *freed_by, uint32_t site, uint64_t frame, uint64_t times,
		uint64_t last)
{
	const struct kleak_freer freer = {
		.site = 99, .nr = 2, .times = times, .last = last, .frames = {frame, 8}};

	assert_int_equal(freed_by__add(freed_by, site, &freer, &no_allocator), 0);
}

static void test_the_most_frequent_first(void **state)
{
	const struct freed_by_member *list[FREED_BY_LISTED];
	struct freed_by freed_by = {};
	uint64_t times;

	(void)state;
	for (uint32_t i = 1; i <= 10; i++)
		add(&freed_by, i % 2, i, i, 0);
	assert_int_equal(freed_by__of(&freed_by, 1, list, &times), FREED_BY_LISTED);
	assert_int_equal(times, 1 + 3 + 5 + 7 + 9);
	for (uint32_t i = 0; i < FREED_BY_LISTED; i++) {
		assert_int_equal(list[i]->times, 9 - 2 * i);
		assert_int_equal(list[i]->frames[0], 9 - 2 * i);
		assert_int_equal(list[i]->frames[1], 8);
	}
	assert_int_equal(freed_by__of(&freed_by, 5, list, &times), 0);
	assert_int_equal(times, 0);
	freed_by__free(&freed_by);
	assert_int_equal(freed_by__of(&freed_by, 1, list, &times), 0);
}

/* Entries of the site table that are one site have stacks in common. */
static void test_the_same_stack_is_one(void **state)
{
	const struct freed_by_member *list[FREED_BY_LISTED];
	struct freed_by freed_by = {};
	uint64_t times;

	(void)state;
	add(&freed_by, 1, 5, 3, 70);
	add(&freed_by, 1, 5, 4, 60);
	add(&freed_by, 2, 5, 1, 80);
	assert_int_equal(freed_by__of(&freed_by, 1, list, &times), 1);
	assert_int_equal(list[0]->times, 7);
	assert_int_equal(list[0]->last, 70);
	add(&freed_by, 1, 5, 1, 90);
	assert_int_equal(freed_by__of(&freed_by, 1, list, &times), 1);
	assert_int_equal(list[0]->last, 90);
	assert_int_equal(times, 8);
	freed_by__free(&freed_by);
}

/* Another length, and the same addresses when other modules were there, are other stacks. */
static void test_other_stacks(void **state)
{
	const struct freed_by_member *list[FREED_BY_LISTED];
	struct kleak_freer freer = {.nr = 2, .times = 1, .frames = {5, 6}};
	struct freed_by freed_by = {};
	uint64_t times;

	(void)state;
	assert_int_equal(freed_by__add(&freed_by, 1, &freer, &no_allocator), 0);
	freer.nr = 1;
	assert_int_equal(freed_by__add(&freed_by, 1, &freer, &no_allocator), 0);
	freer.modules = 3;
	assert_int_equal(freed_by__add(&freed_by, 1, &freer, &no_allocator), 0);
	assert_int_equal(freed_by__of(&freed_by, 1, list, &times), 3);
	assert_int_equal(list[0]->nr_frames, 2);
	assert_int_equal(list[1]->nr_frames, 1);
	assert_int_equal(list[2]->modules, 3);
	freed_by__free(&freed_by);
}

/* What a program wrote wrongly does not lead beyond its frames. */
static void test_too_many_frames(void **state)
{
	const struct freed_by_member *list[FREED_BY_LISTED];
	struct kleak_freer freer = {.nr = KLEAK_FREER_FRAMES + 9, .times = 1};
	struct freed_by freed_by = {};
	uint64_t times;

	(void)state;
	assert_int_equal(freed_by__add(&freed_by, 1, &freer, &no_allocator), 0);
	assert_int_equal(freed_by__of(&freed_by, 1, list, &times), 1);
	assert_int_equal(list[0]->nr_frames, KLEAK_FREER_FRAMES);
	freed_by__free(&freed_by);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_most_frequent_first),
		cmocka_unit_test(test_the_same_stack_is_one),
		cmocka_unit_test(test_other_stacks),
		cmocka_unit_test(test_too_many_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
