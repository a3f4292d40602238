// SPDX-License-Identifier: GPL-2.0-only
#include "golden/cgroups.h"
#include "golden/printed.h"

#include "render/cgroups_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct look {
	struct cgroup_statement statement;
	bool color;
};

static int print(void *arg, FILE *out)
{
	struct look *look = arg;

	return cgroups_text__print(&look->statement, look->color, out);
}

static void check(const char *name, struct cgroup_statement statement, bool color)
{
	printed_is(name, print, &(struct look){statement, color});
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
	char *text = printed(print, &(struct look){golden_cgroups_all(), false});

	(void)state;
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void test_output_fails(void **state)
{
	(void)state;
	printed_fails(print, &(struct look){golden_cgroups_one(), false});
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
