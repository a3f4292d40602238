// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/group_evidence.h"

#include <math.h>

static const double never[1]; /* no time was entered */

#define POINTS 30

static double times[POINTS];

/* A site that got one more object of 64 bytes every `every` intervals, none of which was freed. */
static struct conclusion site(double *course, int every, enum verdict_name verdict)
{
	struct conclusion site = {
		.is = {verdict, "as told", NAN},
		.from = {.observed_s = 150,
			 .interval_s = 5,
			 .points = POINTS - 3,
			 .survival = {NAN, 1, 1, 1},
			 .settled = 12,
			 .settled_alive = 12,
			 .weight = 1,
			 .objects = 8,
			 .bytes = 512,
			 .allocations = 8,
			 .least_s = VERDICT_LEAST_S,
			 .shrunk = NAN,
			 .drained = 1,
			 .replaced = NAN},
		.exhausted_s = NAN,
	};

	for (int i = 0; i < POINTS; i++) {
		times[i] = 5.0 * (i + 1);
		course[i] = 64.0 * (i / every);
	}
	return site;
}

static void test_one_keeps_its_verdict(void **state)
{
	struct together together = {};
	double course[POINTS];
	struct conclusion one = site(course, 1, VERDICT_INSUFFICIENT);

	(void)state;
	one.from.settled = one.from.settled_alive = 25;
	group_evidence__add(&together, &one, course, POINTS);
	assert_int_equal(group_evidence__judge(&together, times, POINTS).is.name,
			 VERDICT_INSUFFICIENT);
}

static void test_two_are_enough(void **state)
{
	struct together together = {};
	double course[POINTS];
	struct conclusion one = site(course, 1, VERDICT_INSUFFICIENT), all;

	(void)state;
	group_evidence__add(&together, &one, course, POINTS);
	group_evidence__add(&together, &one, course, POINTS);
	all = group_evidence__judge(&together, times, POINTS);
	assert_int_equal(all.is.name, VERDICT_LEAK);
	assert_int_equal(all.from.settled, 24);
	assert_int_equal(all.from.weight, 1);
	assert_true(fabs(all.from.slope.per_s - 2 * 64 / 5.0) < 1e-6);
}

/* Of samples, it is what was seen that counts. */
static void test_two_samples(void **state)
{
	struct together together = {};
	double course[POINTS];
	struct conclusion one = site(course, 1, VERDICT_INSUFFICIENT), all;

	(void)state;
	one.from.weight = 2;
	group_evidence__add(&together, &one, course, POINTS);
	group_evidence__add(&together, &one, course, POINTS);
	all = group_evidence__judge(&together, times, POINTS);
	assert_int_equal(all.is.name, VERDICT_GROWING);
	assert_int_equal(all.from.weight, 2);
}

/* One object of which it is known that it outlived the drain is known, too. */
static void test_one_object_that_was_drained(void **state)
{
	struct together together = {};
	double course[POINTS];
	struct conclusion one = site(course, 1, VERDICT_GROWING), all;

	(void)state;
	one.from.objects = 1;
	one.from.drained = 1;
	one.from.shrunk = 0;
	group_evidence__add(&together, &one, course, POINTS);
	all = group_evidence__judge(&together, times, POINTS);
	assert_true(all.from.drained == 1);
	assert_true(all.from.shrunk == 0);
}

/* The strongest of theirs stays; MemAvailable ends sooner by both. */
static void test_the_strongest(void **state)
{
	struct together together = {};
	double course[POINTS];
	struct conclusion leak = site(course, 1, VERDICT_LEAK), slow = leak, all;

	(void)state;
	leak.from.slope = (struct growth_slope){true, 64 / 5.0, 10, 14};
	leak.exhausted_s = 1000;
	slow.is.name = VERDICT_GROWING;
	slow.from.drained = 0.1;
	group_evidence__add(&together, &slow, course, POINTS);
	group_evidence__add(&together, &leak, course, POINTS);
	all = group_evidence__judge(&together, times, POINTS);
	assert_int_equal(all.is.name, VERDICT_LEAK);
	assert_string_equal(all.is.why, "as told");
	assert_true(fabs(all.exhausted_s - 500) < 1e-6);
	/* 8 of 80 and 8 of 8 */
	assert_true(fabs(all.from.drained - 16 / 88.0) < 1e-6);
}

/* What speaks against a leak of one of them speaks against one of all. */
static void test_doubts(void **state)
{
	double course[POINTS];

	(void)state;
	for (int doubt = 0; doubt < 4; doubt++) {
		struct together together = {};
		struct conclusion one = site(course, 1, VERDICT_INSUFFICIENT), other = one;

		other.from.reclaimable = doubt == 0;
		other.from.lost = doubt == 1 ? 100 : 0;
		other.from.drained = doubt == 2 ? 0.2 : 1;
		other.from.replaced = doubt == 3 ? 0.9 : NAN;
		group_evidence__add(&together, &one, course, POINTS);
		group_evidence__add(&together, &other, course, POINTS);
		assert_int_not_equal(group_evidence__judge(&together, times, POINTS).is.name,
				     VERDICT_LEAK);
	}
}

static struct conclusion pinned(const struct conclusion *site, enum vfs_pin how, uint32_t nr)
{
	struct conclusion pinned = *site;

	pinned.from.reclaimable = true;
	pinned.from.pins = (struct pins_count){.of = 600, .sampled = 64};
	pinned.from.pins.by[VFS_NOT_PINNED] = 64 - nr;
	pinned.from.pins.by[how] += nr;
	return pinned;
}

/* The verdict on these in any order. */
static enum verdict_name judge(const struct conclusion *a, const struct conclusion *b,
			       const double *course)
{
	enum verdict_name names[2];

	for (int swap = 0; swap < 2; swap++) {
		struct together together = {};

		group_evidence__add(&together, swap ? b : a, course, POINTS);
		group_evidence__add(&together, swap ? a : b, course, POINTS);
		names[swap] = group_evidence__judge(&together, times, POINTS).is.name;
	}
	assert_int_equal(names[0], names[1]);
	return names[0];
}

/* Of reclaimable caches all have to be pinned. */
static void test_pinned(void **state)
{
	double course[POINTS];
	struct conclusion one = site(course, 1, VERDICT_INSUFFICIENT);
	struct conclusion held = pinned(&one, VFS_REFERENCE, 64), free = pinned(&one, VFS_CHILD, 9);
	struct conclusion files = pinned(&one, VFS_NAME_KEPT, 64), unseen = one;

	(void)state;
	unseen.from.reclaimable = true;
	assert_int_equal(judge(&one, &held, course), VERDICT_LEAK);
	assert_int_equal(judge(&held, &held, course), VERDICT_LEAK);
	assert_int_equal(judge(&held, &files, course), VERDICT_GROWING);
	assert_int_equal(judge(&one, &files, course), VERDICT_GROWING);
	assert_int_equal(judge(&held, &free, course), VERDICT_CACHE);
	assert_int_equal(judge(&files, &free, course), VERDICT_CACHE);
	assert_int_equal(judge(&held, &unseen, course), VERDICT_CACHE);
}

/* Numbers are added, or the one that speaks against a leak stands for all: in any order. */
static void test_sums(void **state)
{
	double course[POINTS];
	struct conclusion one = site(course, 1, VERDICT_INSUFFICIENT), other = one;

	(void)state;
	one.from.frees = 2;
	one.from.replaced = 0.25;
	one.from.shrunk = 0.5; /* 8 of 16 are left */
	one.from.lost = 3;
	other.from.observed_s = 100;
	other.from.points = 20;
	other.from.survival[SURVIVAL_1] = 0.75;
	other.from.survival[SURVIVAL_10] = 0.5;
	other.from.settled = 30;
	other.from.settled_alive = 20;
	other.from.weight = 4;
	other.from.objects = 90;
	other.from.bytes = 5000;
	other.from.allocations = 100;
	other.from.frees = 10;
	other.from.least_s = 200;
	other.from.drained = 0; /* none are left: of how many is not known */
	other.from.shrunk = 0.1;
	other.from.lost = 7;
	other.from.lazy = other.from.metadata = true;
	for (int swap = 0; swap < 2; swap++) {
		struct together together = {};
		struct evidence sum;

		group_evidence__add(&together, swap ? &other : &one, course, POINTS);
		group_evidence__add(&together, swap ? &one : &other, course, POINTS);
		sum = group_evidence__judge(&together, times, POINTS).from;
		assert_true(sum.observed_s == 150);
		assert_int_equal(sum.points, POINTS - 3);
		assert_true(sum.survival[SURVIVAL_1] == 0.75);
		assert_true(sum.survival[SURVIVAL_2] == 1);
		assert_true(sum.survival[SURVIVAL_10] == 0.5);
		assert_int_equal(sum.settled, 42);
		assert_int_equal(sum.settled_alive, 32);
		assert_int_equal(sum.weight, 4);
		assert_int_equal(sum.objects, 98);
		assert_int_equal(sum.bytes, 5512);
		assert_int_equal(sum.allocations, 108);
		assert_int_equal(sum.frees, 12);
		assert_true(sum.least_s == 200);
		assert_int_equal(sum.lost, 7);
		assert_true(sum.lazy && sum.metadata);
		assert_true(sum.replaced == 0.25);
		assert_true(sum.drained == 1);
		assert_true(fabs(sum.shrunk - (1 - 98 / 116.0)) < 1e-9);
	}
}

/* Nobody drained or dropped anything: nothing is known of that. */
static void test_what_is_not_known_of_any(void **state)
{
	struct together together = {};
	double course[POINTS];
	struct conclusion one = site(course, 1, VERDICT_INSUFFICIENT), all;

	(void)state;
	one.from.drained = NAN;
	group_evidence__add(&together, &one, course, POINTS);
	group_evidence__add(&together, &one, course, POINTS);
	all = group_evidence__judge(&together, times, POINTS);
	assert_true(isnan(all.from.drained) && isnan(all.from.shrunk) && isnan(all.from.replaced));
	assert_true(isnan(all.from.survival[SURVIVAL_1]));
	assert_true(all.is.retained == 1);
	assert_true(isnan(all.exhausted_s)); /* MemAvailable is not */
}

/* The first of those that are as strong; MemAvailable lasts for ever where nothing grows. */
static void test_of_equals_the_first_speaks(void **state)
{
	struct together together = {};
	double course[POINTS], flat[POINTS] = {0};
	struct conclusion one = site(course, 1, VERDICT_LEAK), other = one, all;

	(void)state;
	one.is.why = "first";
	group_evidence__add(&together, &one, flat, POINTS);
	group_evidence__add(&together, &other, flat, POINTS);
	all = group_evidence__judge(&together, times, POINTS);
	assert_string_equal(all.is.why, "first");
	assert_true(all.exhausted_s == INFINITY);
}

/* What does not grow, or grows for ever, says nothing of how much memory is left. */
static void test_who_knows_what_is_available(void **state)
{
	struct together together = {};
	double course[POINTS];
	struct conclusion leak = site(course, 1, VERDICT_LEAK), still = leak, shrinks = leak;

	(void)state;
	leak.from.slope = (struct growth_slope){true, 0.5, 0.25, 1};
	leak.exhausted_s = 25600;
	still.exhausted_s = INFINITY;
	still.from.slope = leak.from.slope;
	shrinks.exhausted_s = 10;
	shrinks.from.slope = (struct growth_slope){true, 0, 0, 0};
	group_evidence__add(&together, &leak, course, POINTS);
	group_evidence__add(&together, &still, course, POINTS);
	group_evidence__add(&together, &shrinks, course, POINTS);
	assert_true(fabs(group_evidence__judge(&together, times, POINTS).exhausted_s - 1000 / 3.0) <
		    1e-6);
}

/* A history is at most as long as its clock; the recent slope is that of its second half. */
static void test_the_longest_course(void **state)
{
	double at[GROWTH_POINTS], course[GROWTH_POINTS], unused[POINTS];
	struct conclusion one = site(unused, 1, VERDICT_INSUFFICIENT);
	struct evidence sum;

	(void)state;
	for (int i = 0; i < GROWTH_POINTS; i++) {
		at[i] = i;
		course[i] = i < 35 ? i : 35;
	}
	one.from.slope = one.from.recent = (struct growth_slope){true, 3, 2, 4};
	for (size_t nr = GROWTH_POINTS; nr <= GROWTH_POINTS + 1; nr++) {
		struct together together = {};

		group_evidence__add(&together, &one, course, nr);
		group_evidence__add(&together, &one, course, nr);
		sum = group_evidence__judge(&together, at, nr).from;
		/* the first tenth is warm-up: of 7 to 63 the second half begins with 35 */
		assert_true(nr > GROWTH_POINTS ? sum.recent.low == 4 : sum.recent.high == 0);
	}
}

/* Of one that has none the course of all is not known, wherever it stands. */
static void test_a_course_of_each(void **state)
{
	double course[POINTS];
	struct conclusion one = site(course, 1, VERDICT_INSUFFICIENT);

	(void)state;
	one.from.slope = (struct growth_slope){true, 3, 2, 4};
	for (int who = 0; who < 2; who++) {
		struct together together = {};

		group_evidence__add(&together, &one, who ? course : NULL, POINTS);
		group_evidence__add(&together, &one, who ? NULL : course, POINTS);
		assert_true(group_evidence__judge(&together, times, POINTS).from.slope.low == 4);
	}
}

/* Without histories the slopes are added. */
static void test_no_course(void **state)
{
	struct together together = {};
	double course[POINTS];
	struct conclusion one = site(course, 1, VERDICT_GROWING), other = one;
	struct evidence sum;

	(void)state;
	one.from.slope = (struct growth_slope){true, 3, 2, 4};
	one.from.recent = (struct growth_slope){true, 5, 4, 6};
	other.from.slope = (struct growth_slope){false, 100, 100, 100}; /* not known: 0 */
	group_evidence__add(&together, &one, NULL, 0);
	group_evidence__add(&together, &one, NULL, 0);
	group_evidence__add(&together, &other, NULL, 0);
	sum = group_evidence__judge(&together, never, 0).from;
	assert_true(sum.slope.known && sum.slope.per_s == 6);
	assert_true(sum.slope.low == 4 && sum.slope.high == 8);
	assert_true(sum.recent.known && sum.recent.per_s == 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_keeps_its_verdict),
		cmocka_unit_test(test_two_are_enough),
		cmocka_unit_test(test_two_samples),
		cmocka_unit_test(test_one_object_that_was_drained),
		cmocka_unit_test(test_the_strongest),
		cmocka_unit_test(test_doubts),
		cmocka_unit_test(test_pinned),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_what_is_not_known_of_any),
		cmocka_unit_test(test_of_equals_the_first_speaks),
		cmocka_unit_test(test_who_knows_what_is_available),
		cmocka_unit_test(test_the_longest_course),
		cmocka_unit_test(test_a_course_of_each),
		cmocka_unit_test(test_no_course),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
