// SPDX-License-Identifier: GPL-2.0-only
#include "golden/cgroups.h"

#include "render/cgroups_prom.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *printed(struct cgroup_statement statement)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(cgroups_prom__print(&statement, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void check(const char *name, struct cgroup_statement statement)
{
	char *text = printed(statement);

	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	(void)state;
	check("cgroups-one.prom", golden_cgroups_one());
	check("cgroups.prom", golden_cgroups_all());
	check("cgroups-nothing.prom", golden_cgroups_nothing());
	check("cgroups-gone.prom", golden_cgroups_gone());
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
	text = printed(statement);
	for (at = text; (at = strstr(at, "\nkleak_cgroup_usage_bytes{")); at++)
		nr++;
	assert_int_equal(nr, CGROUPS_PROM_MOST);
	free(text);
}

static void test_output_fails(void **state)
{
	struct cgroup_statement statement = golden_cgroups_one();
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	assert_int_equal(cgroups_prom__print(&statement, out), -EIO);
	fclose(out);
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
