// SPDX-License-Identifier: GPL-2.0-only
#include "golden/cgroups.h"

#include "render/cgroups_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *printed(struct cgroup_statement statement, bool color)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(cgroups_text__print(&statement, color, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void check(const char *name, struct cgroup_statement statement, bool color)
{
	char *text = printed(statement, color);

	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	(void)state;
	check("cgroups-one.txt", golden_cgroups_one(), false);
	check("cgroups.txt", golden_cgroups_all(), false);
	check("cgroups-nothing.txt", golden_cgroups_nothing(), false);
	check("cgroups-gone.txt", golden_cgroups_gone(), false);
	check("cgroups-color.txt", golden_cgroups_one(), true);
}

/* What a name holds cannot command the terminal. */
static void test_a_name_is_no_command(void **state)
{
	char *text = printed(golden_cgroups_all(), false);

	(void)state;
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void test_output_fails(void **state)
{
	struct cgroup_statement statement = golden_cgroups_one();
	FILE *out = fopen("/dev/full", "w");
	const bool color = false;

	(void)state;
	assert_non_null(out);
	assert_int_equal(cgroups_text__print(&statement, color, out), -EIO);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_a_name_is_no_command),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
