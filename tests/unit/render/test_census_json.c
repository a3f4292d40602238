// SPDX-License-Identifier: GPL-2.0-only
#include "golden/census.h"
#include "golden/printed.h"

static int print(void *arg, FILE *out)
{
	return census__print_json(arg, out);
}

static void test_golden(void **state)
{
	struct census census = golden_census();

	(void)state;
	printed_is("census.json", print, &census);
}

static void test_as_the_schema_says(void **state)
{
	struct census list[] = {golden_census(), {.kernel = "5.15.0"}};

	(void)state;
	printed_fits("census", print, list, NR(list), sizeof(list[0]));
}

static void test_output_fails(void **state)
{
	struct census census = golden_census();

	(void)state;
	printed_fails(print, &census);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_as_the_schema_says),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
