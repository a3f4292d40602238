// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "render/merge_json.h"
#include "render/merge_text.h"
#include "report/merge.h"

#include <errno.h>

#define CHECK "python3 tests/unit/check-schema.py tests/unit/merge.schema.json"

/* Three machines: the leak of golden_report() is on two of them, on one it only grows. */
static struct report reports[3];
static struct report_site sites[3][4];
static struct merge_file files[3];
static const char *const paths[] = {"a.kleak", "b\x1b.kleak", "c.kleak"};

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(reports); i++) {
		reports[i] = golden_report();
		for (size_t k = 0; k < reports[i].nr_sites; k++)
			sites[i][k] = golden_sites[k];
		reports[i].sites = sites[i];
		files[i] = (struct merge_file){paths[i], &reports[i]};
	}
	reports[1].time.tv_sec += 60;
	sites[1][0].bytes += 100;
	sites[1][0].id = 0x77; /* each machine has ids of its own */
	sites[2][0].verdict.is.name = VERDICT_GROWING;
	sites[2][0].verdict.from.slope.known = false;
	return 0;
}

static struct merge make(size_t nr, size_t top)
{
	struct merge merge;

	assert_int_equal(merge__make(&merge, files, nr, top), 0);
	return merge;
}

static void test_a_site_of_all(void **state)
{
	struct merge m = make(3, 0);
	const struct merge_site *leak = &m.sites[0];

	(void)state;
	assert_int_equal(m.nr_sites, reports[0].nr_sites);
	assert_int_equal(m.nr_shown, m.nr_sites);
	assert_int_equal(m.nr_leaking, 2);
	assert_int_equal(leak->nr_files, 3);
	assert_int_equal(leak->of[VERDICT_LEAK], 2);
	assert_int_equal(leak->of[VERDICT_GROWING], 1);
	assert_ptr_equal(leak->site, &sites[1][0]); /* the largest of the worst */
	assert_int_equal(leak->bytes, 3 * golden_sites[0].bytes + 100);
	assert_int_equal(leak->objects, 3 * golden_sites[0].objects);
	assert_true(leak->growth_bytes_per_min ==
		    2 * 60 * golden_sites[0].verdict.from.slope.per_s);
	assert_true(leak->headline.nr > 0);
	merge__free(&m);
	assert_null(m.sites);
}

/* Two of a machine that are one count once, and by the worse. */
static void test_two_in_one_file(void **state)
{
	struct merge m;

	(void)state;
	sites[0][1] = sites[0][0];
	sites[0][1].verdict.is.name = VERDICT_HELD;
	sites[0][1].bytes = 1 << 30;
	m = make(1, 0);
	assert_int_equal(m.nr_sites, reports[0].nr_sites - 1);
	assert_int_equal(m.sites[0].nr_files, 1);
	assert_int_equal(m.sites[0].of[VERDICT_LEAK], 1);
	assert_int_equal(m.sites[0].of[VERDICT_HELD], 0);
	assert_ptr_equal(m.sites[0].site, &sites[0][0]);
	assert_int_equal(m.sites[0].bytes, sites[0][0].bytes + (1 << 30));
	merge__free(&m);
}

/* Another build is another site; without a fingerprint functions decide. */
static void test_what_is_the_same(void **state)
{
	struct merge m;

	(void)state;
	sites[1][0].fingerprint++;
	m = make(2, 0);
	assert_int_equal(m.nr_sites, reports[0].nr_sites + 1);
	merge__free(&m);
	sites[0][0].fingerprint = sites[1][0].fingerprint = 0;
	m = make(2, 0);
	assert_int_equal(m.nr_sites, reports[0].nr_sites);
	merge__free(&m);
	sites[1][0].cache = "kmalloc-512";
	m = make(2, 0);
	assert_int_equal(m.nr_sites, reports[0].nr_sites + 1);
	merge__free(&m);
}

/* What leaks on most machines, then what grows on most; then the worse, the wider, the larger. */
static void test_the_order(void **state)
{
	struct merge m;

	(void)state;
	for (size_t i = 0; i < NR(reports); i++) {
		reports[i].nr_sites = 3;
		for (size_t k = 0; k < 3; k++) {
			sites[i][k].fingerprint = k + 1;
			sites[i][k].verdict.is = (struct verdict){VERDICT_HELD, "held", 1};
			sites[i][k].bytes = 10 * (k + 1);
		}
	}
	m = make(3, 2);
	assert_int_equal(m.nr_shown, 2);
	assert_int_equal(m.sites[0].site->fingerprint, 3); /* the largest */
	merge__free(&m);
	reports[2].nr_sites = 2;
	m = make(3, 0);
	assert_int_equal(m.sites[0].site->fingerprint, 2); /* on most */
	merge__free(&m);
	sites[0][0].verdict.is.name = sites[1][2].verdict.is.name = VERDICT_GROWING;
	sites[0][2].verdict.is.name = VERDICT_GROWING;
	m = make(3, 0);
	assert_int_equal(m.sites[0].site->fingerprint, 3);
	assert_int_equal(m.sites[1].site->fingerprint, 1);
	merge__free(&m);
	sites[1][1].verdict.is.name = VERDICT_LEAK;
	m = make(3, 0);
	assert_int_equal(m.sites[0].site->fingerprint, 2);
	merge__free(&m);
}

/* What an old file, or a hostile one, may hold. */
static void test_odd_files(void **state)
{
	struct merge m;

	(void)state;
	sites[0][0].verdict.is.why = NULL; /* nobody judged it */
	sites[0][0].bytes = sites[1][0].bytes = INT64_MAX;
	m = make(2, 0);
	assert_int_equal(m.nr_leaking, 1);
	assert_int_equal(m.sites[0].of[VERDICT_LEAK], 1);
	assert_ptr_equal(m.sites[0].site, &sites[1][0]);
	assert_true(m.sites[0].bytes == INT64_MAX);
	merge__free(&m);
	reports[0].nr_sites = 0;
	m = make(1, 0);
	assert_int_equal(m.nr_sites, 0);
	assert_int_equal(m.nr_leaking, 0);
	merge__free(&m);
}

static char *printed(const struct merge *m, bool json, bool color)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(json ? merge_json__print(m, out) : merge_text__print(m, color, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void check(const char *name, const struct merge *m, bool json, bool color)
{
	char *text = printed(m, json, color);

	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	struct merge m = make(3, 2), none;

	(void)state;
	check("merge.txt", &m, false, false);
	check("merge-color.txt", &m, false, true);
	check("merge.json", &m, true, false);
	merge__free(&m);
	reports[0].nr_sites = 0;
	none = make(1, 0);
	check("merge-nothing.txt", &none, false, false);
	merge__free(&none);
}

static void test_as_the_schema_says(void **state)
{
	FILE *check = popen(CHECK, "w");

	(void)state;
	assert_non_null(check);
	for (size_t nr = 0; nr <= 3; nr++) {
		struct merge m = make(nr, 0);
		char *text = printed(&m, true, false);

		fputs(text, check);
		free(text);
		merge__free(&m);
	}
	assert_int_equal(pclose(check), 0);
}

static void test_output_fails(void **state)
{
	struct merge m = make(3, 0);
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(merge_text__print(&m, false, full), -EIO);
	fclose(full);
	full = fopen("/dev/full", "w");
	assert_non_null(full);
	assert_int_equal(merge_json__print(&m, full), -EIO);
	fclose(full);
	merge__free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_site_of_all, set_up),
		cmocka_unit_test_setup(test_two_in_one_file, set_up),
		cmocka_unit_test_setup(test_what_is_the_same, set_up),
		cmocka_unit_test_setup(test_the_order, set_up),
		cmocka_unit_test_setup(test_odd_files, set_up),
		cmocka_unit_test_setup(test_golden, set_up),
		cmocka_unit_test_setup(test_as_the_schema_says, set_up),
		cmocka_unit_test_setup(test_output_fails, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
