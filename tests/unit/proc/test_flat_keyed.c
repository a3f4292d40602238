// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/flat_keyed.h"
#include "util/lines.h"

#include <string.h>

static const char *const names[] = {"low", NULL, "high", "oom_kill"};

static uint64_t values[4];
static bool present[4];

static uint64_t parse(const char *text)
{
	const struct flat_keyed keys = {names, 4, LINES_MOST, values, present};

	memset(values, 0, sizeof(values));
	memset(present, 0, sizeof(present));
	return flat_keyed__parse(&keys, text, strlen(text));
}

static void finds_keys_in_any_order(void **state)
{
	(void)state;
	assert_int_equal(parse("oom_kill 3\nmore 9\nlow 1\n\nhigh 2"), 0);
	assert_int_equal(values[0], 1);
	assert_int_equal(values[2], 2);
	assert_int_equal(values[3], 3);
	assert_true(present[0] && !present[1] && present[2] && present[3]);
}

static void a_missing_key_is_not_there(void **state)
{
	(void)state;
	assert_int_equal(parse("low 7\nlower 8\nlo 9\n"), 0);
	assert_int_equal(values[0], 7);
	assert_false(present[2] || present[3]);
	assert_int_equal(parse(""), 0);
	assert_false(present[0]);
}

static void counts_what_is_odd(void **state)
{
	static const char nul[] = "low 1\0high 2\n";
	const struct flat_keyed keys = {names, 4, LINES_MOST, values, present};

	(void)state;
	assert_int_equal(parse("low\nhigh x\noom_kill 1 2\n"), 3);
	assert_false(present[0] || present[2] || present[3]);
	assert_int_equal(parse("low -1\nhigh 18446744073709547520\noom_kill  1\n"), 3);
	assert_int_equal(flat_keyed__parse(&keys, nul, sizeof(nul) - 1), 1);
}

static void assert_single(const char *text, bool good, uint64_t expected)
{
	uint64_t value = 77;

	assert_int_equal(flat_keyed__single(&value, text, strlen(text)), good);
	assert_int_equal(value, good ? expected : 77);
}

static void reads_single_values(void **state)
{
	(void)state;
	assert_single("0\n", true, 0);
	assert_single("4096", true, 4096);
	assert_single("max\n", true, UINT64_MAX);
	assert_single("9223372036854771712\n", true, UINT64_MAX); /* v1 */
	assert_single("", false, 0);
	assert_single("\n", false, 0);
	assert_single("-1\n", false, 0);
	assert_single("maximum\n", false, 0);
	assert_single("1 2\n", false, 0);
	assert_single("1\n2\n", false, 0);
	assert_single("99999999999999999999\n", false, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_keys_in_any_order),
		cmocka_unit_test(a_missing_key_is_not_there),
		cmocka_unit_test(counts_what_is_odd),
		cmocka_unit_test(reads_single_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
