// SPDX-License-Identifier: GPL-2.0-only
#include "golden/printed.h"

#include "render/by_cgroup_text.h"

static int print(void *report, FILE *out)
{
	const struct pen pen = {.out = out, .columns = 100};

	return by_cgroup_text__print(&pen, report);
}

static void check(struct report *report, const char *expected)
{
	char *text = printed(print, report);

	assert_string_equal(text, expected);
	free(text);
}

static void test_golden(void **state)
{
	struct report report = golden_of_charged();

	(void)state;
	check(&report, ""); /* it is not asked for */
	report.by_cgroup = true;
	printed_is("by-cgroup.txt", print, &report);
}

static void test_nothing_is_known(void **state)
{
	struct report report = golden_report();

	(void)state;
	report.by_cgroup = true;
	check(&report, "charged to: not known, no object was looked at\n\n");
	report = golden_nothing();
	report.by_cgroup = true;
	check(&report, "");
}

/* Of many the first ones are listed, unless all sites are. */
static void test_many(void **state)
{
	static struct report_site sites[30];
	static char paths[NR(sites)][16];
	struct report report = golden_report();
	char *text;

	(void)state;
	for (size_t i = 0; i < NR(sites); i++) {
		snprintf(paths[i], sizeof(paths[i]), "/group %zu\n", i);
		sites[i] = golden_sites[0];
		sites[i].bytes = KIB(100 - (int)i);
		sites[i].charged = (struct report_charged){
			.looked_at = 1, .groups = {{paths[i], 1}}, .nr_groups = 1};
	}
	report.by_cgroup = true;
	report.sites = sites;
	report.nr_sites = NR(sites);
	text = printed(print, &report);
	assert_non_null(
		strstr(text, "  /group 9\\x0a\n      1.6M  … 20 more (--top 0 lists all)\n"));
	assert_null(strstr(text, "group 10"));
	free(text);
	report.all_listed = true;
	text = printed(print, &report);
	assert_non_null(strstr(text, "  /group 29\\x0a\n\n"));
	free(text);
	/* "1 more" takes a line, too */
	report.all_listed = false;
	report.nr_sites = 11;
	text = printed(print, &report);
	assert_non_null(strstr(text, "  /group 10\\x0a\n\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_nothing_is_known),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
