// SPDX-License-Identifier: GPL-2.0-only
#include "golden/printed.h"

#include "render/html_cgroups.h"

static int print(void *report, FILE *out)
{
	return html_cgroups__print(out, report);
}

static void test_rows(void **state)
{
	struct report report = golden_of_charged();
	char *text = printed(print, &report);

	(void)state;
	assert_non_null(strstr(text, "<h2>Charged to</h2>"));
	assert_non_null(strstr(text, "by 76 objects that were looked at"));
	assert_non_null(strstr(text, "<th scope=\"row\">/app.slice/a b</th>"));
	assert_non_null(strstr(text, "<th scope=\"row\"><small>no cgroup</small></th>"));
	assert_non_null(strstr(text, "<small>not known</small>"));
	assert_non_null(strstr(text, "</tbody></table></div>\n</section>\n"));
	free(text);
}

static void test_nothing_is_known(void **state)
{
	struct report report = golden_report();
	char *text = printed(print, &report);

	(void)state;
	assert_string_equal(text, "");
	free(text);
}

/* Names are no markup, and there is an end to them. */
static void test_many(void **state)
{
	static struct report_site sites[150];
	static char paths[NR(sites)][16];
	struct report report = golden_report();
	char *text;

	(void)state;
	for (size_t i = 0; i < NR(sites); i++) {
		snprintf(paths[i], sizeof(paths[i]), "/<b>%zu", i);
		sites[i].bytes = 1000 - i;
		sites[i].charged = (struct report_charged){
			.looked_at = 1, .groups = {{paths[i], 1}}, .nr_groups = 1};
	}
	report.sites = sites;
	report.nr_sites = NR(sites);
	text = printed(print, &report);
	assert_non_null(strstr(text, "/&#60;b&#62;99</th>"));
	assert_null(strstr(text, "<b>"));
	assert_null(strstr(text, "b&#62;100<"));
	assert_non_null(strstr(text, "<p>50 more have less</p>"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nothing_is_known),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
