// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pages.h"

#include "render/statement_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *printed(struct statement statement, bool color)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(statement_text__print(&statement, color, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* As the golden file says, no line too wide, nothing that commands a terminal. */
static void check(const char *name, struct statement statement)
{
	char *text = printed(statement, false);

	golden_compare(name, text);
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void test_stream(void **state)
{
	(void)state;
	check("statement.txt", golden_statement());
}

static void test_after(void **state)
{
	(void)state;
	check("statement-after.txt", golden_statement_after());
}

static void test_before(void **state)
{
	struct statement statement = golden_statement_after();

	(void)state;
	statement.phase = STATEMENT_BEFORE;
	statement.final = false;
	check("statement-before.txt", statement);
}

static void test_nothing(void **state)
{
	(void)state;
	check("statement-nothing.txt", golden_statement_nothing());
}

static void test_color(void **state)
{
	char *text = printed(golden_statement(), true);

	(void)state;
	golden_compare("statement-color.txt", text);
	free(text);
}

static void test_nothing_changed(void **state)
{
	struct statement statement = golden_statement_after();
	char *text;

	(void)state;
	statement.caches = &golden_statement_caches[2];
	statement.nr_caches = statement.nr_caches_all = 1;
	statement.callers = &golden_callers[1];
	statement.nr_callers = statement.nr_callers_all = 1;
	text = printed(statement, false);
	assert_non_null(strstr(text, "no cache changed"));
	assert_non_null(strstr(text, "no vmalloc caller changed"));
	free(text);
}

/* The only line of source did not change: no bare head of columns. */
static void test_no_line_changed(void **state)
{
	struct statement_line still = {.place = "mm/slub.c:1", .function = "f"};
	struct statement statement = golden_statement_after();
	char *text;

	(void)state;
	statement.lines = &still;
	statement.nr_lines = statement.nr_lines_all = 1;
	text = printed(statement, false);
	assert_non_null(strstr(text, "no line of source changed"));
	free(text);
}

/* A list of aliases is cut between characters. */
static void test_aliases_that_are_cut(void **state)
{
	struct statement_cache cache = {.name = "kmalloc-8",
					.aliases = "a, "
						   "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3"
						   "\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
						   "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3"
						   "\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
						   "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3"
						   "\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"};
	struct statement statement = golden_statement();
	char *text;

	(void)state;
	statement.caches = &cache;
	statement.nr_caches = statement.nr_caches_all = 1;
	text = printed(statement, false);
	assert_non_null(strstr(text, "\xc3\xa9…)"));
	assert_null(strstr(text, "\\xc3"));
	free(text);
}

static void test_output_fails(void **state)
{
	struct statement statement = golden_statement();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_true(statement_text__print(&statement, false, full) < 0);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream),		cmocka_unit_test(test_after),
		cmocka_unit_test(test_before),		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_color),		cmocka_unit_test(test_nothing_changed),
		cmocka_unit_test(test_no_line_changed), cmocka_unit_test(test_aliases_that_are_cut),
		cmocka_unit_test(test_output_fails),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
