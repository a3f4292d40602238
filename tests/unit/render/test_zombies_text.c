// SPDX-License-Identifier: GPL-2.0-only
#include "golden/printed.h"
#include "golden/zombies.h"

struct look {
	bool color;
	uint32_t top;
};

static int print(void *arg, FILE *out)
{
	const struct look *look = arg;
	struct memcgs memcgs = golden_memcgs();
	struct charge_walk walk = golden_walk();
	struct zombies of = golden_zombies(&memcgs, &walk);
	int err;

	of.top = look->top;
	err = zombies__print_text(&of, look->color, out);
	zombies__free(&of);
	charge_walk__free(&walk);
	return err;
}

static void test_golden(void **state)
{
	(void)state;
	printed_is("zombies.txt", print, &(struct look){false, 0});
	printed_is("zombies-color.txt", print, &(struct look){true, 1});
}

static void test_output_fails(void **state)
{
	(void)state;
	printed_fails(print, &(struct look){false, 0});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
