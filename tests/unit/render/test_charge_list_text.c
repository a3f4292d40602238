// SPDX-License-Identifier: GPL-2.0-only
#include "golden/charge_growth.h"
#include "golden/charge_list.h"
#include "golden/printed.h"

struct look {
	bool color;
	uint32_t top;
};

static int print(void *arg, FILE *out)
{
	const struct look *look = arg;
	struct memcgs memcgs = golden_memcgs();
	struct charge_walk walk = golden_walk();
	struct charge_list of = golden_list(&memcgs, &walk);
	int err;

	of.top = look->top;
	err = charge_list__print_text(&of, look->color, out);
	charge_list__free(&of);
	charge_walk__free(&walk);
	return err;
}

static void test_golden(void **state)
{
	(void)state;
	printed_is("charges.txt", print, &(struct look){false, 0});
	printed_is("charges-color.txt", print, &(struct look){true, 1});
}

static int print_plain(const struct charge_list *list, FILE *out)
{
	return charge_list__print_text(list, false, out);
}

static int print_grown(void *arg, FILE *out)
{
	(void)arg;
	return golden_print_grown(print_plain, out);
}

static void test_growth(void **state)
{
	(void)state;
	printed_is("charges-grown.txt", print_grown, NULL);
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
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
