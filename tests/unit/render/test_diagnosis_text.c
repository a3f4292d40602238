// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pages.h"

#include "render/diagnosis_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *printed(struct diagnosis diagnosis, bool color)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(diagnosis_text__print(&diagnosis, color, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void check(const char *name, struct diagnosis diagnosis)
{
	char *text = printed(diagnosis, false);

	golden_compare(name, text);
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void test_a_leak(void **state)
{
	struct report report = golden_report();

	(void)state;
	check("diagnosis.txt", golden_diagnosis(&report));
}

static void test_nothing_was_traced(void **state)
{
	(void)state;
	check("diagnosis-nothing.txt", golden_diagnosis(NULL));
}

/* It never says that there is no leak beside something that grows and was not traced. */
static void test_nothing_was_found(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	struct suspect growth;
	char *text;

	(void)state;
	report.nr_sites = 0;
	diagnosis.nr_growth = 0;
	text = printed(diagnosis, false);
	assert_int_equal(strncmp(text, "no leak found  ", 15), 0);
	free(text);
	growth = golden_growth[NR(golden_growth) - 1];
	growth.sure = true;
	diagnosis.growth = &growth;
	diagnosis.nr_growth = 1;
	text = printed(diagnosis, false);
	assert_int_equal(strncmp(text, "UNDECIDED: something grows that was not traced  ", 48), 0);
	free(text);
}

static void test_suspects_only(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	char *text;

	(void)state;
	report.sites = &golden_sites[1];
	report.nr_sites = 1;
	text = printed(diagnosis, false);
	assert_non_null(strstr(text, "UNDECIDED: no leak proven, 1 suspect"));
	assert_null(strstr(text, "bug report"));
	free(text);
}

static void test_hostile_names(void **state)
{
	struct report report = golden_hostile();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	char *text;

	(void)state;
	text = printed(diagnosis, false);
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void test_color(void **state)
{
	struct report report = golden_report();
	char *text = printed(golden_diagnosis(&report), true);
	char *block = strstr(text, "---- bug report");

	(void)state;
	assert_non_null(strstr(text, "\x1b[1;31mLEAK"));
	assert_non_null(block);
	assert_null(strchr(block, '\x1b'));
	free(text);
}

static void test_advice(void **state)
{
	const char *next[DIAGNOSIS_NEXT];
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);

	(void)state;
	assert_in_range(diagnosis__advise(&diagnosis, next), 2, DIAGNOSIS_NEXT);
	assert_non_null(strstr(next[0], "should free"));
	diagnosis = golden_diagnosis(NULL);
	assert_int_equal(diagnosis__advise(&diagnosis, next), 1);
	assert_non_null(strstr(next[0], "--for"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_leak),	      cmocka_unit_test(test_nothing_was_traced),
		cmocka_unit_test(test_nothing_was_found),
		cmocka_unit_test(test_suspects_only), cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_color),	      cmocka_unit_test(test_advice),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
