// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pages.h"

#include "render/statement_prom.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *printed(struct statement statement)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(statement_prom__print(&statement, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* tests/unit/check_prom.py reads these. */
static void test_golden(void **state)
{
	char *text = printed(golden_statement());

	(void)state;
	golden_compare("statement.prom", text);
	free(text);
	text = printed(golden_statement_nothing());
	golden_compare("statement-nothing.prom", text);
	free(text);
}

static size_t count(const char *text, const char *what)
{
	size_t nr = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		nr++;
	}
	return nr;
}

/* A machine with thousands of caches does not make thousands of series. */
static void test_no_more_than_so_many(void **state)
{
	struct statement statement = golden_statement();
	struct statement_cache *caches = calloc(STATEMENT_PROM_MOST + 1, sizeof(*caches));
	char names[STATEMENT_PROM_MOST + 1][16], *text;

	(void)state;
	assert_non_null(caches);
	for (size_t i = 0; i <= STATEMENT_PROM_MOST; i++) {
		snprintf(names[i], sizeof(names[i]), "cache%zu", i);
		caches[i].name = names[i];
	}
	statement.caches = caches;
	statement.nr_caches = STATEMENT_PROM_MOST + 1;
	text = printed(statement);
	assert_int_equal(count(text, "kleak_books_cache_bytes{"), STATEMENT_PROM_MOST);
	assert_int_equal(count(text, "kleak_books_cache_objects{"), STATEMENT_PROM_MOST);
	free(text);
	free(caches);
}

static void test_the_last_one(void **state)
{
	struct statement statement = golden_statement();
	char *text;

	(void)state;
	statement.final = true;
	text = printed(statement);
	assert_non_null(strstr(text, "\nkleak_books_running 0\n"));
	free(text);
}

static void test_output_fails(void **state)
{
	struct statement statement = golden_statement();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(statement_prom__print(&statement, full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_no_more_than_so_many),
		cmocka_unit_test(test_the_last_one),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
