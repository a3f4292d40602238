// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/verdict.h"

#include <math.h>
#include <string.h>

/* What everybody would call a leak. */
static struct evidence clear_leak(void)
{
	return (struct evidence){
		.observed_s = 300,
		.interval_s = 5,
		.points = 58,
		.slope = {true, 1000, 900, 1100},
		.recent = {true, 1000, 800, 1200},
		.survival = {1, 1, 1, 1},
		.settled = 500,
		.settled_alive = 500,
		.objects = 600,
		.bytes = 600 * 512,
		.allocations = 600,
		.shrunk = NAN,
		.drained = NAN,
		.replaced = NAN,
	};
}

static void assert_verdict(struct evidence e, enum verdict_name expected)
{
	struct verdict verdict = verdict__of(&e);

	assert_string_equal(verdict__name(verdict.name), verdict__name(expected));
	assert_non_null(verdict.why);
	assert_true(strlen(verdict.why) < 60);
}

static void test_a_clear_leak(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	assert_verdict(e, VERDICT_LEAK);
	assert_true(verdict__of(&e).retained == 1);
	e.drained = 0.98;
	e.replaced = 0.1;
	e.lost = 5;
	assert_verdict(e, VERDICT_LEAK);
}

/* Take one part of the evidence away: no leak any more. */
static void test_every_part_of_the_evidence_is_needed(void **state)
{
	struct evidence e;

	(void)state;
	e = clear_leak();
	e.points = VERDICT_POINTS_LEAK - 1;
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.least_s = 301;
	assert_verdict(e, VERDICT_GROWING);
	e.least_s = 300;
	assert_verdict(e, VERDICT_LEAK);
	e = clear_leak();
	e.slope.low = 0;
	assert_verdict(e, VERDICT_HELD);
	e = clear_leak();
	e.recent.low = -1;
	assert_verdict(e, VERDICT_HELD);
	e = clear_leak();
	e.recent.known = false;
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.recent.per_s = 400;
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.settled_alive = 420; /* 84% */
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.settled_alive = 100;
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.drained = 0.85;
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.replaced = 0.6;
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.lost = 600;
	assert_verdict(e, VERDICT_INSUFFICIENT);
	e = clear_leak();
	e.settled = e.settled_alive = 9;
	assert_verdict(e, VERDICT_INSUFFICIENT);
}

/* What is not known is not said: no "no growth" without a slope. */
static void test_held_says_what_is_known_of_growth(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.recent.low = -1;
	assert_string_equal(verdict__of(&e).why, "old objects stay; it grew, and no more");
	e.slope.low = -1;
	assert_string_equal(verdict__of(&e).why, "old objects stay; no steady growth");
	e.recent.known = false;
	assert_verdict(e, VERDICT_HELD);
	assert_string_equal(verdict__of(&e).why, "old objects stay; growth is not known yet");
	e.slope.known = false;
	assert_string_equal(verdict__of(&e).why, "old objects stay; growth is not known yet");
}

/* 20 objects of which all are left say less than 500. */
static void test_few_objects_are_not_enough(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.settled = e.settled_alive = 20;
	assert_verdict(e, VERDICT_GROWING);
	e.settled = e.settled_alive = 22;
	assert_verdict(e, VERDICT_LEAK);
	e.settled = 24;
	assert_verdict(e, VERDICT_GROWING);
}

static void test_caches(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.reclaimable = true;
	assert_verdict(e, VERDICT_CACHE);
	e.points = 0;
	assert_verdict(e, VERDICT_CACHE);
	e = clear_leak();
	e.lazy = true;
	assert_verdict(e, VERDICT_CACHE);
	e = clear_leak();
	e.metadata = true;
	assert_verdict(e, VERDICT_CACHE);
	/* dropping caches did not free it: held by something, but not called a leak */
	e = clear_leak();
	e.reclaimable = true;
	e.shrunk = 0.1;
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.shrunk = 0.7;
	assert_verdict(e, VERDICT_CACHE);
	e.shrunk = 0.3;
	assert_verdict(e, VERDICT_LEAK);
}

/* A clear leak in a reclaimable cache: so many of those sampled are pinned in each way. */
static struct evidence pinned_leak(uint64_t of, uint32_t sampled, enum vfs_pin how, uint32_t nr)
{
	struct evidence e = clear_leak();

	e.reclaimable = true;
	e.pins = (struct pins_count){.of = of, .sampled = sampled};
	e.pins.by[VFS_NOT_PINNED] = sampled;
	e.pins.by[VFS_NOT_PINNED] -= nr;
	e.pins.by[how] += nr;
	return e;
}

/* Reclaimable in general, but not these: judged as what is not reclaimable. */
static void test_pinned_objects_are_no_cache(void **state)
{
	struct evidence e = pinned_leak(600, 64, VFS_REFERENCE, 64);

	(void)state;
	assert_verdict(e, VERDICT_LEAK);
	assert_verdict(pinned_leak(600, 64, VFS_DENTRY, 64), VERDICT_LEAK);
	assert_verdict(pinned_leak(600, 64, VFS_OFF_LRU, 64), VERDICT_LEAK);
	e.slope.low = 0;
	assert_verdict(e, VERDICT_HELD);
	e = pinned_leak(600, 64, VFS_REFERENCE, 64);
	e.points = VERDICT_POINTS_NEW - 1;
	assert_verdict(e, VERDICT_NEW);
	e = pinned_leak(600, 64, VFS_REFERENCE, 64);
	e.settled_alive = 100;
	assert_verdict(e, VERDICT_GROWING);
	/* dropping caches freed it: it was not pinned */
	e = pinned_leak(600, 64, VFS_REFERENCE, 64);
	e.shrunk = 0.9;
	assert_verdict(e, VERDICT_CACHE);
	e.shrunk = 0.1;
	assert_verdict(e, VERDICT_LEAK);
}

static void assert_cache_as(struct evidence e, const char *why)
{
	struct verdict verdict = verdict__of(&e);

	assert_int_equal(verdict.name, VERDICT_CACHE);
	assert_string_equal(verdict.why, why);
}

/* The lower limit counts; and nobody takes what is not known for known. */
static void test_what_is_not_pinned_is_a_cache(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.reclaimable = true;
	assert_cache_as(e, "reclaimable by its cache's flag; not looked at");
	assert_cache_as(pinned_leak(600, 64, VFS_UNKNOWN, 64),
			"reclaimable by its cache's flag; looked at in vain");
	assert_cache_as(pinned_leak(600, 64, VFS_REFERENCE, 0), "the kernel can reclaim it");
	assert_cache_as(pinned_leak(600, 64, VFS_REFERENCE, 5), "the kernel can reclaim it");
	assert_cache_as(pinned_leak(600, 64, VFS_REFERENCE, 50),
			"the kernel can reclaim a part of it");
	assert_verdict(pinned_leak(6000, 64, VFS_REFERENCE, 63), VERDICT_LEAK);
	assert_verdict(pinned_leak(6000, 64, VFS_REFERENCE, 61), VERDICT_CACHE);
	/* 20 of thousands say less than 20 of 20 */
	assert_verdict(pinned_leak(6000, 20, VFS_REFERENCE, 20), VERDICT_CACHE);
	assert_verdict(pinned_leak(20, 20, VFS_REFERENCE, 20), VERDICT_LEAK);
	e = pinned_leak(600, 64, VFS_REFERENCE, 50);
	e.pins.by[VFS_NOT_PINNED] = 0;
	e.pins.by[VFS_UNKNOWN] = 14;
	assert_verdict(e, VERDICT_CACHE);
}

/* Files of tmpfs that exist: they stay until somebody removes them, and nobody lost them. */
static void test_files_in_memory_are_no_leak(void **state)
{
	struct evidence e = pinned_leak(600, 64, VFS_NAME_KEPT, 64);

	(void)state;
	assert_verdict(e, VERDICT_GROWING);
	e.slope.low = 0;
	assert_verdict(e, VERDICT_HELD);
	/* nor are directories that something is mounted on */
	assert_verdict(pinned_leak(600, 64, VFS_MOUNTED, 64), VERDICT_GROWING);
}

static void test_limits_of_the_pinned_share(void **state)
{
	struct pins_count pins = {};
	double low, high;

	(void)state;
	verdict__pinned(&pins, &low, &high);
	assert_true(isnan(low) && isnan(high));
	pins = (struct pins_count){.of = 50, .sampled = 50, .by = {[VFS_NOT_PINNED] = 10}};
	pins.by[VFS_CHILD] = 40;
	verdict__pinned(&pins, &low, &high);
	assert_true(low == 0.8 && high == 0.8);
	pins.by[VFS_CHILD] = 30;
	pins.by[VFS_UNKNOWN] = 10;
	verdict__pinned(&pins, &low, &high);
	assert_true(low == 0.6 && high == 0.8);
	/* of a population that is not much larger the sample tells more: as 176 of a large one */
	pins = (struct pins_count){.of = 100, .sampled = 64, .by = {[VFS_NOT_PINNED] = 8}};
	pins.by[VFS_CHILD] = 50;
	pins.by[VFS_UNKNOWN] = 6;
	verdict__pinned(&pins, &low, &high);
	assert_true(fabs(low - 0.714526) < 1e-6 && fabs(high - 0.915984) < 1e-6);
	pins = (struct pins_count){.of = 1000000, .sampled = 64, .by = {[VFS_NOT_PINNED] = 64}};
	verdict__pinned(&pins, &low, &high);
	assert_true(low == 0 && fabs(high - 0.0566) < 1e-4); /* Wilson: z^2 / (n + z^2) */
}

static void test_too_little_time(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.points = VERDICT_POINTS_NEW - 1;
	assert_verdict(e, VERDICT_NEW);
	e.points = 0;
	assert_verdict(e, VERDICT_NEW);
	assert_verdict((struct evidence){.shrunk = NAN, .drained = NAN, .replaced = NAN},
		       VERDICT_NEW);
}

static void test_what_is_freed_is_churn(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.drained = 0.2;
	assert_verdict(e, VERDICT_CHURN);
	e = clear_leak();
	e.slope = (struct growth_slope){true, 0, -10, 10};
	e.settled_alive = 20;
	assert_verdict(e, VERDICT_CHURN);
	/* all of it is freed before it is two intervals old */
	e.settled = e.settled_alive = 0;
	e.allocations = 100000;
	e.frees = 99990;
	assert_verdict(e, VERDICT_CHURN);
	assert_true(isnan(verdict__of(&e).retained));
	e.allocations = 3;
	e.frees = 3;
	assert_verdict(e, VERDICT_INSUFFICIENT);
}

/* On the limit itself. */
static void test_limits_belong_to_one_side(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.drained = VERDICT_DRAINED;
	assert_verdict(e, VERDICT_LEAK);
	e.drained = VERDICT_RELEASED;
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.recent.per_s = VERDICT_SLOWED * e.slope.per_s;
	assert_verdict(e, VERDICT_LEAK);
	e.replaced = VERDICT_REPLACED;
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.shrunk = VERDICT_SHRUNK;
	assert_verdict(e, VERDICT_CACHE);
	e = clear_leak();
	e.points = VERDICT_POINTS_LEAK;
	e.lost = e.objects - 1;
	assert_verdict(e, VERDICT_LEAK);
	e.points = VERDICT_POINTS_NEW;
	assert_verdict(e, VERDICT_GROWING);
	e = clear_leak();
	e.objects = e.lost = 0; /* nothing was missed */
	assert_verdict(e, VERDICT_LEAK);
}

static void test_what_is_freed_soon(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.settled = e.settled_alive = VERDICT_SETTLED - 1;
	e.allocations = VERDICT_SETTLED;
	e.frees = VERDICT_SETTLED - VERDICT_SETTLED / 10;
	assert_verdict(e, VERDICT_CHURN);
	e.frees--;
	assert_verdict(e, VERDICT_INSUFFICIENT);
	e.allocations = e.frees = VERDICT_SETTLED - 1;
	assert_verdict(e, VERDICT_INSUFFICIENT);
	e.allocations = 1000;
	e.frees = 900;
	assert_verdict(e, VERDICT_CHURN);
	e.frees--;
	assert_verdict(e, VERDICT_INSUFFICIENT);
	e.settled = e.settled_alive = VERDICT_SETTLED; /* too few for more than this */
	assert_verdict(e, VERDICT_GROWING);
}

/* Between two bursts nothing grows: that they stay, each of them, is no reason to be quiet. */
static void test_bursts_that_stay(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.slope = e.recent = (struct growth_slope){.known = true};
	assert_verdict(e, VERDICT_HELD);
	e.arrivals = (struct arrivals){ARRIVALS_BURSTS, 2, 200, 40, VERDICT_RETAINED};
	assert_verdict(e, VERDICT_GROWING);
	assert_string_equal(verdict__of(&e).why,
			    "comes in bursts, and stays; too few bursts to tell");
	e.arrivals.bursts = VERDICT_BURSTS;
	assert_verdict(e, VERDICT_LEAK);
	assert_string_equal(verdict__of(&e).why, "comes in bursts, all of which stays");
	e.arrivals.kept_share = VERDICT_RETAINED - 0.01;
	assert_verdict(e, VERDICT_HELD);
	e.arrivals.kept_share = 1;
	e.arrivals.shape = ARRIVALS_ONGOING;
	assert_verdict(e, VERDICT_HELD);
	e.arrivals.shape = ARRIVALS_BURSTS;
	e.settled_alive = e.settled * 7 / 10; /* a part of them goes */
	assert_verdict(e, VERDICT_CHURN);
}

/* However it comes: what another explanation is left for is no LEAK. */
static void test_bursts_need_the_other_evidence(void **state)
{
	struct evidence bursts = clear_leak(), e;

	(void)state;
	bursts.slope = bursts.recent = (struct growth_slope){.known = true};
	bursts.arrivals = (struct arrivals){ARRIVALS_BURSTS, VERDICT_BURSTS, 200, 40, 1};
	e = bursts;
	e.points = VERDICT_POINTS_LEAK - 1;
	assert_verdict(e, VERDICT_GROWING);
	e = bursts;
	e.least_s = e.observed_s + 1;
	assert_verdict(e, VERDICT_GROWING);
	e = bursts;
	e.replaced = VERDICT_REPLACED;
	assert_verdict(e, VERDICT_GROWING);
	e = bursts;
	e.drained = VERDICT_DRAINED - 0.01;
	assert_verdict(e, VERDICT_GROWING);
	e = bursts;
	e.lost = e.objects;
	assert_verdict(e, VERDICT_INSUFFICIENT);
	assert_verdict(bursts, VERDICT_LEAK);
}

static bool is_thin(struct evidence e)
{
	const struct conclusion conclusion = {.is = verdict__of(&e), .from = e};

	return verdict__is_thin(&conclusion);
}

/* Every eighth object was recorded: three that live say too little, where 24 would be enough. */
static void test_what_is_sampled_too_thinly(void **state)
{
	struct evidence e = clear_leak();
	const struct conclusion none = {.from = e};

	(void)state;
	e.weight = 8;
	e.settled = e.settled_alive = 24;
	e.slope.low = 0; /* it grows, and who knows */
	assert_verdict(e, VERDICT_INSUFFICIENT);
	assert_true(is_thin(e));
	e.weight = 1;
	assert_verdict(e, VERDICT_HELD);
	e.weight = 8;
	e.settled = e.settled_alive = VERDICT_ENOUGH;
	assert_true(is_thin(e));
	e.settled = e.settled_alive = VERDICT_ENOUGH - 1;
	assert_false(is_thin(e)); /* too few, sampled or not */
	e.settled = 24;
	e.settled_alive = 8;
	assert_false(is_thin(e));
	e.settled_alive = 24;
	e.slope.per_s = 0;
	assert_false(is_thin(e));
	e.slope.per_s = 1;
	assert_true(is_thin(e));
	e.slope.known = false;
	assert_false(is_thin(e));
	assert_false(is_thin(clear_leak()));
	assert_false(verdict__is_thin(&none)); /* of an old file */
}

static bool is_promising(struct evidence e)
{
	const struct conclusion conclusion = {.is = verdict__of(&e), .from = e};

	return verdict__is_promising(&conclusion);
}

/* It is sure that it grows, and three of eight times as many do not tell whether it stays. */
static void test_what_grows_is_sampled_too_thinly(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.weight = 8;
	e.settled = e.settled_alive = 24;
	assert_verdict(e, VERDICT_GROWING);
	assert_true(is_thin(e));
	assert_false(is_promising(e)); /* however long it is watched so */
	e.settled_alive = 8;
	assert_false(is_thin(e)); /* it is freed */
	assert_false(is_promising(e));
	e.settled = e.settled_alive = 2400;
	e.points = VERDICT_POINTS_LEAK - 1;
	assert_verdict(e, VERDICT_GROWING);
	assert_false(is_thin(e)); /* enough was recorded: it takes time only */
	assert_true(is_promising(e));
	e.points = VERDICT_POINTS_LEAK;
	assert_verdict(e, VERDICT_LEAK);
	assert_false(is_promising(e));
}

static void assert_why(const struct evidence *e, const char *expected)
{
	assert_string_equal(verdict__of(e).why, expected);
}

/* Wilson's limits, of 100: from 92 on above 0.85 for certain, up to 40 below 0.5. */
static void test_how_sure_the_share_is(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.settled = 100;
	e.settled_alive = 92;
	assert_why(&e, "grows steadily; old objects stay");
	e.settled_alive = 91;
	assert_why(&e, "grows; too few are old to tell whether they stay");
	e.settled_alive = 85;
	assert_why(&e, "grows; too few are old to tell whether they stay");
	e.settled_alive = 84;
	assert_why(&e, "grows; part of the old objects is freed");
	e.settled_alive = 41;
	assert_why(&e, "grows; part of the old objects is freed");
	e.settled_alive = 40;
	assert_why(&e, "grows, but old objects are freed");
	e.slope.low = 0;
	assert_why(&e, "allocations and frees balance");
	e.settled_alive = 92;
	assert_why(&e, "old objects stay; no steady growth");
	assert_true(verdict__of(&e).retained == 0.92);
}

/* Too few to be sure of what most of them do: nothing is said of it that is not known. */
static void test_few_old_objects_that_all_live(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.settled = e.settled_alive = 21;
	assert_why(&e, "grows; too few are old to tell whether they stay");
	assert_verdict(e, VERDICT_GROWING);
	e.slope.low = 0;
	assert_why(&e, "too few objects got old");
	assert_verdict(e, VERDICT_INSUFFICIENT);
	e.settled_alive = 17; /* of 21: some are freed */
	assert_why(&e, "allocations and frees balance");
	e.settled_alive = 21;
	e.allocations = 1000;
	e.frees = 979;
	assert_why(&e, "freed soon");
	e.settled = e.settled_alive = 22;
	assert_verdict(e, VERDICT_HELD);
}

/* What a sample stands for makes it no surer. */
static void test_a_sample_is_as_sure_as_what_is_in_it(void **state)
{
	struct evidence e = clear_leak();

	(void)state;
	e.weight = 22;
	e.settled = e.settled_alive = 22UL * 22;
	assert_verdict(e, VERDICT_LEAK);
	e.settled = e.settled_alive = 21UL * 22;
	assert_why(&e, "grows; too few are old to tell whether they stay");
	e.slope.low = 0;
	assert_verdict(e, VERDICT_INSUFFICIENT);
	assert_true(verdict__of(&e).retained == 1);
}

/* What grows is looked at first, what is harmless last. */
static void test_suspicion(void **state)
{
	static const enum verdict_name order[] = {VERDICT_LEAK,		VERDICT_GROWING,
						  VERDICT_INSUFFICIENT, VERDICT_HELD,
						  VERDICT_CACHE,	VERDICT_CHURN};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(order) / sizeof(order[0]); i++)
		assert_true(verdict__suspicion(order[i]) > verdict__suspicion(order[i + 1]));
	assert_int_equal(verdict__suspicion(VERDICT_NEW), verdict__suspicion(VERDICT_INSUFFICIENT));
	assert_string_equal(verdict__word(VERDICT_GROWING), "GROWS");
	for (int name = 0; name < VERDICTS; name++)
		assert_true(strlen(verdict__word(name)) <= 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suspicion),
		cmocka_unit_test(test_a_clear_leak),
		cmocka_unit_test(test_every_part_of_the_evidence_is_needed),
		cmocka_unit_test(test_held_says_what_is_known_of_growth),
		cmocka_unit_test(test_few_objects_are_not_enough),
		cmocka_unit_test(test_caches),
		cmocka_unit_test(test_pinned_objects_are_no_cache),
		cmocka_unit_test(test_what_is_not_pinned_is_a_cache),
		cmocka_unit_test(test_files_in_memory_are_no_leak),
		cmocka_unit_test(test_limits_of_the_pinned_share),
		cmocka_unit_test(test_too_little_time),
		cmocka_unit_test(test_what_is_freed_is_churn),
		cmocka_unit_test(test_limits_belong_to_one_side),
		cmocka_unit_test(test_what_is_freed_soon),
		cmocka_unit_test(test_what_is_sampled_too_thinly),
		cmocka_unit_test(test_what_grows_is_sampled_too_thinly),
		cmocka_unit_test(test_bursts_that_stay),
		cmocka_unit_test(test_bursts_need_the_other_evidence),
		cmocka_unit_test(test_how_sure_the_share_is),
		cmocka_unit_test(test_few_old_objects_that_all_live),
		cmocka_unit_test(test_a_sample_is_as_sure_as_what_is_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
