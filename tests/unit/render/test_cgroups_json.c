// SPDX-License-Identifier: GPL-2.0-only
#include "golden/cgroups.h"
#include "golden/printed.h"

#include "render/cgroups_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print(void *arg, FILE *out)
{
	return cgroups_json__print(arg, out);
}

static void test_golden(void **state)
{
	struct cgroup_statement one = golden_cgroups_one(), all = golden_cgroups_all();
	struct cgroup_statement nothing = golden_cgroups_nothing(), gone = golden_cgroups_gone();

	(void)state;
	printed_is("cgroups-one.json", print, &one);
	printed_is("cgroups.json", print, &all);
	printed_is("cgroups-nothing.json", print, &nothing);
	printed_is("cgroups-gone.json", print, &gone);
}

static void test_as_the_schema_says(void **state)
{
	struct cgroup_statement list[] = {golden_cgroups_one(), golden_cgroups_all(),
					  golden_cgroups_nothing(), golden_cgroups_gone()};

	(void)state;
	printed_fits("cgroups", print, list, NR(list), sizeof(list[0]));
}

/* A name is told as it is. */
static void test_a_name_is_exact(void **state)
{
	struct cgroup_statement all = golden_cgroups_all();
	char *text = printed(print, &all);
	json_t *object = json_loads(text, 0, NULL);
	json_t *row = json_array_get(json_object_get(object, "cgroups"), 0);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(row, "path")), GOLDEN_PATH);
	json_decref(object);
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
		cmocka_unit_test(test_as_the_schema_says),
		cmocka_unit_test(test_a_name_is_exact),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
