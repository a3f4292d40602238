// SPDX-License-Identifier: GPL-2.0-only
/* What the metrics are; whether a file is well formed is for check_prom.py, of the golden ones. */
#include "golden/golden.h"

#include "render/prom.h"

#include <errno.h>

static char *printed(const struct report *report, size_t top)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(prom__print(report, top, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), length);
	return text;
}

static void check_golden(struct report report, const char *name)
{
	char *text = printed(&report, 10);
	const char *version = strstr(text, "version=\"" VERSION "\"");

	assert_non_null(version);
	memmove((char *)version + 9, version + 9 + strlen(VERSION),
		strlen(version + 9 + strlen(VERSION)) + 1);
	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	(void)state;
	check_golden(golden_report(), "report.prom");
	check_golden(golden_final(), "final.prom");
	check_golden(golden_nothing(), "nothing.prom");
	check_golden(golden_huge(), "huge.prom");
	check_golden(golden_hostile(), "hostile.prom");
}

static size_t count(const struct report *report, size_t top, const char *part)
{
	char *text = printed(report, top);
	size_t nr = 0;

	for (const char *s = text; (s = strstr(s, part)); s++)
		nr++;
	free(text);
	return nr;
}

/* The worst that --top can do is bounded. */
static void test_sites_are_bounded(void **state)
{
	static struct report_site sites[3 * PROM_SITES_MOST];
	struct report report = golden_report();

	(void)state;
	assert_int_equal(count(&report, 0, "\nkleak_site_bytes{"), 4);
	assert_int_equal(count(&report, 3, "\nkleak_site_bytes{"), 3);
	assert_int_equal(count(&report, 3, "\nkleak_sites 4\n"), 1);
	for (size_t i = 0; i < NR(sites); i++) {
		sites[i] = golden_sites[0];
		sites[i].id = i;
	}
	report.sites = sites;
	report.nr_sites = report.nr_sites_all = NR(sites);
	assert_int_equal(count(&report, 0, "\nkleak_site_bytes{"), PROM_SITES_MOST);
	assert_int_equal(count(&report, 250, "\nkleak_site_verdict_info{"), PROM_SITES_MOST);
	assert_int_equal(count(&report, 0, "\nkleak_sites 300\n"), 1);
}

/* Files get about: they do not tell where the kernel is. */
static void test_no_addresses(void **state)
{
	const struct report report = golden_report();
	char address[32];

	(void)state;
	for (size_t i = 0; i < report.nr_sites; i++) {
		for (size_t f = 0; f < report.sites[i].nr_frames; f++) {
			snprintf(address, sizeof(address), "%llx",
				 (unsigned long long)report.sites[i].stack[f].address);
			assert_int_equal(count(&report, 0, address), 0);
		}
	}
	assert_int_equal(count(&report, 0, "nginx"), 0);
}

/* With debug info or without, a site is the same series. */
static void test_inlined_frames_change_nothing(void **state)
{
	enum { FRAMES = sizeof(golden_write_stack) / sizeof(golden_write_stack[0]) };
	static struct symbols_frame stack[FRAMES + 1];
	static struct report_site site;
	struct report report = golden_report();
	char *without = printed(&report, 1), *with;

	(void)state;
	memcpy(stack + 1, golden_write_stack, sizeof(golden_write_stack));
	stack[0] = (struct symbols_frame){.address = stack[1].address,
					  .symbol = "small_one",
					  .file = "a.c",
					  .line = 3,
					  .inlined = true};
	site = golden_sites[0];
	site.stack = stack;
	site.nr_frames = FRAMES + 1;
	report.sites = &site;
	with = printed(&report, 1);
	assert_string_equal(with, without);
	free(without);
	free(with);
}

static void test_running(void **state)
{
	struct report report = golden_report();

	(void)state;
	assert_int_equal(count(&report, 1, "\nkleak_running 1\n"), 1);
	report.final = true;
	assert_int_equal(count(&report, 1, "\nkleak_running 0\n"), 1);
}

static void test_output_fails(void **state)
{
	const struct report report = golden_report();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(prom__print(&report, 0, full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_sites_are_bounded),
		cmocka_unit_test(test_no_addresses),
		cmocka_unit_test(test_inlined_frames_change_nothing),
		cmocka_unit_test(test_running),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
