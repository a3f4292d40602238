// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/gate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PAGE  4096.0
#define TOTAL 1e10

/* A machine of which so much is unreclaimable slab; all else is free, or of no account. */
static void enter(struct gate *gate, double slab, double now_s)
{
	struct books books = {.page_size = (uint64_t)PAGE};
	struct meminfo *mem = &books.mem;

	mem->present[MEMINFO_MEM_TOTAL] = mem->present[MEMINFO_MEM_FREE] = true;
	mem->present[MEMINFO_S_UNRECLAIM] = mem->present[MEMINFO_PAGE_TABLES] = true;
	mem->bytes[MEMINFO_MEM_TOTAL] = (uint64_t)TOTAL;
	mem->bytes[MEMINFO_S_UNRECLAIM] = (uint64_t)slab;
	mem->bytes[MEMINFO_PAGE_TABLES] = 1000;
	mem->bytes[MEMINFO_MEM_FREE] = (uint64_t)TOTAL - (uint64_t)slab - 3000;
	gate__enter(gate, &books, now_s, true);
}

static struct gate_limits no_limits(void)
{
	return (struct gate_limits){};
}

static struct gate_limits limit(enum gate_kind kind, enum gate_subject subject, double value)
{
	struct gate_limits limits = {};

	limits.of[kind][subject] = (struct gate_limit){.set = true, .value = value};
	return limits;
}

static struct gate_result judge(const struct gate *gate, struct gate_limits warn,
				struct gate_limits max)
{
	struct gate_result result;

	gate__judge(gate, &warn, &max, &result);
	return result;
}

/* One reading tells of sizes. */
static void test_sizes(void **state)
{
	struct gate gate = {};
	struct gate_limits max = limit(GATE_SIZE, GATE_UNRECLAIMABLE, 5e6);
	struct gate_result result;

	(void)state;
	enter(&gate, 5e6, 0);
	result = judge(&gate, no_limits(), max);
	assert_int_equal(result.state, GATE_OK); /* it may be as much as that */
	assert_int_equal(result.nr, 1);
	assert_true(result.findings[0].value == 5e6 && result.findings[0].max == 5e6);
	assert_true(isnan(result.findings[0].warn));
	max.of[GATE_SIZE][GATE_UNRECLAIMABLE].value = 5e6 - 1;
	assert_int_equal(judge(&gate, no_limits(), max).state, GATE_CRITICAL);
	assert_int_equal(judge(&gate, max, no_limits()).state, GATE_WARNING);
	assert_int_equal(judge(&gate, limit(GATE_SIZE, GATE_UNRECLAIMABLE, 1),
			       limit(GATE_SIZE, GATE_UNRECLAIMABLE, 6e6))
				 .state,
			 GATE_WARNING);
}

/* Of all that there is, by a share; what no class has is unaccounted, and the kernel's. */
static void test_shares_and_sums(void **state)
{
	struct gate gate = {};
	struct gate_limits max = limit(GATE_SIZE, GATE_UNRECLAIMABLE, 0.01);
	struct gate_result result;

	(void)state;
	enter(&gate, 1e8, 0);
	max.of[GATE_SIZE][GATE_UNRECLAIMABLE].of_total = true;
	max.of[GATE_SIZE][GATE_KERNEL] = (struct gate_limit){.set = true, .value = 1e8 + 3000};
	max.of[GATE_SIZE][GATE_UNACCOUNTED] = (struct gate_limit){.set = true, .value = 1999};
	max.of[GATE_SIZE][GATE_PAGE_TABLES] = (struct gate_limit){.set = true, .value = 1000};
	result = judge(&gate, no_limits(), max);
	assert_int_equal(result.nr, 4);
	assert_int_equal(result.findings[0].subject, GATE_KERNEL);
	assert_true(result.findings[0].value == 1e8 + 3000);
	assert_int_equal(result.findings[0].state, GATE_OK);
	assert_int_equal(result.findings[1].subject, GATE_UNRECLAIMABLE);
	assert_true(result.findings[1].max == 1e8);
	assert_int_equal(result.findings[1].state, GATE_OK);
	assert_int_equal(result.findings[2].subject, GATE_PAGE_TABLES);
	assert_int_equal(result.findings[2].state, GATE_OK);
	assert_int_equal(result.findings[3].subject, GATE_UNACCOUNTED);
	assert_true(result.findings[3].value == 2000);
	assert_int_equal(result.findings[3].state, GATE_CRITICAL);
	assert_int_equal(result.state, GATE_CRITICAL);
	assert_true(result.total_bytes == (uint64_t)TOTAL);
}

/* What this kernel does not count is not below its limit. */
static void test_not_counted(void **state)
{
	struct gate gate = {};
	struct gate_limits max = limit(GATE_SIZE, GATE_PERCPU, 1e9);
	struct gate_result result;

	(void)state;
	enter(&gate, 5e6, 0);
	result = judge(&gate, no_limits(), max);
	assert_int_equal(result.state, GATE_UNKNOWN);
	assert_false(result.findings[0].known);
	/* what is bad for certain comes first */
	result = judge(&gate, limit(GATE_SIZE, GATE_UNRECLAIMABLE, 1), max);
	assert_int_equal(result.state, GATE_WARNING);
	max.of[GATE_SIZE][GATE_UNRECLAIMABLE] = (struct gate_limit){.set = true, .value = 1};
	result = judge(&gate, no_limits(), max);
	assert_int_equal(result.state, GATE_CRITICAL);
}

/* Free pages that CPUs keep would count as taken. */
static void test_without_zoneinfo(void **state)
{
	struct books books = {.page_size = 4096, .zones_err = -1};
	struct gate gate = {};
	struct gate_result result;

	(void)state;
	books.mem.bytes[MEMINFO_MEM_TOTAL] = 1000;
	books.mem.present[MEMINFO_S_UNRECLAIM] = true;
	gate__enter(&gate, &books, 0, false);
	result = judge(&gate, no_limits(), limit(GATE_SIZE, GATE_UNACCOUNTED, 2000));
	assert_int_equal(result.state, GATE_UNKNOWN);
	assert_false(result.zones);
	assert_int_equal(judge(&gate, no_limits(), limit(GATE_SIZE, GATE_KERNEL, 2000)).state,
			 GATE_UNKNOWN);
	assert_int_equal(
		judge(&gate, no_limits(), limit(GATE_SIZE, GATE_UNRECLAIMABLE, 2000)).state,
		GATE_OK);
	/* it stays unknown when one reading of them lacked it */
	enter(&gate, 100, 1);
	assert_int_equal(judge(&gate, no_limits(), limit(GATE_SIZE, GATE_KERNEL, 2e9)).state,
			 GATE_UNKNOWN);
}

/* A line: it grows by exactly that. */
static struct gate line(double per_s, int seconds)
{
	struct gate gate = {};

	for (int t = 0; t <= seconds; t++)
		enter(&gate, 1e8 + per_s * t, t);
	return gate;
}

static void test_growth(void **state)
{
	struct gate gate = line(1e5, 30);
	struct gate_result result;

	(void)state;
	result = judge(&gate, no_limits(), limit(GATE_GROWTH, GATE_KERNEL, 99990));
	assert_int_equal(result.state, GATE_CRITICAL);
	assert_true(fabs(result.findings[0].value - 1e5) < 1);
	assert_true(result.elapsed_s == 30 && result.readings == 31);
	result = judge(&gate, no_limits(), limit(GATE_GROWTH, GATE_KERNEL, 1.001e5));
	assert_int_equal(result.state, GATE_OK);
	result = judge(&gate, limit(GATE_GROWTH, GATE_UNRECLAIMABLE, 5e4),
		       limit(GATE_GROWTH, GATE_UNRECLAIMABLE, 2e5));
	assert_int_equal(result.state, GATE_WARNING);
	/* what shrinks is below any limit that can be told in that time */
	gate = line(-1e5, 30);
	result = judge(&gate, no_limits(), limit(GATE_GROWTH, GATE_KERNEL, 5e3));
	assert_int_equal(result.state, GATE_OK);
}

/* Too few readings tell nothing. */
static void test_too_few_readings(void **state)
{
	struct gate gate = line(1e5, 8); /* 9, of which two are warm-up */
	struct gate_result result;

	(void)state;
	result = judge(&gate, no_limits(), limit(GATE_GROWTH, GATE_KERNEL, 1));
	assert_int_equal(result.state, GATE_UNKNOWN);
	assert_false(result.findings[0].known);
	gate = line(1e5, GATE_LEAST_S - 1);
	result = judge(&gate, no_limits(), limit(GATE_GROWTH, GATE_KERNEL, 1));
	assert_int_equal(result.state, GATE_CRITICAL);
}

/* A book that stays as it is may hide what fits into one more slab: that is never OK. */
static void test_what_a_slab_hides(void **state)
{
	struct gate gate = line(0, 30);
	double hidden = 8 * PAGE / 26; /* warm-up is a tenth of the time */
	struct gate_result result;

	(void)state;
	result = judge(&gate, no_limits(), limit(GATE_GROWTH, GATE_UNRECLAIMABLE, 1.2 * hidden));
	assert_int_equal(result.state, GATE_OK);
	result = judge(&gate, no_limits(), limit(GATE_GROWTH, GATE_UNRECLAIMABLE, 0.8 * hidden));
	assert_int_equal(result.state, GATE_UNKNOWN);
	assert_true(result.findings[0].known && result.findings[0].low == 0);
	gate = line(0, 60);
	result = judge(&gate, no_limits(), limit(GATE_GROWTH, GATE_UNRECLAIMABLE, 0.8 * hidden));
	assert_int_equal(result.state, GATE_OK);
}

/* Evenly from -1 to 1, the same in every run. */
static double noise(unsigned int *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return (double)(*seed >> 8) / (1 << 23) - 1;
}

/*
 * Memory as a sum of what comes and goes, which drifts by `per_s`.  How often is it said to be on
 * the wrong side of a limit that is `over` times that?
 */
static int wrong_of(double per_s, double limit_per_s, enum gate_state wrong, int runs)
{
	unsigned int seed = 1;
	int nr = 0;

	for (int run = 0; run < runs; run++) {
		struct gate gate = {};
		double slab = 1e9;

		for (int t = 0; t <= 60; t++) {
			enter(&gate, slab, t);
			slab += per_s + 1e6 * noise(&seed);
		}
		nr += judge(&gate, no_limits(), limit(GATE_GROWTH, GATE_UNRECLAIMABLE, limit_per_s))
			      .state == wrong;
	}
	return nr;
}

/* With a limit right at the truth both wrong answers have some 2.5% each. */
static void test_confidence(void **state)
{
	int over = wrong_of(5e4, 5e4 * 0.999, GATE_OK, 1000);
	int under = wrong_of(5e4, 5e4 * 1.001, GATE_CRITICAL, 1000);

	(void)state;
	if (over > 60 || under > 60)
		fail_msg("of 1000: %d wrongly ok, %d wrongly critical", over, under);
	/* and it does tell what is far away */
	assert_true(wrong_of(5e4, 1e6, GATE_OK, 100) > 95);
	assert_true(wrong_of(2e6, 1e6, GATE_CRITICAL, 100) > 95);
}

static void test_limits(void **state)
{
	struct gate_limits max = limit(GATE_SIZE, GATE_VMALLOC, 100), warn = {};

	(void)state;
	assert_true(gate__is_empty(&warn) && !gate__is_empty(&max));
	assert_false(gate__needs_time(&max));
	max.of[GATE_GROWTH][GATE_PERCPU] = (struct gate_limit){true, true, 0.5};
	assert_true(gate__needs_time(&max) && !gate__is_empty(&max));
	gate__resolve_share(&warn, &max);
	assert_true(gate__is_empty(&warn));
	warn.share = 0.8;
	gate__resolve_share(&warn, &max);
	assert_true(warn.of[GATE_SIZE][GATE_VMALLOC].set);
	assert_true(warn.of[GATE_SIZE][GATE_VMALLOC].value == 80);
	assert_true(warn.of[GATE_GROWTH][GATE_PERCPU].value == 0.4);
	assert_true(warn.of[GATE_GROWTH][GATE_PERCPU].of_total);
	assert_false(warn.of[GATE_SIZE][GATE_KERNEL].set);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(gate__name(GATE_KERNEL), "kernel");
	assert_string_equal(gate__name(GATE_UNACCOUNTED), "unaccounted");
	for (int i = 0; i < GATE_SUBJECTS; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(gate__name(i), gate__name(k));
	assert_int_equal(GATE_OK, 0); /* they are exit statuses */
	assert_int_equal(GATE_WARNING, 1);
	assert_int_equal(GATE_CRITICAL, 2);
	assert_int_equal(GATE_UNKNOWN, 3);
	assert_string_equal(gate__state_name(GATE_UNKNOWN), "UNKNOWN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_shares_and_sums),
		cmocka_unit_test(test_not_counted),
		cmocka_unit_test(test_without_zoneinfo),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_too_few_readings),
		cmocka_unit_test(test_what_a_slab_hides),
		cmocka_unit_test(test_confidence),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
