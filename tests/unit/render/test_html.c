// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pictures.h"

#include "render/html.h"

#include <errno.h>
#include <time.h>

#define MANY 20000

static char *printed(const struct report *report, const struct chronicle *chronicle)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(html__print(report, chronicle, NULL, WEIGHT_BYTES, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), length);
	return text;
}

/* The page of a run of one report. */
static char *page(const struct report *report)
{
	struct chronicle chronicle = {};

	chronicle__enter(&chronicle, report);
	return printed(report, &chronicle);
}

static void check(const char *name, struct report report)
{
	pictures_check(name, page(&report));
}

static void test_golden(void **state)
{
	struct report_site sites[NR(golden_sites)], site;
	struct report report = pictures_report(sites);
	struct chronicle chronicle = {};

	(void)state;
	for (int i = 1; i <= 3; i++) {
		struct coverage_class ledger[NR(golden_ledger)];

		memcpy(ledger, golden_ledger, sizeof(ledger));
		for (size_t c = 0; c < NR(ledger); c++) {
			ledger[c].kernel_delta_bytes = ledger[c].kernel_delta_bytes * i / 3;
			ledger[c].traced_bytes = ledger[c].traced_bytes * i / 3;
		}
		report.ledger = ledger;
		report.elapsed_s = 5 * i;
		chronicle__enter(&chronicle, &report);
	}
	report.ledger = golden_ledger;
	pictures_check("report.html", printed(&report, &chronicle));
	check("final.html", golden_final());
	check("nothing.html", golden_nothing());
	check("huge.html", golden_huge());
	check("hostile.html", golden_hostile());
	check("markup.html", pictures_markup(&site));
}

/* With numbers of all sizes, two points of a chart. */
static void test_huge_charts(void **state)
{
	struct report report = golden_huge();
	struct chronicle chronicle = {};
	char *text;

	(void)state;
	report.elapsed_s = 0;
	chronicle__enter(&chronicle, &report);
	report.elapsed_s = 1e300;
	chronicle__enter(&chronicle, &report);
	text = printed(&report, &chronicle);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf,"));
	free(text);
}

static size_t times(const char *text, const char *what)
{
	size_t nr = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		nr++;
	return nr;
}

/* What is worst stands first, whatever has the most bytes. */
/* Three counts of a file are more than a number holds. */
static void test_huge_events(void **state)
{
	struct report report = golden_nothing();
	char *text;

	(void)state;
	report.events.frees = report.events.live = INT64_MAX;
	report.events.implicit_frees = INT64_MAX;
	text = page(&report);
	assert_non_null(strstr(text, "= difference</th><td>18446744073709551615</td>"));
	free(text);
}

static void test_worst_first(void **state)
{
	struct report_site sites[2] = {golden_sites[2], golden_sites[0]};
	struct report report = golden_report();
	char *text;

	(void)state;
	sites[0].bytes = 1ULL << 40;
	sites[1].unreferenced = 0;
	report.sites = sites;
	report.nr_sites = 2;
	text = page(&report);
	assert_true(strstr(text, "<tbody class=\"site\" id=\"s00f3a9c1d2e4b587\"") <
		    strstr(text, "<tbody class=\"site\" id=\"s0000000000000001\""));
	assert_int_equal(times(text, " open=\"open\""), 1);
	/* bars are of the largest one, wherever it stands */
	assert_int_equal(times(text, "1.0T</span><span class=\"bar\"><i style=\"width:100.0%\">"),
			 1);
	assert_int_equal(times(text, "9.1M</span><span class=\"bar\"><i style=\"width:0.0%\">"), 1);
	free(text);
}

/* What the page of so many sites takes, in seconds of the CPU's; *text: the page, to be freed. */
static double seconds_for(const struct report_site *sites, size_t nr, char **text)
{
	struct report report = golden_report();
	clock_t start = clock();

	report.sites = sites;
	report.nr_sites = report.nr_sites_all = nr;
	report.bytes_all = 1000ULL * nr + nr * (nr - 1ULL) / 2;
	*text = page(&report);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Ten times the sites take ten times the time at most, whatever the machine; twice that by chance.
 */
static void test_many(void **state)
{
	struct report_site *sites = calloc(MANY, sizeof(*sites));
	double few_s, many_s;
	char *text;

	(void)state;
	assert_non_null(sites);
	for (size_t i = 0; i < MANY; i++) {
		sites[i] = golden_sites[i % 2];
		sites[i].id = i;
		sites[i].bytes = 1000 + i;
	}
	few_s = seconds_for(sites, MANY / 10, &text);
	free(text);
	many_s = seconds_for(sites, MANY, &text);
	assert_true(many_s < 20 * few_s);
	assert_int_equal(times(text, "<tbody class=\"site\""), HTML_SITES);
	assert_int_equal(times(text, " open=\"open\""), 3);
	assert_non_null(strstr(text, "… and 19500 more sites"));
	free(text);
	free(sites);
}

/* Nothing is fetched: the only addresses are names of XML. */
static void test_self_contained(void **state)
{
	struct report report = golden_report();
	char *text = page(&report);

	(void)state;
	for (char *at = strstr(text, "://"); at; at = strstr(at + 1, "://"))
		assert_true(!strncmp(at + 3, "www.w3.org/", 11));
	assert_null(strstr(text, "href"));
	assert_null(strstr(text, "src="));
	assert_null(strstr(text, "@import"));
	assert_null(strstr(text, "url("));
	free(text);
}

/* A file that somebody sent says what it wants, but not to the browser. */
static void test_names_are_no_markup(void **state)
{
	struct report_site site;
	struct report report = pictures_markup(&site);
	char *text = page(&report);

	(void)state;
	assert_null(strstr(text, "<script>alert"));
	assert_null(strstr(text, "onclick=\""));
	assert_null(strstr(text, "onload=\""));
	free(text);
}

/* Whom the objects of a site are charged to stands beside who allocates them. */
static void test_charged(void **state)
{
	struct report report = golden_of_charged();
	char *text = page(&report);

	(void)state;
	assert_non_null(strstr(text, "<dt>Charged to</dt><dd>/sys/fs/cgroup/app.slice</dd>"));
	assert_non_null(strstr(text,
			       "<h4>Charged to</h4><ul><li>of 64 objects that were looked at</li>"
			       "<li>30 <small>/app.slice</small>, allocated by others</li>"
			       "<li>20 <small>/app.slice/a b</small></li>"
			       "<li>5 <small>/system.slice/nginx.service</small></li>"
			       "<li>2 to other cgroups</li><li>4 to no cgroup</li>"
			       "<li>3 not known</li></ul>"));
	assert_int_equal(times(text, "<h4>Charged to</h4>"), 2);
	free(text);
}

static void test_full(void **state)
{
	struct report report = golden_report();
	struct chronicle chronicle = {};
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(html__print(&report, &chronicle, NULL, WEIGHT_BYTES, full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_huge_charts),
		cmocka_unit_test(test_worst_first),
		cmocka_unit_test(test_huge_events),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_self_contained),
		cmocka_unit_test(test_names_are_no_markup),
		cmocka_unit_test(test_charged),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
