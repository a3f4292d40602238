// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/decimal.h"

static void test_numbers(void **state)
{
	double number;
	char *end;

	(void)state;
	assert_int_equal(decimal__parse("2.5M/h", &number, &end), 0);
	assert_true(number == 2.5);
	assert_string_equal(end, "M/h");
	assert_int_equal(decimal__parse(".5", &number, &end), 0);
	assert_true(number == 0.5 && !*end);
}

static void test_what_is_none(void **state)
{
	static const char *const texts[] = {"", "M", "-1", "+1", " 1", "1e3", "0x10", "inf", "nan"};
	double number;
	char *end;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (decimal__parse(texts[i], &number, &end) != -EINVAL)
			fail_msg("\"%s\" was accepted", texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
