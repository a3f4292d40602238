// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/json_value.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is printed of [value]. */
static void assert_prints(json_t *value, const char *expected)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(json_value__print(json_pack("[o]", value), out), 0);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void test_counts_stay_at_the_largest(void **state)
{
	(void)state;
	assert_prints(json_value__count(0), "[0]\n");
	assert_prints(json_value__count(INT64_MAX - 1), "[9223372036854775806]\n");
	assert_prints(json_value__count(UINT64_MAX), "[9223372036854775807]\n");
}

/* Three decimals, half away from 0, no negative 0. */
static void test_numbers_are_rounded(void **state)
{
	(void)state;
	assert_prints(json_value__number(12.3), "[12.3]\n");
	assert_prints(json_value__number(0.0006), "[0.001]\n");
	assert_prints(json_value__number(-0.0006), "[-0.001]\n");
	assert_prints(json_value__number(-0.0001), "[0.0]\n");
	assert_prints(json_value__number(NAN), "[null]\n");
	assert_prints(json_value__number(INFINITY), "[null]\n");
	assert_prints(json_value__number(1e12), "[1000000000000.0]\n");
	/* all digits that a double has */
	assert_prints(json_value__number(123456789012.345), "[123456789012.345]\n");
	assert_prints(json_pack("{s:[f,{s:f}]}", "a", 0.12349, "b", 2.0001),
		      "[{\"a\":[0.123,{\"b\":2.0}]}]\n");
}

static void test_texts_from_anywhere(void **state)
{
	(void)state;
	assert_prints(json_value__text(NULL), "[null]\n");
	assert_prints(json_value__text("a\"\033"), "[\"a\\\"\\u001B\"]\n");
	assert_prints(json_value__text("\xc3\xa9"), "[\"\\u00E9\"]\n");
	assert_prints(json_value__text("a\xff\xc3z"), "[\"a\\uFFFD\\uFFFDz\"]\n");
}

static void test_times(void **state)
{
	const struct timespec time = {.tv_sec = 1795885262, .tv_nsec = 7999999};

	(void)state;
	assert_prints(json_value__time(&time), "[\"2026-11-28T17:01:02.007Z\"]\n");
}

static json_t *element(const void *of, size_t i)
{
	return i < 3 ? json_integer(((const int *)of)[i]) : NULL;
}

static void test_arrays(void **state)
{
	static const int numbers[] = {5, 6, 7};

	(void)state;
	assert_prints(json_value__array(0, element, numbers), "[[]]\n");
	assert_prints(json_value__array(3, element, numbers), "[[5,6,7]]\n");
	assert_null(json_value__array(4, element, numbers)); /* an element that there is not */
}

/* Every number can be read back as it is. */
static void test_exact(void **state)
{
	char *text = json_value__exact(json_pack("[f]", 0.1 + 0.2));

	(void)state;
	assert_string_equal(text, "[0.30000000000000004]");
	free(text);
	assert_null(json_value__exact(NULL));
}

static void test_output_fails(void **state)
{
	FILE *full = fopen("/dev/full", "we");

	(void)state;
	assert_int_equal(json_value__print(json_array(), full), -EIO);
	fclose(full);
	assert_int_equal(json_value__print(NULL, stdout), -ENOMEM);
}

static void test_words(void **state)
{
	(void)state;
	assert_prints(json_value__words(""), "[[]]\n");
	assert_prints(json_value__words("slab, pages,\xff"),
		      "[[\"slab\",\"pages\",\"\\uFFFD\"]]\n");
}

/* What could not be written is noticed, even where nothing is left to be written at the end. */
static void test_output_that_failed_before(void **state)
{
	FILE *full = fopen("/dev/full", "we");

	(void)state;
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(json_value__print(json_array(), full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_stay_at_the_largest),
		cmocka_unit_test(test_numbers_are_rounded),
		cmocka_unit_test(test_texts_from_anywhere),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_output_fails),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_output_that_failed_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
