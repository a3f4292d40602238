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
	diagnosis.groups.nr = 0;
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
	diagnosis.groups.list++;
	diagnosis.groups.nr = 1;
	diagnosis.modules++;
	text = printed(diagnosis, false);
	assert_non_null(strstr(text, "UNDECIDED: no leak proven, 1 suspect"));
	assert_null(strstr(text, "bug report"));
	free(text);
}

/* One site is one; a leak that is at three of them is still one. */
static void test_counts_groups(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	char *text = printed(diagnosis, false);

	(void)state;
	assert_non_null(strstr(text, "LEAK: 1 cause, 3 sites  "));
	free(text);
	diagnosis.groups.list[0].nr = 1;
	text = printed(diagnosis, false);
	assert_non_null(strstr(text, "LEAK: 1 site  "));
	assert_null(strstr(text, "with one cause"));
	free(text);
}

/* --top lists less, and counts all. */
static void test_top(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	struct diagnosis_modules modules[3] = {};
	struct group groups[3];
	char *text;

	(void)state;
	for (size_t i = 0; i < NR(groups); i++)
		groups[i] = diagnosis.groups.list[0];
	diagnosis.groups.list = groups;
	diagnosis.groups.nr = NR(groups);
	diagnosis.modules = modules;
	diagnosis.top = 1;
	text = printed(diagnosis, false);
	assert_non_null(strstr(text, "LEAK: 3 causes, 9 sites  "));
	assert_non_null(strstr(text, "… and 2 more LEAK\n"));
	assert_non_null(strstr(text, "… and 1 more (--top 0 lists them)\n"));
	assert_non_null(strstr(text, "  and 2 more leaks\n---- to here"));
	assert_non_null(strstr(text, "module:     none, the kernel itself\n"));
	free(text);
}

/* All that is printed of a leak, with names from outside. */
static void golden_hostile_group(struct diagnosis *diagnosis, const struct report *report)
{
	static const struct diagnosis_modules modules = {{{HOSTILE, "\x1b", "\x1b"}}, 1};
	static struct groups_member members[2] = {{.headline = {0, 1}}, {.headline = {0, 1}}};
	static struct group group;

	group = (struct group){.sum = report->sites[0], .common = {0, 1}, .nr = 2};
	group.sum.verdict.is = (struct verdict){VERDICT_LEAK, "grows", NAN};
	diagnosis->groups =
		(struct groups){.list = &group, .nr = 1, .members = members, .nr_members = 2};
	diagnosis->modules = &modules;
}

static void test_hostile_names(void **state)
{
	struct report report = golden_hostile();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	char *text;

	(void)state;
	golden_hostile_group(&diagnosis, &report);
	text = printed(diagnosis, false);
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "bug report"));
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

static void check_older(struct lookalikes_site site, const char *expected)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	char *text;

	site.id = diagnosis.lookalikes.list[0].id;
	diagnosis.lookalikes.list[0] = site;
	text = printed(diagnosis, false);
	assert_non_null(strstr(text, expected));
	free(text);
}

/* What is not known is not said. */
static void test_older_memory(void **state)
{
	(void)state;
	check_older((struct lookalikes_site){.own = {9, 9}, .older = {50, 10}, .older_all = 60},
		    "older memory: of ~60 objects in kmalloc-256 from before the trace ~20% look "
		    "like these\n\n");
	check_older((struct lookalikes_site){.own = {9, 9}},
		    "older memory: nothing seen in the cache is from before the trace\n\n");
	check_older((struct lookalikes_site){.own = {9, 9}, .others = {9, 9}, .older = {9, 9}},
		    "older memory: not known: objects of others in the same cache look like "
		    "these\n\n");
	check_older((struct lookalikes_site){.older = {9, 9}},
		    "older memory: not known: these objects hold too little to be told from "
		    "others\n\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_leak),
		cmocka_unit_test(test_nothing_was_traced),
		cmocka_unit_test(test_nothing_was_found),
		cmocka_unit_test(test_suspects_only),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_counts_groups),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_color),
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_older_memory),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
