// SPDX-License-Identifier: GPL-2.0-only
#include "golden/gates.h"

#include "render/gate_json.h"

#define CHECK "python3 tests/unit/check-schema.py tests/unit/check.schema.json"

static const struct timespec then = {.tv_sec = 1763906605, .tv_nsec = 123000000};

/* One line each. */
static char *printed(void)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	for (int state = GATE_OK; state <= GATE_UNKNOWN; state++) {
		struct gate_result result = golden_gate(state);

		assert_int_equal(gate_json__print(&result, &then, "6.12.5", out), 0);
		for (size_t i = 0; i < result.nr; i++)
			result.findings[i].known = false;
		assert_int_equal(gate_json__print(&result, &then, "6.12.5", out), 0);
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

static void test_golden(void **state)
{
	char *text = printed();

	(void)state;
	golden_compare("check.json", text);
	free(text);
}

static void test_as_the_schema_says(void **state)
{
	FILE *check = popen(CHECK, "w");
	char *text = printed();

	(void)state;
	assert_non_null(check);
	fputs(text, check);
	free(text);
	assert_int_equal(pclose(check), 0);
}

static void test_output_fails(void **state)
{
	struct gate_result result = golden_gate(GATE_OK);
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_true(gate_json__print(&result, &then, "6.12.5", full) < 0);
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
