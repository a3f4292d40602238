// SPDX-License-Identifier: GPL-2.0-only
#include "golden/zombies.h"

#include <errno.h>

#define CHECK "python3 tests/unit/check-schema.py tests/unit/zombies.schema.json"

static int print(FILE *out, uint32_t top)
{
	struct memcgs memcgs = golden_memcgs();
	struct charge_walk walk = golden_walk();
	struct zombies of = golden_zombies(&memcgs, &walk);
	int err;

	of.top = top;
	err = zombies__print_json(&of, out);
	zombies__free(&of);
	charge_walk__free(&walk);
	return err;
}

static char *printed(uint32_t top)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(print(out, top), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void check(const char *name, uint32_t top)
{
	char *text = printed(top);

	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	(void)state;
	check("zombies.json", 0);
}

static void test_as_the_schema_says(void **state)
{
	FILE *to = popen(CHECK, "w");

	(void)state;
	assert_non_null(to);
	for (uint32_t top = 0; top < 2; top++) {
		char *text = printed(top);

		fputs(text, to);
		free(text);
	}
	assert_int_equal(pclose(to), 0);
}

static void test_output_fails(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(print(full, 0), -EIO);
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
