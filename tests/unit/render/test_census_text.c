// SPDX-License-Identifier: GPL-2.0-only
#include "golden/census.h"

#include <errno.h>

static void check(const char *name, struct census census, bool color)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(census__print_text(&census, color, out), 0);
	assert_int_equal(fclose(out), 0);
	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	(void)state;
	check("census.txt", golden_census(), false);
	check("census-color.txt", golden_census(), true);
	check("census-nothing.txt", (struct census){.kernel = "5.15.0"}, false);
}

/* It is noticed when it happens and when it happened before. */
static void test_output_fails(void **state)
{
	struct census census = golden_census();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(census__print_text(&census, false, full), -EIO);
	fclose(full);
	full = fopen("/dev/full", "w");
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(census__print_text(&census, false, full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
