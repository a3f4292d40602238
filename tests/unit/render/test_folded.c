// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "render/folded.h"

#include <errno.h>

static char *printed(struct report report, enum weight weight)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(folded__print(&report, weight, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), length);
	return text;
}

static void check(struct report report, enum weight weight, const char *want)
{
	char *text = printed(report, weight);

	assert_string_equal(text, want);
	free(text);
}

#define WRITE                                                                                      \
	"ksys_write;fdput_pos_[i];vfs_write;proc_reg_write;kleak_write_[kleak_test];kleak_leak_"   \
	"kmalloc_[kleak_test];"
#define BARE "0xffffffffc0200010_[gone];0xffffffff81e00131;"

static void test_bytes(void **state)
{
	(void)state;
	check(golden_report(), WEIGHT_BYTES,
	      WRITE "[kmalloc-256] 9502720\n" BARE "[vmalloc] 1572864\n"
		    "[dentry] 192\n"
		    "kleak_leak_kmalloc_[kleak_test];[percpu] 64\n");
}

static void test_objects(void **state)
{
	(void)state;
	check(golden_report(), WEIGHT_OBJECTS,
	      WRITE "[kmalloc-256] 37120\n" BARE "[vmalloc] 12\n"
		    "[dentry] 1\n"
		    "kleak_leak_kmalloc_[kleak_test];[percpu] 1\n");
}

/* What shrinks or stands still is left out; fractions are rounded. */
static void test_growth(void **state)
{
	(void)state;
	check(golden_report(), WEIGHT_GROWTH,
	      WRITE "[kmalloc-256] 12687770\nkleak_leak_kmalloc_[kleak_test];[percpu] 64\n");
}

static void test_unreferenced(void **state)
{
	(void)state;
	check(golden_report(), WEIGHT_UNREFERENCED, WRITE "[kmalloc-256] 9472000\n");
	check(golden_nothing(), WEIGHT_UNREFERENCED, "");
}

static void test_inlined(void **state)
{
	static const struct symbols_frame stack[] = {
		{.address = 1, .symbol = "inner", .inlined = true, .module = "m"},
		{.address = 1, .symbol = "outer", .module = "m", .file = "a.c", .line = 3},
		{.address = 2, .symbol = "alone", .inlined = true},
	};
	struct report_site site = golden_sites[0];
	struct report report = golden_report();

	(void)state;
	site.stack = stack;
	site.nr_frames = NR(stack);
	site.bytes = UINT64_MAX;
	report.sites = &site;
	report.nr_sites = 1;
	check(report, WEIGHT_BYTES,
	      "alone_[i];outer_[m];inner_[m]_[i];[kmalloc-256] 18446744073709551615\n");
}

/* Nothing in a name ends a frame or a line, or is no UTF-8. */
static void test_hostile(void **state)
{
	static const struct symbols_frame stack[] = {{.symbol = "a;b \n1", .module = ";"},
						     {.symbol = HOSTILE}};
	struct report_site site = golden_hostile_sites[0];
	struct report report = golden_hostile();
	char *text;

	(void)state;
	site.stack = stack;
	site.nr_frames = NR(stack);
	site.cache = "c;d 7";
	report.sites = &site;
	text = printed(report, WEIGHT_BYTES);
	assert_string_equal(
		text, "a\\x1b[2J\"\\\\x0d\\x0a\\x09\\x7f\\xc2\\x9b"
		      "31m\\x9b\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
		      "\\xc0\\xaf\\xed\\xa0\\x80\\xe0\\x80\\x80\\xf0\\x80\\x80\\x80\\xf4\\x90"
		      "\\x80\\x80\\xf5\\xff\\xe2\\x82;a\\x3bb \\x0a1_[\\x3b];[c\\x3bd 7] 1\n");
	free(text);
}

/* The first characters that are no controls stand for themselves. */
static void test_characters_at_the_edge(void **state)
{
	struct report_site site = golden_sites[0];
	struct report report = golden_report();

	(void)state;
	site.nr_frames = 0;
	site.bytes = 1;
	site.cache = "\x1f ~\x7f\xc2\x9f\xc2\xa0:<";
	report.sites = &site;
	report.nr_sites = 1;
	check(report, WEIGHT_BYTES, "[\\x1f ~\\x7f\\xc2\\x9f\xc2\xa0:<] 1\n");
}

static void test_huge_growth(void **state)
{
	struct report_site site = golden_sites[0];
	struct report report = golden_report();

	(void)state;
	site.nr_frames = 0;
	report.sites = &site;
	report.nr_sites = 1;
	site.growth_bytes_per_min = 1e300;
	check(report, WEIGHT_GROWTH, "[kmalloc-256] 9223372036854775807\n");
	site.growth_bytes_per_min = NAN;
	check(report, WEIGHT_GROWTH, "");
	site.growth_bytes_per_min = 0.4;
	check(report, WEIGHT_GROWTH, "");
}

static void test_full(void **state)
{
	struct report report = golden_report();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(folded__print(&report, WEIGHT_BYTES, full), -EIO);
	fclose(full);
	/* also where it failed before the end */
	full = fopen("/dev/full", "w");
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(folded__print(&report, WEIGHT_BYTES, full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_unreferenced),
		cmocka_unit_test(test_inlined),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_characters_at_the_edge),
		cmocka_unit_test(test_huge_growth),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
