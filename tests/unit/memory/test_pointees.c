// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/pointees.h"

#include <stdlib.h>

#define MAP 0xffff888000000000ULL

/* What lies in page N is of cache N; page 9 is of none. */
static bool cache_of(void *arg, uint64_t value, uint64_t *cache)
{
	(void)arg;
	*cache = (value - MAP) >> 12;
	return *cache != 9;
}

static uint64_t in(uint64_t cache, uint64_t at)
{
	return MAP + (cache << 12) + at;
}

static int begin(void **state)
{
	*state = calloc(1, sizeof(struct pointees));
	return !*state;
}

static int end(void **state)
{
	free(*state);
	return 0;
}

static size_t leads(const struct pointees *p, uint64_t objects, struct pointees_lead *list,
		    size_t most)
{
	return pointees__leads(p, objects, cache_of, NULL, list, most);
}

/* All of one device, each with a socket of its own, some with a third thing. */
static void test_one_thing_before_many(void **state)
{
	struct pointees *p = *state;
	struct pointees_lead list[8];

	for (uint64_t i = 0; i < 100; i++) {
		pointees__add(p, 0x18, in(3, i * 32));
		if (i < 60)
			pointees__add(p, 0x10, in(4, 0x40));
		if (i < 25)
			pointees__add(p, 0x20, in(5, i * 8));
		if (i < 24)
			pointees__add(p, 0x28, in(5, i * 8));
		pointees__add(p, 0x30, in(9, i * 8));
	}
	assert_int_equal(leads(p, 100, list, 8), 3);
	assert_int_equal(list[0].offset, 0x10);
	assert_int_equal(list[0].cache, 4);
	assert_true(list[0].value == in(4, 0x40));
	assert_int_equal(list[0].objects, 60);
	assert_int_equal(list[1].offset, 0x18);
	assert_int_equal(list[1].cache, 3);
	assert_int_equal(list[1].value, 0);
	assert_int_equal(list[1].objects, 100);
	assert_int_equal(list[2].offset, 0x20);
	assert_int_equal(list[2].objects, 25);
}

/* Of two kinds of things it is the more frequent one, and so many. */
static void test_the_share_is_of_those_that_lead_there(void **state)
{
	struct pointees *p = *state;
	struct pointees_lead list[2];

	for (uint64_t i = 0; i < 16; i++)
		pointees__add(p, 8, i % 4 ? in(2, i * 8) : i % 8 ? in(9, 0) : in(7, 0));
	assert_int_equal(leads(p, 16, list, 2), 1);
	assert_int_equal(list[0].cache, 2);
	assert_int_equal(list[0].objects, 12);
	assert_int_equal(leads(p, 12 * 4, list, 2), 1);
	assert_int_equal(leads(p, 12 * 4 + 1, list, 2), 0);
}

/* More than half are one thing; else they are several of a cache. */
static void test_one_thing_among_others(void **state)
{
	struct pointees *p = *state;
	struct pointees_lead list[2];

	for (uint64_t i = 0; i < 32; i++) {
		pointees__add(p, 8, i < 17 ? in(2, 8) : in(3, i * 8));
		pointees__add(p, 16, i < 16 ? in(2, 8) : in(2, 16 + i * 8));
	}
	assert_int_equal(leads(p, 32, list, 2), 2);
	assert_int_equal(list[0].offset, 8);
	assert_true(list[0].value == in(2, 8));
	assert_int_equal(list[0].objects, 17);
	assert_int_equal(list[1].value, 0);
	assert_int_equal(list[1].objects, 32);
}

/* Each pointer is as likely to be followed: half of many are found to be half. */
static void test_a_sample_of_many(void **state)
{
	struct pointees *p = *state;
	uint32_t first = 0;

	for (uint64_t i = 0; i < 100000; i++)
		pointees__add(p, 0, in(1 + i / 50000, i % 512 * 8));
	for (int i = 0; i < POINTEES_SAMPLED; i++)
		first += p->places[0].sample[i] < in(2, 0);
	assert_in_range(first, 6, 26); /* 16, standard error 3 */
	assert_int_equal(p->places[0].objects, 100000);
}

static void test_the_best_are_kept(void **state)
{
	struct pointees *p = *state;
	struct pointees_lead list[3];

	for (uint64_t place = 0; place < 10; place++)
		for (uint64_t i = 0; i <= place; i++)
			pointees__add(p, place * 8, place == 4 ? in(1, 0) : in(1, i * 8));
	assert_int_equal(leads(p, 10, list, 3), 3);
	assert_int_equal(list[0].offset, 4 * 8);
	assert_int_equal(list[1].offset, 9 * 8);
	assert_int_equal(list[2].offset, 8 * 8);
	assert_int_equal(leads(p, 10, list, 0), 0);
}

/* One object has nothing in common, and far into an object nothing is looked for. */
static void test_what_is_left_out(void **state)
{
	struct pointees *p = *state;
	struct pointees_lead list[3];

	pointees__add(p, 0, in(1, 0));
	pointees__add(p, POINTEES_BYTES, in(1, 0));
	pointees__add(p, POINTEES_BYTES, in(1, 0));
	assert_int_equal(leads(p, 1, list, 3), 0);
	pointees__add(p, POINTEES_BYTES - 8, in(1, 0));
	pointees__add(p, POINTEES_BYTES - 8, in(1, 0));
	assert_int_equal(leads(p, 2, list, 3), 1);
	assert_int_equal(list[0].offset, POINTEES_BYTES - 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_thing_before_many, begin, end),
		cmocka_unit_test_setup_teardown(test_the_share_is_of_those_that_lead_there, begin,
						end),
		cmocka_unit_test_setup_teardown(test_one_thing_among_others, begin, end),
		cmocka_unit_test_setup_teardown(test_a_sample_of_many, begin, end),
		cmocka_unit_test_setup_teardown(test_the_best_are_kept, begin, end),
		cmocka_unit_test_setup_teardown(test_what_is_left_out, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
