// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pictures.h"

#include "render/svg.h"

#include <errno.h>

static char *printed(const struct report *report, enum weight weight)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(svg__print(report, weight, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), length);
	return text;
}

static void check(const char *name, struct report report)
{
	pictures_check(name, printed(&report, WEIGHT_BYTES));
}

static void test_golden(void **state)
{
	struct report_site sites[NR(golden_sites)], site;

	(void)state;
	check("report.svg", pictures_report(sites));
	check("nothing.svg", golden_nothing());
	check("huge.svg", golden_huge());
	check("hostile.svg", golden_hostile());
	check("markup.svg", pictures_markup(&site));
}

static void test_weights(void **state)
{
	struct report report = golden_report();
	char *text = printed(&report, WEIGHT_GROWTH);

	(void)state;
	assert_non_null(strstr(text, "growth in bytes a minute"));
	assert_non_null(strstr(text, "+12.1M/min"));
	assert_null(strstr(text, "vmalloc · ")); /* it shrinks */
	free(text);
	text = printed(&report, WEIGHT_UNREFERENCED);
	assert_non_null(strstr(text, "kmalloc-256 · LEAK"));
	assert_null(strstr(text, "dentry"));
	free(text);
}

/* The style and the script are in there, and once for a page. */
static void test_style_and_script(void **state)
{
	struct report report = golden_report();
	char *text = printed(&report, WEIGHT_BYTES), *element = NULL;
	size_t length;
	FILE *out = open_memstream(&element, &length);

	(void)state;
	assert_non_null(strstr(text, "<style>\n.picture {"));
	assert_non_null(strstr(text, "addEventListener"));
	assert_int_equal(svg__element(&report, WEIGHT_BYTES, out), 0);
	fclose(out);
	assert_null(strstr(element, ".picture {"));
	assert_null(strstr(element, "addEventListener"));
	free(element);
	free(text);
}

/* Nothing is fetched: the only addresses are names of XML. */
static void test_self_contained(void **state)
{
	struct report report = golden_report();
	char *text = printed(&report, WEIGHT_BYTES);

	(void)state;
	for (char *at = strstr(text, "://"); at; at = strstr(at + 1, "://"))
		assert_true(at - text > 4 && !strncmp(at + 3, "www.w3.org/", 11));
	assert_null(strstr(text, "href"));
	assert_null(strstr(text, "@import"));
	assert_null(strstr(text, "url("));
	free(text);
}

/* What is left out is said. */
static void test_narrow(void **state)
{
	struct report_site sites[2] = {golden_sites[0], golden_sites[3]};
	struct report report = golden_report();
	char *text;

	(void)state;
	sites[0].bytes = 1ULL << 40;
	report.sites = sites;
	report.nr_sites = 2;
	text = printed(&report, WEIGHT_BYTES);
	assert_non_null(strstr(text, "left out: 1 box narrower than 0.1 pixel (64)"));
	assert_null(strstr(text, "percpu · "));
	free(text);
}

/* Of more boxes than a browser likes the narrowest are left out. */
static void test_too_many(void **state)
{
	enum { SITES = 1200, FRAMES = 40 };
	struct report_site *sites = calloc(SITES, sizeof(*sites));
	struct symbols_frame *frames = calloc((size_t)SITES * FRAMES, sizeof(*frames));
	struct report report = golden_report();
	char *text;

	(void)state;
	assert_non_null(sites);
	assert_non_null(frames);
	for (size_t i = 0; i < SITES; i++) {
		sites[i] = golden_sites[0];
		sites[i].bytes = i < SITES / 2 ? 4000 : 1100;
		sites[i].stack = frames + i * FRAMES;
		sites[i].nr_frames = FRAMES;
		for (size_t f = 0; f < FRAMES; f++)
			frames[i * FRAMES + f].address = i;
	}
	report.sites = sites;
	report.nr_sites = SITES;
	text = printed(&report, WEIGHT_BYTES);
	assert_non_null(strstr(text, "left out: 600 boxes narrower than 0.8 pixel ("));
	free(text);
	free(sites);
	free(frames);
}

static void test_full(void **state)
{
	struct report report = golden_report();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(svg__print(&report, WEIGHT_BYTES, full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),		 cmocka_unit_test(test_weights),
		cmocka_unit_test(test_self_contained),	 cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_too_many),	 cmocka_unit_test(test_full),
		cmocka_unit_test(test_style_and_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
