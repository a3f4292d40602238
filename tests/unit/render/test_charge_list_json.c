// SPDX-License-Identifier: GPL-2.0-only
#include "golden/charge_growth.h"
#include "golden/charge_list.h"
#include "golden/printed.h"

/* arg: --top */
static int print(void *arg, FILE *out)
{
	return golden_print_list(*(const uint32_t *)arg, charge_list__print_json, out);
}

static uint32_t tops[] = {0, 1};

static void test_golden(void **state)
{
	(void)state;
	printed_is("charges.json", print, &tops[0]);
}

static void test_as_the_schema_says(void **state)
{
	(void)state;
	printed_fits("charges", print, tops, NR(tops), sizeof(tops[0]));
}

static int print_grown(void *arg, FILE *out)
{
	(void)arg;
	return golden_print_grown(charge_list__print_json, out);
}

static void test_growth(void **state)
{
	(void)state;
	printed_is("charges-grown.json", print_grown, NULL);
	printed_fits("charges", print_grown, tops, 1, sizeof(tops[0]));
}

static void test_output_fails(void **state)
{
	(void)state;
	printed_fails(print, &tops[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_as_the_schema_says),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
