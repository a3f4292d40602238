// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/growth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void assert_near(double got, double expected)
{
	if (fabs(got - expected) > 1e-9 * (1 + fabs(expected)))
		fail_msg("got %f, expected %f", got, expected);
}

/* Enter f(t) once a second up to `last`. */
static void fill(struct growth_clock *clock, struct growth_series *series, double (*f)(double),
		 int last)
{
	memset(clock, 0, sizeof(*clock));
	memset(series, 0, sizeof(*series));
	for (int t = 1; t <= last; t++) {
		bool halved;
		size_t point = growth__tick(clock, t, &halved);

		if (halved)
			growth__halve(series);
		series->value[point] = f(t);
	}
}

static double line(double t)
{
	return 100 + 3 * t;
}

static double constant(double t)
{
	(void)t;
	return 42;
}

static double wild(double t)
{
	return 3 * t + ((int)t % 7 == 3 ? 5000 : 0); /* one reading in seven is nonsense */
}

static double wave(double t)
{
	return 1000 * sin(t);
}

static struct growth_slope slope_of(double (*f)(double), int last)
{
	struct growth_clock clock;
	struct growth_series series;

	fill(&clock, &series, f, last);
	return growth__slope(clock.at, series.value, 0, clock.nr);
}

static void test_a_line_has_its_slope(void **state)
{
	(void)state;
	for (int last = GROWTH_LEAST; last < 1000; last += 37) {
		struct growth_slope slope = slope_of(line, last);

		assert_true(slope.known);
		assert_near(slope.per_s, 3);
		assert_near(slope.low, 3);
		assert_near(slope.high, 3);
	}
}

static void test_nothing_grows(void **state)
{
	struct growth_slope slope = slope_of(constant, 30);

	(void)state;
	assert_true(slope.known);
	assert_near(slope.per_s, 0);
	assert_near(slope.low, 0);
	assert_near(slope.high, 0);
}

static void test_outliers_do_not_count(void **state)
{
	struct growth_slope slope = slope_of(wild, 40);

	(void)state;
	assert_true(fabs(slope.per_s - 3) < 0.5);
	assert_true(slope.low < 3 && slope.high > 3);
}

static void test_a_wave_does_not_grow(void **state)
{
	struct growth_slope slope = slope_of(wave, 60);

	(void)state;
	assert_true(slope.low < 0 && slope.high > 0);
}

/* Sen 1968 by hand: 10 points, 45 slopes, C = 1.96 sqrt(125) = 21.9: the 11th and the 34th. */
static void test_the_interval_is_at_least_sens(void **state)
{
	static const double at[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	static const double value[] = {1, 3, 2, 5, 4, 7, 6, 9, 8, 11};
	struct growth_slope slope = growth__slope(at, value, 0, 10);

	(void)state;
	assert_true(slope.known);
	assert_near(slope.per_s, 1);
	assert_true(slope.low > 0 && slope.low <= 0.75);
	assert_true(slope.high >= 1.3333 && slope.high < 2);
}

/* Of each the wider one, reckoned apart from this program; the last but one has ties. */
static void test_intervals_as_published(void **state)
{
	static const struct {
		size_t nr;
		double at[11], value[11];
		double per_s, low, high;
	} known[] = {
		/* Sen's */
		{8,
		 {1, 5, 8, 9, 10, 11, 12, 14},
		 {8, 18, 26, 27, 26, 36, 38, 40},
		 71 / 28.0,
		 1.6,
		 10 / 3.0},
		{9,
		 {1, 5, 6, 7, 8, 9, 10, 13, 15},
		 {-1, 17, 14, 21, 24, 29, 35, 35, 48},
		 97 / 28.0,
		 2.6,
		 14 / 3.0},
		/* that of the steps */
		{10,
		 {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
		 {1, 3, 2, 5, 4, 7, 6, 9, 8, 11},
		 1,
		 0.47243952539452594,
		 1.7497826968276964},
		{9,
		 {1, 2, 4, 5, 7, 8, 11, 12, 13},
		 {1, 3, 3, 3, 6, 6, 4, 9, 12},
		 65 / 88.0,
		 -0.037413556079365806,
		 1.870746889412699},
		{11,
		 {1, 2, 4, 5, 7, 8, 11, 12, 13, 14, 15},
		 {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 90},
		 0,
		 -8.422079708616437,
		 21.279222565759294},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct growth_slope slope =
			growth__slope(known[i].at, known[i].value, 0, known[i].nr);

		assert_true(slope.known);
		assert_near(slope.per_s, known[i].per_s);
		assert_near(slope.low, known[i].low);
		assert_near(slope.high, known[i].high);
	}
}

/* What was before does not count. */
static void test_points_before_the_first_are_left_out(void **state)
{
	static const double at[] = {1, 2, 10, 11, 12, 13, 14, 15, 16, 17};
	static const double value[] = {900, 0, 5, 7, 9, 11, 13, 15, 17, 19};
	static const double constant[] = {900, 0, 5, 5, 5, 5, 5, 5, 5, 5};
	struct growth_slope slope = growth__slope(at, value, 2, 10);

	(void)state;
	assert_true(slope.known);
	assert_near(slope.per_s, 2);
	assert_near(slope.low, 2);
	assert_near(slope.high, 2);
	slope = growth__slope(at, constant, 2, 10);
	assert_true(slope.known);
	assert_true(slope.low == 0 && slope.high == 0);
	assert_false(growth__slope(at, value, 3, 10).known); /* too few */
}

/* Of the pairs only those count between which time passed. */
static void test_readings_at_one_moment(void **state)
{
	static const double at[] = {1, 1, 1, 1, 1, 1, 1, 2};
	static const double value[] = {0, 4, 8, 12, 16, 20, 24, 28};
	struct growth_slope slope = growth__slope(at, value, 0, 8);

	(void)state;
	assert_true(slope.known);
	assert_near(slope.per_s, 16);
	assert_true(slope.low <= 4 && slope.high >= 28);
}

static void test_too_few_points(void **state)
{
	(void)state;
	assert_false(slope_of(line, GROWTH_LEAST - 1).known);
	assert_true(slope_of(line, GROWTH_LEAST).known);
	/* no time passed */
	static const double at[GROWTH_LEAST] = {0};

	assert_false(growth__slope(at, at, 0, GROWTH_LEAST).known);
}

/* The clock spans the whole run, however long, and ends with the last reading. */
static void test_the_clock_spans_the_run(void **state)
{
	struct growth_clock clock;
	struct growth_series series;

	(void)state;
	for (int last = 1; last < 2000; last++) {
		fill(&clock, &series, line, last);
		assert_true(clock.nr <= GROWTH_POINTS);
		assert_true(last < GROWTH_POINTS ? clock.nr == (size_t)last
						 : clock.nr >= GROWTH_POINTS / 2);
		assert_near(clock.at[clock.nr - 1], last);
		assert_true(clock.at[0] <= 2.0 * last / GROWTH_POINTS + 1);
		for (size_t i = 0; i < clock.nr; i++) {
			assert_near(series.value[i], line(clock.at[i]));
			if (i)
				assert_true(clock.at[i] > clock.at[i - 1]);
		}
	}
}

static void test_warm_up(void **state)
{
	struct growth_clock clock;
	struct growth_series series;

	(void)state;
	for (int last = 1; last < 300; last++) {
		size_t first;

		fill(&clock, &series, line, last);
		first = growth__warm_up(&clock);
		assert_true(first >= 2 || first == clock.nr);
		if (first < clock.nr)
			assert_true(clock.at[first] >=
				    clock.at[0] + 0.1 * (clock.at[clock.nr - 1] - clock.at[0]));
		assert_true(first <= 2 || first < clock.nr / 4);
	}
}

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

/* The median of all pairs, as sorting them has it: with many equal ones, and with none. */
static void test_the_median_of_all_pairs(void **state)
{
	static double slopes[GROWTH_POINTS * GROWTH_POINTS];

	(void)state;
	srand(3);
	for (int round = 0; round < 300; round++) {
		double at[GROWTH_POINTS], value[GROWTH_POINTS];
		size_t nr = GROWTH_LEAST + (size_t)rand() % (GROWTH_POINTS - GROWTH_LEAST + 1);
		int spread = round % 3 ? 100000 : 3;
		struct growth_slope slope;
		size_t pairs = 0;

		for (size_t i = 0; i < nr; i++) {
			at[i] = (double)i + (round % 2) * 0.3 * (double)(i % 2);
			value[i] = (double)(i ? rand() % spread : spread);
		}
		for (size_t i = 0; i < nr; i++)
			for (size_t j = i + 1; j < nr; j++)
				slopes[pairs++] = (value[j] - value[i]) / (at[j] - at[i]);
		qsort(slopes, pairs, sizeof(*slopes), ascending);
		slope = growth__slope(at, value, 0, nr);
		assert_true(slope.known);
		assert_near(slope.per_s, (slopes[(pairs - 1) / 2] + slopes[pairs / 2]) / 2);
		assert_true(slope.low <= slope.per_s && slope.per_s <= slope.high);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_median_of_all_pairs),
		cmocka_unit_test(test_a_line_has_its_slope),
		cmocka_unit_test(test_nothing_grows),
		cmocka_unit_test(test_outliers_do_not_count),
		cmocka_unit_test(test_a_wave_does_not_grow),
		cmocka_unit_test(test_the_interval_is_at_least_sens),
		cmocka_unit_test(test_intervals_as_published),
		cmocka_unit_test(test_points_before_the_first_are_left_out),
		cmocka_unit_test(test_readings_at_one_moment),
		cmocka_unit_test(test_too_few_points),
		cmocka_unit_test(test_the_clock_spans_the_run),
		cmocka_unit_test(test_warm_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
