// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/sparse_series.h"

#include <math.h>

static struct growth_clock clock_of(size_t nr)
{
	struct growth_clock clock = {.nr = nr, .stride = 1};

	for (size_t i = 0; i < nr; i++)
		clock.at[i] = (double)i;
	return clock;
}

static void skips_what_is_missing(void **state)
{
	const struct growth_clock clock = clock_of(40);
	struct growth_series series;
	struct growth_slope slope;

	(void)state;
	sparse_series__clear(&series, 0);
	for (size_t i = 0; i < 40; i += 3)
		series.value[i] = 5.0 * (double)i;
	slope = sparse_series__slope(&series, &clock);
	assert_true(slope.known && slope.per_s == 5 && slope.low > 4.9 && slope.high < 5.1);
}

static void needs_enough_of_them(void **state)
{
	const struct growth_clock clock = clock_of(40);
	struct growth_series series;

	(void)state;
	sparse_series__clear(&series, 0);
	assert_false(sparse_series__slope(&series, &clock).known);
	for (size_t i = 40 - GROWTH_LEAST + 1; i < 40; i++)
		series.value[i] = 1;
	assert_false(sparse_series__slope(&series, &clock).known);
	series.value[30] = 1;
	assert_true(sparse_series__slope(&series, &clock).known);
}

static void clears_the_end(void **state)
{
	struct growth_series series = {.value = {1, 2, 3}};

	(void)state;
	sparse_series__clear(&series, 2);
	assert_true(series.value[1] == 2 && isnan(series.value[2]));
	assert_true(isnan(series.value[GROWTH_POINTS - 1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(skips_what_is_missing),
		cmocka_unit_test(needs_enough_of_them),
		cmocka_unit_test(clears_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
