// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pages.h"
#include "golden/printed.h"

#include "render/diagnosis_json.h"

static int print(void *arg, FILE *out)
{
	return diagnosis_json__print(arg, out);
}

static void test_golden(void **state)
{
	struct report report = golden_report();
	struct diagnosis leak = golden_diagnosis(&report), nothing = golden_diagnosis(NULL);

	(void)state;
	printed_is("diagnosis.json", print, &leak);
	printed_is("diagnosis-nothing.json", print, &nothing);
}

static void test_as_the_schema_says(void **state)
{
	struct report report = golden_report();
	struct diagnosis list[] = {golden_diagnosis(&report), golden_diagnosis(NULL)};

	(void)state;
	printed_fits("diagnosis", print, list, NR(list), sizeof(list[0]));
}

static void test_output_fails(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);

	(void)state;
	printed_fails(print, &diagnosis);
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
