// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/arrivals.h"

#include <math.h>
#include <string.h>

#define NR 60

static double at[NR];
static uint32_t alive[NR];
static uint64_t allocated[NR];

/* Intervals of 5 s in which nothing is allocated. */
static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR; i++)
		at[i] = 5.0 * (double)(i + 1);
	memset(alive, 0, sizeof(alive));
	memset(allocated, 0, sizeof(allocated));
	return 0;
}

/* So many are allocated in each interval from `first` to before `end`; all of them stay. */
static void keep(size_t first, size_t end, uint32_t nr)
{
	for (size_t i = first; i < end; i++) {
		alive[i] = nr;
		allocated[i] = nr;
	}
}

static struct arrivals look(uint32_t weight)
{
	float weights[NR];

	for (size_t i = 0; i < NR; i++)
		weights[i] = (float)weight;
	return arrivals__of(at, allocated, alive, weights, NR, at[NR - 1] + 10);
}

static void test_what_goes_on(void **state)
{
	struct arrivals a;

	(void)state;
	keep(0, NR, 3);
	a = look(1);
	assert_int_equal(a.shape, ARRIVALS_ONGOING);
	assert_int_equal(a.bursts, 0);
	assert_true(a.lasted_s == 300 && a.since_s == 10);
	assert_true(a.kept_share == 1);
	/* and what began late */
	set_up(state);
	keep(40, NR, 3);
	a = look(1);
	assert_int_equal(a.shape, ARRIVALS_ONGOING);
	assert_true(a.lasted_s == 100);
}

static void test_rare_ones_go_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR; i += 4)
		keep(i, i + 1, 1); /* one in 20 s: no bursts of one */
	assert_int_equal(look(1).shape, ARRIVALS_ONGOING);
}

static void test_what_stopped(void **state)
{
	struct arrivals a;

	(void)state;
	keep(4, 10, 50);
	a = look(1);
	assert_int_equal(a.shape, ARRIVALS_STOPPED);
	assert_int_equal(a.bursts, 1);
	assert_true(a.lasted_s == 30);
	assert_true(a.since_s == 310 - 50);
}

/* Quiet for less time than it took: it may go on. */
static void test_a_pause_is_no_end(void **state)
{
	(void)state;
	keep(0, 31, 5);
	assert_int_equal(look(1).shape, ARRIVALS_ONGOING);
	keep(30, 31, 0);
	assert_int_equal(look(1).shape, ARRIVALS_STOPPED);
	/* nor is what was seen only just now */
	set_up(state);
	keep(NR - 7, NR - 5, 20);
	assert_int_equal(look(1).shape, ARRIVALS_ONGOING); /* 25 s */
	set_up(state);
	keep(NR - 7, NR - 6, 20);
	assert_int_equal(look(1).shape, ARRIVALS_STOPPED); /* 30 s */
}

static void test_bursts(void **state)
{
	struct arrivals a;

	(void)state;
	keep(5, 6, 1000);
	keep(29, 30, 1000);
	keep(53, 54, 1000);
	a = look(1);
	assert_int_equal(a.shape, ARRIVALS_BURSTS);
	assert_int_equal(a.bursts, 3);
	assert_true(a.lasted_s == 245 && a.since_s == 40);
	/* a few late ones of a burst are part of it */
	keep(56, 57, 1);
	a = look(1);
	assert_int_equal(a.bursts, 3);
	assert_true(a.since_s == 25);
	/* but they are apart when nothing came for longer */
	keep(56, 57, 0);
	keep(57, 58, 10);
	assert_int_equal(look(1).bursts, 4);
}

static void test_bursts_that_fill_the_time_are_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR; i += 6)
		keep(i, i + 2, 50);
	assert_int_equal(look(1).shape, ARRIVALS_ONGOING); /* 10 of 30 s: a third and more */
	for (size_t i = 1; i < NR; i += 6)
		keep(i, i + 1, 0);
	assert_int_equal(look(1).shape, ARRIVALS_BURSTS);
	assert_int_equal(look(1).bursts, 10);
}

static void test_too_few_to_tell(void **state)
{
	struct arrivals a;

	(void)state;
	keep(4, 5, 9);
	a = look(8);
	assert_int_equal(a.shape,
			 ARRIVALS_UNKNOWN); /* nine that were seen, whatever they stand for */
	assert_int_equal(a.bursts, 0);
	assert_true(a.lasted_s == 0 && a.since_s == 0);
	keep(4, 5, 10);
	assert_int_equal(look(1).shape, ARRIVALS_STOPPED);
	a = arrivals__of(at, allocated, alive, NULL, 0, 1);
	assert_int_equal(a.shape, ARRIVALS_UNKNOWN);
	assert_true(isnan(a.kept_share));
}

static void test_the_share_that_stays(void **state)
{
	(void)state;
	keep(0, NR, 1);
	for (size_t i = 0; i < NR; i++)
		allocated[i] = 400;
	assert_true(fabs(look(1).kept_share - 1.0 / 400) < 1e-9);
	assert_true(fabs(look(4).kept_share - 0.01) < 1e-9); /* each stands for four */
	assert_true(look(500).kept_share == 1);		     /* an estimate is no more than all */
}

static void test_names(void **state)
{
	(void)state;
	assert_null(arrivals__name(ARRIVALS_UNKNOWN));
	assert_string_equal(arrivals__name(ARRIVALS_ONGOING), "ongoing");
	assert_string_equal(arrivals__name(ARRIVALS_BURSTS), "bursts");
	assert_string_equal(arrivals__name(ARRIVALS_STOPPED), "stopped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_what_goes_on, set_up),
		cmocka_unit_test_setup(test_rare_ones_go_on, set_up),
		cmocka_unit_test_setup(test_what_stopped, set_up),
		cmocka_unit_test_setup(test_a_pause_is_no_end, set_up),
		cmocka_unit_test_setup(test_bursts, set_up),
		cmocka_unit_test_setup(test_bursts_that_fill_the_time_are_none, set_up),
		cmocka_unit_test_setup(test_too_few_to_tell, set_up),
		cmocka_unit_test_setup(test_the_share_that_stays, set_up),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
