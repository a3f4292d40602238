// SPDX-License-Identifier: GPL-2.0-only
#include "golden/cgroups.h"

#include "render/cgroups_json.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK "python3 tests/unit/check-schema.py tests/unit/cgroups.schema.json"

static char *printed(struct cgroup_statement statement)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(cgroups_json__print(&statement, out), 0);
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
	check("cgroups-one.json", golden_cgroups_one());
	check("cgroups.json", golden_cgroups_all());
	check("cgroups-nothing.json", golden_cgroups_nothing());
	check("cgroups-gone.json", golden_cgroups_gone());
}

static void test_as_the_schema_says(void **state)
{
	const struct cgroup_statement list[] = {golden_cgroups_one(), golden_cgroups_all(),
						golden_cgroups_nothing(), golden_cgroups_gone()};
	FILE *check = popen(CHECK, "w");

	(void)state;
	assert_non_null(check);
	for (size_t i = 0; i < NR(list); i++) {
		char *text = printed(list[i]);

		fputs(text, check);
		free(text);
	}
	assert_int_equal(pclose(check), 0);
}

/* A name is told as it is. */
static void test_a_name_is_exact(void **state)
{
	char *text = printed(golden_cgroups_all());
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
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	assert_int_equal(cgroups_json__print(&statement, out), -EIO);
	fclose(out);
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
