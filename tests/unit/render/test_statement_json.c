// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pages.h"

#include "render/statement_json.h"

#include <stdlib.h>
#include <string.h>

#define CHECK "python3 tests/unit/check-schema.py tests/unit/ledger.schema.json"

static char *printed(struct statement statement)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(statement_json__print(&statement, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_ptr_equal(strchr(text, '\n'), text + length - 1);
	return text;
}

static void check(const char *name, struct statement statement)
{
	char *text = printed(statement);

	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	(void)state;
	check("statement.json", golden_statement());
	check("statement-after.json", golden_statement_after());
	check("statement-nothing.json", golden_statement_nothing());
}

static void test_as_the_schema_says(void **state)
{
	const struct statement list[] = {golden_statement(), golden_statement_after(),
					 golden_statement_nothing()};
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

/* An alias that is not UTF-8 is repaired, and costs nothing else. */
static void test_alias_of_other_bytes(void **state)
{
	struct statement_cache cache = {.name = "a", .aliases = "b, c\xff, d"};
	struct statement statement = golden_statement();
	char *text;

	(void)state;
	statement.caches = &cache;
	statement.nr_caches = statement.nr_caches_all = 1;
	text = printed(statement);
	assert_non_null(strstr(text, "[\"b\",\"c\\uFFFD\",\"d\"]"));
	free(text);
}

static void test_output_fails(void **state)
{
	struct statement statement = golden_statement();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_true(statement_json__print(&statement, full) < 0);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_as_the_schema_says),
		cmocka_unit_test(test_alias_of_other_bytes),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
