// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "cmd/timetable.h"

#include <math.h>

static void test_missed_reports_are_not_caught_up_on(void **state)
{
	(void)state;
	assert_true(timetable__next(10, 5, 9) == 10);
	assert_true(timetable__next(10, 5, 10) == 15); /* due now: the next one */
	assert_true(timetable__next(10, 5, 22) == 25);
}

/* What takes long is done seldom: from its beginning on, ten times as long as it took. */
static void test_long_reports_are_apart(void **state)
{
	bool later = true;

	(void)state;
	assert_true(timetable__after_report(10, 5, false, 0.49, 10.6, &later) == 15);
	assert_false(later);
	assert_true(timetable__after_report(10, 1, false, 0.49, 10.6, &later) ==
		    11); /* as asked for */
	assert_false(later);
	assert_true(timetable__after_report(10, 5, false, 0.5, 10.5, &later) == 15);
	assert_false(later);
	assert_true(timetable__after_report(10, 1, false, 0.5, 10.5, &later) == 15);
	assert_true(later);
	assert_true(timetable__after_report(10, 5, false, 2.5, 12.5, &later) == 35);
	assert_true(later);
	assert_true(timetable__after_report(10, 60, false, 2.5, 12.5, &later) == 70);
	assert_false(later);
	assert_true(timetable__after_report(10, 5, false, 2, 16, &later) ==
		    34); /* it waited, too */
	assert_true(later);
	/* who says when they are to come gets them then */
	assert_true(timetable__after_report(10, 5, true, 2.5, 12.5, &later) == 15);
	assert_false(later);
}

static void test_tuning_gets_rarer(void **state)
{
	static const double expected[] = {0.25, 0.5, 1, 2, 4, 8, 13, 18};
	double at_s = timetable__first_tuning(100);

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_true(at_s == 100 + expected[i]);
		at_s = timetable__next_tuning(at_s, 100);
	}
}

static void test_a_scan_has_its_passes(void **state)
{
	struct timetable_scan scan = {.passes = 3, .every_s = 60, .next_s = INFINITY};

	(void)state;
	timetable__scan_at(&scan, 100, false);
	assert_true(scan.next_s == 100);
	assert_false(scan.begun || timetable__is_last_pass(&scan));
	timetable__passed(&scan, true, 103);
	assert_true(scan.begun);
	assert_true(scan.next_s == 105);
	assert_false(timetable__end_scan(&scan, true));
	assert_true(scan.next_s == 105);
	timetable__passed(&scan, true, 108);
	assert_false(timetable__end_scan(&scan, true));
	assert_true(timetable__is_last_pass(&scan));
	timetable__passed(&scan, true, 112);
	assert_false(timetable__end_scan(&scan, true)); /* nobody asked for it */
	assert_true(scan.next_s == 160);		/* a minute after it began */
	assert_int_equal(scan.left, 3);
}

/* One that takes longer than they are apart: those that were missed are not made up for. */
static void test_a_long_scan(void **state)
{
	struct timetable_scan scan = {.passes = 1, .every_s = 60};

	(void)state;
	timetable__scan_at(&scan, 100, false);
	assert_true(timetable__is_last_pass(&scan));
	timetable__passed(&scan, true, 250);
	assert_false(timetable__end_scan(&scan, true));
	assert_true(scan.next_s == 280);
	assert_true(scan.began_s == 280);
}

static void test_a_scan_that_is_asked_for(void **state)
{
	struct timetable_scan scan = {.passes = 2, .next_s = INFINITY};

	(void)state;
	timetable__scan_at(&scan, 100, true);
	timetable__passed(&scan, true, 101);
	assert_false(timetable__end_scan(&scan, true));
	timetable__passed(&scan, true, 104);
	assert_true(timetable__end_scan(&scan, true));
	assert_true(scan.next_s == INFINITY); /* no other one is planned */
}

/* Any time between them is one. */
static void test_scans_in_short_order(void **state)
{
	struct timetable_scan scan = {.passes = 1, .every_s = 0.5};

	(void)state;
	timetable__scan_at(&scan, 100, false);
	timetable__passed(&scan, true, 100.1);
	assert_false(timetable__end_scan(&scan, true));
	assert_true(scan.next_s == 102.5);
}

/* A pass that failed ends its scan, and is told to who asked. */
static void test_a_pass_that_failed(void **state)
{
	struct timetable_scan scan = {.passes = 3, .every_s = 60};

	(void)state;
	timetable__scan_at(&scan, 100, true);
	timetable__passed(&scan, false, 101);
	assert_int_equal(scan.left, 3);
	assert_true(timetable__end_scan(&scan, false));
	assert_true(scan.next_s == 160);
	assert_false(scan.asked_for); /* the next one is nobody's */
}

static bool is_settled(struct timetable_settling *settling, uint64_t live, uint64_t innocent,
		       uint64_t frees, double now_s)
{
	const struct reporter_left left = {live, innocent, frees};

	return timetable__is_settled(settling, &left, now_s);
}

static void test_late_frees(void **state)
{
	struct timetable_settling settling = timetable__settle(100);

	(void)state;
	assert_false(is_settled(&settling, 7, 0, 3, 100.5));
	assert_false(is_settled(&settling, 7, 6, 3, 106.4));
	assert_true(is_settled(&settling, 7, 6, 3, 106.5));  /* quiet for six seconds */
	assert_false(is_settled(&settling, 6, 0, 4, 106.6)); /* not any more */
	assert_true(is_settled(&settling, 0, 0, 10, 106.7)); /* nothing is left */
	assert_false(timetable__is_too_late(&settling, 114.9));
	assert_false(is_settled(&settling, 5, 0, 11, 114.9));
	assert_true(is_settled(&settling, 4, 0, 12, 115));
	assert_true(timetable__is_too_late(&settling, 115));
}

/*
 * What can be reclaimed, or waits for RCU in a sheaf that is not full (7.0), is no leak, whether it
 * goes soon or not: a grace period is enough.
 */
static void test_innocent_ones_are_not_waited_for(void **state)
{
	struct timetable_settling settling = timetable__settle(100);

	(void)state;
	assert_false(is_settled(&settling, 7, 7, 0, 100));
	assert_false(is_settled(&settling, 6, 6, 1, 100.2));
	assert_false(is_settled(&settling, 6, 6, 1, 100.4));
	assert_true(is_settled(&settling, 6, 6, 1, 100.5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missed_reports_are_not_caught_up_on),
		cmocka_unit_test(test_long_reports_are_apart),
		cmocka_unit_test(test_tuning_gets_rarer),
		cmocka_unit_test(test_a_scan_has_its_passes),
		cmocka_unit_test(test_a_long_scan),
		cmocka_unit_test(test_a_scan_that_is_asked_for),
		cmocka_unit_test(test_scans_in_short_order),
		cmocka_unit_test(test_a_pass_that_failed),
		cmocka_unit_test(test_late_frees),
		cmocka_unit_test(test_innocent_ones_are_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
