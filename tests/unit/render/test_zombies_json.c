// SPDX-License-Identifier: GPL-2.0-only
#include "golden/printed.h"
#include "golden/zombies.h"

/* arg: --top */
static int print(void *arg, FILE *out)
{
	struct memcgs memcgs = golden_memcgs();
	struct charge_walk walk = golden_walk();
	struct zombies of = golden_zombies(&memcgs, &walk);
	int err;

	of.top = *(const uint32_t *)arg;
	err = zombies__print_json(&of, out);
	zombies__free(&of);
	charge_walk__free(&walk);
	return err;
}

static uint32_t tops[] = {0, 1};

static void test_golden(void **state)
{
	(void)state;
	printed_is("zombies.json", print, &tops[0]);
}

static void test_as_the_schema_says(void **state)
{
	(void)state;
	printed_fits("zombies", print, tops, NR(tops), sizeof(tops[0]));
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
		cmocka_unit_test(test_as_the_schema_says),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
