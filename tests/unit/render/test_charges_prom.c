// SPDX-License-Identifier: GPL-2.0-only
#include "golden/charge_list.h"
#include "golden/printed.h"

#include "render/charges_prom.h"

/* arg: --top */
static int print(void *arg, FILE *out)
{
	return golden_print_list(*(const uint32_t *)arg, charges_prom__print, out);
}

static uint32_t tops[] = {0, 1};

static void test_golden(void **state)
{
	(void)state;
	printed_is("charges.prom", print, &tops[0]);
}

static size_t count(const char *text, const char *part)
{
	size_t nr = 0;

	while ((text = strstr(text, part))) {
		text++;
		nr++;
	}
	return nr;
}

/* The first ones; dead ones, whose path may be another one's by now, have no series. */
static void test_which_are_listed(void **state)
{
	char *text = printed(print, &tops[1]);

	(void)state;
	assert_int_equal(count(text, "\nkleak_charged_kernel_bytes{"), 1);
	assert_int_equal(count(text, "(deleted)") + count(text, "job 7"), 0);
	assert_non_null(strstr(text, "\nkleak_charged_dead_bytes 4198400\n"));
	assert_non_null(strstr(text, "\nkleak_charged_unknown_bytes 8192\n"));
	free(text);
}

static struct memcg many[CHARGES_PROM_MOST + 2];

static int print_many(void *arg, FILE *out)
{
	const struct memcgs memcgs = {.list = many, .nr = NR(many)};
	struct charge_walk walk = {};
	struct charge_list of;
	int err;

	assert_int_equal(charge_sums__begin(&walk.sums, NR(many)), 0);
	for (uint32_t i = 0; i < NR(many); i++)
		charge_sums__add(&walk.sums, i, CHARGE_PAGES, 4096ULL * i);
	of = golden_list(&memcgs, &walk);
	of.top = *(const uint32_t *)arg;
	err = charges_prom__print(&of, out);
	charge_list__free(&of);
	charge_walk__free(&walk);
	return err;
}

/* A machine with thousands of cgroups does not make thousands of series; what has no name has none.
 */
static void test_no_more_than_so_many(void **state)
{
	static char names[NR(many)][16];
	char *text;

	(void)state;
	for (uint32_t i = 0; i < NR(many); i++) {
		snprintf(names[i], sizeof(names[i]), "%u", i);
		many[i] = (struct memcg){.id = i, .name = i ? names[i] : ""};
	}
	many[0].parent = MEMCGS_NONE;
	text = printed(print_many, &tops[0]);
	assert_int_equal(count(text, "\nkleak_charged_kernel_bytes{"), CHARGES_PROM_MOST);
	/* where per-CPU memory is not known it is no 0 */
	assert_int_equal(count(text, "\"percpu\""), 0);
	free(text);
	for (uint32_t i = 0; i < NR(many); i += 2)
		many[i].name = "";
	text = printed(print_many, &tops[0]);
	assert_int_equal(count(text, "\nkleak_charged_kernel_bytes{"), NR(many) / 2);
	free(text);
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
		cmocka_unit_test(test_which_are_listed),
		cmocka_unit_test(test_no_more_than_so_many),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
