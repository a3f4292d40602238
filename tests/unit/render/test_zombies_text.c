// SPDX-License-Identifier: GPL-2.0-only
#include "golden/zombies.h"

#include <errno.h>

static int print(FILE *out, bool color, uint32_t top)
{
	struct memcgs memcgs = golden_memcgs();
	struct charge_walk walk = golden_walk();
	struct zombies of = golden_zombies(&memcgs, &walk);
	int err;

	of.top = top;
	err = zombies__print_text(&of, color, out);
	zombies__free(&of);
	charge_walk__free(&walk);
	return err;
}

static char *printed(bool color, uint32_t top)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(print(out, color, top), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void check(const char *name, bool color, uint32_t top)
{
	char *text = printed(color, top);

	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	(void)state;
	check("zombies.txt", false, 0);
	check("zombies-color.txt", true, 1);
}

static void test_output_fails(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(print(full, false, 0), -EIO);
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
