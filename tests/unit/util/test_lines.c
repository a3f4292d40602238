// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/lines.h"

#include "fixtures/fixtures.h"

#include <errno.h>
#include <string.h>

/* Odd lines start with "?", the reading ends with "!". */
static int look_at(char *line, void *arg)
{
	int *seen = arg;

	(*seen)++;
	return *line == '?' ? LINES_ODD : *line == '!' ? -ENOMEM : 0;
}

static int read_lines(FILE *file, int *seen, uint64_t *odd)
{
	int err;

	*seen = 0;
	err = lines__each(file, look_at, seen, odd);
	fclose(file);
	return err;
}

static void test_what_is_odd_costs_its_line(void **state)
{
	static const char nul[] = "a\n\0b\nc";
	uint64_t odd;
	int seen;

	(void)state;
	assert_int_equal(read_lines(open_text("a\n?\nb\n?"), &seen, &odd), 0);
	assert_int_equal(seen, 4);
	assert_int_equal(odd, 2);
	assert_int_equal(read_lines(open_bytes(nul, sizeof(nul) - 1), &seen, &odd), 0);
	assert_int_equal(seen, 2);
	assert_int_equal(odd, 1);
}

static void test_what_ends_the_reading(void **state)
{
	uint64_t odd;
	int seen;

	(void)state;
	assert_int_equal(read_lines(open_text("?\n!\nb\n"), &seen, &odd), -ENOMEM);
	assert_int_equal(seen, 2);
	assert_int_equal(read_lines(open_broken(), &seen, &odd), -EIO);
}

static void assert_number(const char *text, bool expected, uint64_t number, const char *rest)
{
	uint64_t n = 77;

	assert_int_equal(lines__number(&text, 100, &n), expected);
	assert_int_equal(n, number);
	assert_string_equal(text, rest);
}

static void test_numbers(void **state)
{
	(void)state;
	assert_number("42 kB", true, 42, " kB");
	assert_number("100", true, 100, "");
	assert_number("101", false, 77, "101");
	assert_number("18446744073709551658", false, 77, "18446744073709551658"); /* 2^64 + 42 */
	assert_number("-1", false, 77, "-1");
	assert_number("+1", false, 77, "+1");
	assert_number(" 1", false, 77, " 1");
	assert_number("", false, 77, "");
	assert_number("0", true, 0, "");
	assert_number("9", true, 9, "");
	assert_number("90/8", true, 90, "/8"); /* what stands around the digits in ASCII */
	assert_number("19:", true, 19, ":");
	assert_number("/1", false, 77, "/1");
	assert_number(":1", false, 77, ":1");
}

static void test_sums_stay_numbers(void **state)
{
	uint64_t sum = LINES_MOST - 1;

	(void)state;
	assert_true(lines__add(&sum, 1));
	assert_false(lines__add(&sum, 1));
	assert_false(lines__add(&sum, UINT64_MAX));
	assert_int_equal(sum, LINES_MOST);
	sum = 1;
	assert_true(lines__add_product(&sum, 3, 4));
	assert_int_equal(sum, 13);
	assert_false(lines__add_product(&sum, UINT64_C(1) << 32, UINT64_C(1) << 32));
	assert_false(lines__add_product(&sum, UINT64_C(1) << 32, UINT64_C(1) << 31));
	assert_int_equal(sum, 13);
	sum = LINES_MOST;
	assert_true(lines__add(&sum, 0));
	sum = LINES_MOST + 1;
	assert_false(lines__add(&sum, 0));
	assert_int_equal(sum, LINES_MOST + 1);
}

static void test_complaint(void **state)
{
	char text[128] = "";

	(void)state;
	assert_false(lines__complaint(text, sizeof(text), "/proc/allocinfo", 0));
	assert_true(lines__complaint(text, sizeof(text), "/proc/allocinfo", 3));
	assert_string_equal(text, "3 lines of /proc/allocinfo were not understood");
	assert_true(lines__complaint(text, sizeof(text), "/proc/meminfo", 1));
	assert_string_equal(text, "1 line of /proc/meminfo was not understood");
}

static int keep(char *line, void *arg)
{
	strcat(strcat(arg, line), "|");
	return 0;
}

/* A line comes without its end, also the last one that has none. */
static void test_lines_come_without_their_ends(void **state)
{
	FILE *file = open_text("ab\n\nc");
	char all[16] = "";
	uint64_t odd;

	(void)state;
	assert_int_equal(lines__each(file, keep, all, &odd), 0);
	fclose(file);
	assert_string_equal(all, "ab||c|");
	assert_int_equal(odd, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_odd_costs_its_line),
		cmocka_unit_test(test_what_ends_the_reading),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_sums_stay_numbers),
		cmocka_unit_test(test_complaint),
		cmocka_unit_test(test_lines_come_without_their_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
