// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/last_minute.h"

#include <math.h>

static void assert_near(double got, double expected)
{
	if (fabs(got - expected) > 1e-6 * (1 + fabs(expected)))
		fail_msg("got %f, expected %f", got, expected);
}

/* One site with these numbers, entered at now_s. */
static struct site update(struct last_minute *last_minute, uint64_t bytes, uint64_t allocations,
			  double now_s)
{
	struct site site = {.id = 42, .bytes = bytes, .allocations = allocations};
	struct sites sites = {.list = &site, .nr = 1};

	last_minute__measure(last_minute, &sites, now_s);
	assert_int_equal(last_minute__enter(last_minute, &sites, now_s), 0);
	return site;
}

static void test_growth_since_the_start(void **state)
{
	struct last_minute last_minute = {};
	struct site site;

	(void)state;
	site = update(&last_minute, 100, 1, 0.5);
	assert_near(site.growth_bytes_per_min, 100 * 60 / 0.5);
	assert_near(site.allocations_per_s, 2);
	last_minute__free(&last_minute);
	site = update(&last_minute, 1000, 10, 5);
	assert_near(site.growth_bytes_per_min, 1000 * 60 / 5.0);
	assert_near(site.allocations_per_s, 2);
	site = update(&last_minute, 1500, 10, 10);
	assert_near(site.growth_bytes_per_min, 1500 * 60 / 10.0);
	assert_near(site.allocations_per_s, 0);
	last_minute__free(&last_minute);
}

static void test_growth_over_the_last_minute_only(void **state)
{
	struct last_minute last_minute = {};
	struct site site = {};

	(void)state;
	/* 100 bytes/s for 10 minutes, then nothing for two */
	for (int t = 5; t <= 600; t += 5)
		site = update(&last_minute, t * 100, 0, t);
	assert_near(site.growth_bytes_per_min, 6000);
	for (int t = 605; t <= 630; t += 5)
		site = update(&last_minute, 60000, 0, t);
	assert_near(site.growth_bytes_per_min, 3000);
	for (int t = 635; t <= 720; t += 5)
		site = update(&last_minute, 60000, 0, t);
	assert_near(site.growth_bytes_per_min, 0);
	last_minute__free(&last_minute);
}

static void test_shrinking_is_negative(void **state)
{
	struct last_minute last_minute = {};
	struct site site;

	(void)state;
	update(&last_minute, 0, 0, 5);
	for (int t = 10; t <= 60; t += 5)
		update(&last_minute, 6000, 0, t);
	for (int t = 65; t <= 120; t += 5)
		update(&last_minute, 6000, 0, t);
	site = update(&last_minute, 0, 0, 125);
	assert_near(site.growth_bytes_per_min, -6000 * 60 / 60.0);
	last_minute__free(&last_minute);
}

static void test_short_intervals_keep_the_window(void **state)
{
	struct last_minute last_minute = {};
	struct site site = {};

	(void)state;
	for (int i = 1; i <= 3000; i++)
		site = update(&last_minute, i, i, i * 0.1);
	/* 10 bytes/s */
	assert_true(fabs(site.growth_bytes_per_min - 600) < 30);
	assert_near(site.allocations_per_s, 10);
	last_minute__free(&last_minute);
}

static void test_new_site_starts_from_nothing(void **state)
{
	struct last_minute last_minute = {};
	struct site list[2] = {{.id = 1, .bytes = 10}, {.id = 2, .bytes = 600, .allocations = 50}};
	struct sites sites = {.list = list, .nr = 1};

	(void)state;
	for (int t = 5; t <= 100; t += 5)
		assert_int_equal(last_minute__enter(&last_minute, &sites, t), 0);
	sites.nr = 2;
	last_minute__measure(&last_minute, &sites, 105);
	assert_int_equal(last_minute__enter(&last_minute, &sites, 105), 0);
	assert_near(list[1].growth_bytes_per_min, 600);
	assert_near(list[1].allocations_per_s, 10);
	assert_near(list[0].growth_bytes_per_min, 0);
	/* one that is away counts as empty */
	sites.list = list + 1;
	sites.nr = 1;
	for (int t = 110; t <= 200; t += 5)
		assert_int_equal(last_minute__enter(&last_minute, &sites, t), 0);
	sites.list = list;
	sites.nr = 2;
	last_minute__measure(&last_minute, &sites, 205);
	assert_int_equal(last_minute__enter(&last_minute, &sites, 205), 0);
	assert_near(list[0].growth_bytes_per_min, 10);
	last_minute__free(&last_minute);
}

/* Its entry was given back: what comes with its stack later is new. */
static void test_a_site_that_has_gone_is_forgotten(void **state)
{
	struct site site = {.id = 43};
	struct sites sites = {.list = &site, .nr = 1};
	struct last_minute last_minute = {};

	(void)state;
	update(&last_minute, 1000, 100, 5);
	assert_int_equal(last_minute__enter(&last_minute, &sites, 10), 0);
	assert_int_equal(last_minute.nr_rows, 1);
	site = update(&last_minute, 100, 5, 15);
	assert_near(site.allocations_per_s, 1);
	assert_int_equal(last_minute.nr_rows, 1);
	last_minute__free(&last_minute);
}

/* The ring has so many points that the window is never longer than it has to be. */
static void test_points_of_the_ring(void **state)
{
	const double closest = LAST_MINUTE_WINDOW_S / (LAST_MINUTE_POINTS - 2);
	struct last_minute last_minute = {};

	(void)state;
	update(&last_minute, 1, 0, 10);
	assert_int_equal(last_minute.nr_points, 2); /* the start, and this */
	update(&last_minute, 2, 0, 10 + closest / 2);
	assert_int_equal(last_minute.nr_points, 3);
	update(&last_minute, 3, 0, 10 + closest * 0.99); /* too close to the one before the last */
	assert_int_equal(last_minute.nr_points, 3);
	assert_near(last_minute.times[2], 10 + closest * 0.99);
	update(&last_minute, 4, 0, 10 + closest * 1.5);
	assert_int_equal(last_minute.nr_points, 4);
	/* as soon as the next one covers the window, the oldest goes */
	update(&last_minute, 5, 0, 10 + LAST_MINUTE_WINDOW_S);
	assert_near(last_minute.times[0], 10);
	update(&last_minute, 6, 0, 200 + LAST_MINUTE_WINDOW_S);
	assert_int_equal(last_minute.nr_points, 2);
	last_minute__free(&last_minute);
	assert_int_equal(last_minute.nr_points, 0);
}

/* What is away had nothing at that time, whatever stood there before. */
static void test_a_point_of_a_site_that_is_away_is_empty(void **state)
{
	struct site list[2] = {{.id = 1, .bytes = 500}, {.id = 2, .bytes = 100}};
	struct sites sites = {.list = list, .nr = 2};
	struct last_minute last_minute = {};

	(void)state;
	for (int t = 1; t <= 200; t++)
		assert_int_equal(last_minute__enter(&last_minute, &sites, t), 0);
	for (int t = 201; t <= 300; t++) {
		list[0].bytes = 0;
		assert_int_equal(last_minute__enter(&last_minute, &sites, t), 0);
	}
	list[0].bytes = 60;
	list[1].bytes = 170;
	last_minute__measure(&last_minute, &sites, 301);
	assert_near(list[0].growth_bytes_per_min, 60);
	assert_near(list[1].growth_bytes_per_min, 70);
	last_minute__free(&last_minute);
}

/* Nobody looked for longer than the window: it is measured from the last look on. */
static void test_a_look_after_a_long_time(void **state)
{
	struct site site = {.id = 1, .bytes = 600, .allocations = 6};
	struct sites sites = {.list = &site, .nr = 1};
	struct last_minute last_minute = {};

	(void)state;
	assert_int_equal(last_minute__enter(&last_minute, &sites, 10), 0);
	site.bytes = 1500;
	last_minute__measure(&last_minute, &sites, 100);
	assert_near(site.growth_bytes_per_min, 600);
	last_minute__free(&last_minute);
}

static void test_no_rate_without_time(void **state)
{
	struct site site = {.id = 1,
			    .bytes = 100,
			    .allocations = 5,
			    .growth_bytes_per_min = 7,
			    .allocations_per_s = 7};
	struct sites sites = {.list = &site, .nr = 1};
	struct last_minute last_minute = {};

	(void)state;
	last_minute__measure(&last_minute, &sites, 0);
	assert_true(site.growth_bytes_per_min == 0);
	assert_true(site.allocations_per_s == 0);
	assert_int_equal(last_minute__enter(&last_minute, &sites, 10), 0);
	site.allocations = 3; /* its entry was given back, and is new */
	last_minute__measure(&last_minute, &sites, 20);
	assert_true(site.allocations_per_s == 0);
	last_minute__free(&last_minute);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growth_since_the_start),
		cmocka_unit_test(test_growth_over_the_last_minute_only),
		cmocka_unit_test(test_shrinking_is_negative),
		cmocka_unit_test(test_short_intervals_keep_the_window),
		cmocka_unit_test(test_new_site_starts_from_nothing),
		cmocka_unit_test(test_a_site_that_has_gone_is_forgotten),
		cmocka_unit_test(test_points_of_the_ring),
		cmocka_unit_test(test_a_point_of_a_site_that_is_away_is_empty),
		cmocka_unit_test(test_a_look_after_a_long_time),
		cmocka_unit_test(test_no_rate_without_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
