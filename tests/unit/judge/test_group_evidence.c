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

/* Without histories the slopes are added. */
static void test_no_course(void **state)
{
	struct together together = {};
	double course[POINTS];
	struct conclusion one = site(course, 1, VERDICT_GROWING);

	(void)state;
	one.from.slope = (struct growth_slope){true, 3, 2, 4};
	group_evidence__add(&together, &one, NULL, 0);
	group_evidence__add(&together, &one, NULL, 0);
	assert_true(group_evidence__judge(&together, never, 0).from.slope.low == 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_keeps_its_verdict),
		cmocka_unit_test(test_two_are_enough),
		cmocka_unit_test(test_two_samples),
		cmocka_unit_test(test_the_strongest),
		cmocka_unit_test(test_doubts),
		cmocka_unit_test(test_pinned),
		cmocka_unit_test(test_no_course),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
