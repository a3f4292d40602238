// SPDX-License-Identifier: GPL-2.0-only
#include "golden/cgroups.h"
#include "golden/printed.h"

#include "render/cgroups_prom.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print(void *arg, FILE *out)
{
	return cgroups_prom__print(arg, out);
}

static void test_golden(void **state)
{
	struct cgroup_statement one = golden_cgroups_one(), all = golden_cgroups_all();
	struct cgroup_statement nothing = golden_cgroups_nothing(), gone = golden_cgroups_gone();

	(void)state;
	printed_is("cgroups-one.prom", print, &one);
	printed_is("cgroups.prom", print, &all);
	printed_is("cgroups-nothing.prom", print, &nothing);
	printed_is("cgroups-gone.prom", print, &gone);
}

/* A machine with thousands of cgroups does not make thousands of series. */
static void test_no_more_than_so_many(void **state)
{
	static struct cgroup_row rows[CGROUPS_PROM_MOST + 1];
	static char names[CGROUPS_PROM_MOST + 1][16];
	struct cgroup_statement statement = golden_cgroups_all();
	char *text, *at;
	size_t nr = 0;

	(void)state;
	for (size_t i = 0; i < NR(rows); i++) {
		snprintf(names[i], sizeof(names[i]), "/%zu", i);
		rows[i] = golden_cgroup_rows[1];
		rows[i].path = names[i];
	}
	statement.rows = rows;
	statement.nr_rows = NR(rows);
	text = printed(print, &statement);
	for (at = text; (at = strstr(at, "\nkleak_cgroup_usage_bytes{")); at++)
		nr++;
	assert_int_equal(nr, CGROUPS_PROM_MOST);
	free(text);
}

static void test_output_fails(void **state)
{
	struct cgroup_statement statement = golden_cgroups_one();

	(void)state;
	printed_fails(print, &statement);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_no_more_than_so_many),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
