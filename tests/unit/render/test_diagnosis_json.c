// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pages.h"

#include "render/diagnosis_json.h"

#include <stdlib.h>
#include <string.h>

#define CHECK "python3 tests/unit/check-schema.py tests/unit/diagnosis.schema.json"

static char *printed(struct diagnosis diagnosis)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(diagnosis_json__print(&diagnosis, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_ptr_equal(strchr(text, '\n'), text + length - 1);
	return text;
}

static void check(const char *name, struct diagnosis diagnosis)
{
	char *text = printed(diagnosis);

	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	struct report report = golden_report();

	(void)state;
	check("diagnosis.json", golden_diagnosis(&report));
	check("diagnosis-nothing.json", golden_diagnosis(NULL));
}

static void test_as_the_schema_says(void **state)
{
	struct report report = golden_report();
	const struct diagnosis list[] = {golden_diagnosis(&report), golden_diagnosis(NULL)};
	FILE *check = popen(CHECK, "w");

	(void)state;
	assert_non_null(check);
	for (size_t i = 0; i < NR(list); i++) {
		char *text = printed(list[i]);

		fputs(text, check);
		free(text);
	}
	assert_int_equal(pclose(check), 0);
}

static void test_output_fails(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_true(diagnosis_json__print(&diagnosis, full) < 0);
	fclose(full);
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
