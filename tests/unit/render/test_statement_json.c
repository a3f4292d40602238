// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pages.h"
#include "golden/printed.h"

#include "render/statement_json.h"

static int print(void *arg, FILE *out)
{
	return statement_json__print(arg, out);
}

static void test_golden(void **state)
{
	struct statement before = golden_statement(), after = golden_statement_after();
	struct statement nothing = golden_statement_nothing();

	(void)state;
	printed_is("statement.json", print, &before);
	printed_is("statement-after.json", print, &after);
	printed_is("statement-nothing.json", print, &nothing);
}

static void test_as_the_schema_says(void **state)
{
	struct statement list[] = {golden_statement(), golden_statement_after(),
				   golden_statement_nothing()};

	(void)state;
	printed_fits("ledger", print, list, NR(list), sizeof(list[0]));
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
	text = printed(print, &statement);
	assert_non_null(strstr(text, "[\"b\",\"c\\uFFFD\",\"d\"]"));
	free(text);
}

static void test_output_fails(void **state)
{
	struct statement statement = golden_statement();

	(void)state;
	printed_fails(print, &statement);
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
