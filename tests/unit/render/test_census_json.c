// SPDX-License-Identifier: GPL-2.0-only
#include "golden/census.h"

#include <errno.h>

#define CHECK "python3 tests/unit/check-schema.py tests/unit/census.schema.json"

static char *printed(struct census census)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(census__print_json(&census, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_ptr_equal(strchr(text, '\n'), text + length - 1);
	return text;
}

static void test_golden(void **state)
{
	char *text = printed(golden_census());

	(void)state;
	golden_compare("census.json", text);
	free(text);
}

static void test_as_the_schema_says(void **state)
{
	const struct census list[] = {golden_census(), {.kernel = "5.15.0"}};
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
	struct census census = golden_census();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(census__print_json(&census, full), -EIO);
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
