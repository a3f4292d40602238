// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "cmd/limit_list.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static struct gate_limits good(const char *text)
{
	struct gate_limits limits;
	char why[512] = "";

	if (limit_list__parse(text, &limits, why, sizeof(why)))
		fail_msg("\"%s\": %s", text, why);
	return limits;
}

static void bad(const char *text, const char *part)
{
	struct gate_limits limits;
	char why[512] = "";

	if (limit_list__parse(text, &limits, why, sizeof(why)) != -EINVAL)
		fail_msg("\"%s\" was accepted", text);
	if (!strstr(why, part))
		fail_msg("\"%s\": \"%s\" does not say \"%s\"", text, why, part);
}

static void is(const char *text, enum gate_kind kind, enum gate_subject subject, double value,
	       bool of_total)
{
	const struct gate_limits limits = good(text);
	const struct gate_limit *limit = &limits.of[kind][subject];

	if (!limit->set || fabs(limit->value - value) > 1e-9 * value || limit->of_total != of_total)
		fail_msg("\"%s\" is %g", text, limit->value);
}

static void test_values(void **state)
{
	(void)state;
	is("unreclaimable=5G", GATE_SIZE, GATE_UNRECLAIMABLE, 5368709120.0, false);
	is("unreclaimable=512", GATE_SIZE, GATE_UNRECLAIMABLE, 512, false);
	is("kernel=1.5k", GATE_SIZE, GATE_KERNEL, 1536, false);
	is("kernel=2T", GATE_SIZE, GATE_KERNEL, 2199023255552.0, false);
	is("unaccounted=10%", GATE_SIZE, GATE_UNACCOUNTED, 0.1, true);
	is("unaccounted=100%", GATE_SIZE, GATE_UNACCOUNTED, 1, true);
	is("growth=60M/m", GATE_GROWTH, GATE_KERNEL, 1048576, false);
	is("growth=3600K/h", GATE_GROWTH, GATE_KERNEL, 1024, false);
	is("kernel=3600K/h", GATE_GROWTH, GATE_KERNEL, 1024, false);
	is("growth=86400/d", GATE_GROWTH, GATE_KERNEL, 1, false);
	is("vmalloc=36%/h", GATE_GROWTH, GATE_VMALLOC, 0.0001, true);
}

static void test_lists(void **state)
{
	struct gate_limits limits =
		good("unreclaimable=5G,unaccounted=10%,growth=100M/h,unreclaimable=1M/h");

	(void)state;
	assert_true(limits.of[GATE_SIZE][GATE_UNRECLAIMABLE].set);
	assert_true(limits.of[GATE_SIZE][GATE_UNACCOUNTED].set);
	assert_true(limits.of[GATE_GROWTH][GATE_KERNEL].set);
	assert_true(limits.of[GATE_GROWTH][GATE_UNRECLAIMABLE].set);
	assert_false(limits.of[GATE_SIZE][GATE_KERNEL].set);
	assert_true(limits.share == 0);
	limits = good("80%");
	assert_true(limits.share == 0.8 && gate__is_empty(&limits));
}

static void test_what_is_wrong(void **state)
{
	(void)state;
	bad("", "is no list of limits: give one such as unreclaimable=5G");
	bad("kernel=1,", "is no list of limits");
	bad("kernel", "\"kernel\" is no limit: give NAME=SIZE");
	bad("5G", "give NAME=SIZE");
	bad("80%/h", "give NAME=SIZE");
	bad("anon=5G", "\"anon\" cannot be limited: name growth, kernel, unreclaimable, ");
	bad("anon=5G", "sec_page_tables or unaccounted");
	bad("growth=5G", "\"5G\" is no limit of growth: give one such as 100M/h or 1%/d");
	bad("kernel=5X", "\"5X\" is no limit of kernel: give one such as 5G, 10% or 100M/h");
	bad("kernel=5G/s", "\"5G/s\"");
	bad("kernel=5G/h1", "\"5G/h1\"");
	bad("kernel=5%%", "\"5%%\"");
	bad("kernel=0", "\"0\"");
	bad("kernel=-1", "\"-1\"");
	bad("kernel=101%", "\"101%\"");
	bad("kernel=99999999999T", "\"99999999999T\"");
	bad("kernel=inf", "\"inf\"");
	bad("kernel=", "\"\"");
	bad("kernel=1,kernel=2", "kernel is limited twice");
	bad("growth=1M/h,kernel=2M/h", "kernel is limited twice");
}

static const char *misplaced(const char *warn, const char *max)
{
	const struct gate_limits w = good(warn), m = good(max);

	return limit_list__misplaced(&w, &m);
}

static void test_which_comes_first(void **state)
{
	(void)state;
	assert_null(misplaced("kernel=1G", "kernel=2G"));
	assert_null(misplaced("kernel=2G", "kernel=2G"));
	assert_null(misplaced("kernel=3G", "vmalloc=2G"));
	assert_null(misplaced("kernel=3G", "kernel=1%")); /* not known yet */
	assert_null(misplaced("kernel=3G", "kernel=2G/h"));
	assert_string_equal(misplaced("vmalloc=3G", "vmalloc=2G"), "vmalloc");
	assert_string_equal(misplaced("vmalloc=3%", "vmalloc=2%"), "vmalloc");
	assert_string_equal(misplaced("growth=3G/h", "growth=2G/h"), "growth");
	assert_string_equal(misplaced("kernel=3G", "kernel=2G"), "kernel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_what_is_wrong),
		cmocka_unit_test(test_which_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
