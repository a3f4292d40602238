// SPDX-License-Identifier: GPL-2.0-only
/* A copy prints as its report does, also when that has gone. */
#include "golden/golden.h"

#include "render/report_text.h"
#include "report/report_copy.h"
#include "report/saved.h"

#include <time.h>

static char *printed(const struct report *report)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(report_text__print(report, false, 0, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* As the reporter has it: memory that it will use again. */
struct lent {
	struct report_site site;
	struct symbols_frame frame;
	struct report_cache cache;
	struct report_loss loss;
	struct coverage_class class;
	struct allocated_by_who who;
	struct report_freer freer;
	struct report_object object;
	double at[3], course[3];
	char text[8][32];
};

static struct report lend(struct lent *l)
{
	static const char *const texts[] = {"symbol", "module", "file.c", "kmalloc-8",
					    "holder", "note",	"6.1.0",  "slab"};
	struct report report = golden_report();

	for (size_t i = 0; i < NR(texts); i++)
		snprintf(l->text[i], sizeof(l->text[i]), "%s", texts[i]);
	l->frame = (struct symbols_frame){
		.symbol = l->text[0], .module = l->text[1], .file = l->text[2], .line = 3};
	l->site = golden_sites[0];
	l->site.stack = &l->frame;
	l->site.nr_frames = 1;
	l->site.cache = l->text[3];
	l->site.sampled = 5;
	l->site.nr_holders = 1;
	l->site.holders[0] = (struct report_holder){"cache", l->text[4], 8, 5};
	l->who = golden_who[0];
	l->site.who = &l->who;
	l->site.nr_who = 1;
	l->freer = (struct report_freer){&l->frame, 1, 3, 4};
	l->site.freed_by = &l->freer;
	l->site.nr_freed_by = 1;
	l->site.charged = golden_whom;
	l->site.charged.groups[0].cgroup = l->text[5];
	l->object = golden_objects[0];
	l->site.unreferenced_list = &l->object;
	l->site.nr_listed = 1;
	l->cache =
		(struct report_cache){.name = l->text[3], .aliases = l->text[4], .allocations = 1};
	l->loss = golden_losses[0];
	l->class = golden_ledger[0];
	for (size_t i = 0; i < 3; i++) {
		l->at[i] = 5.0 * (double)i;
		l->course[i] = 4096.0 * (double)i;
	}
	l->site.course = l->course;
	report.course_at = l->at;
	report.nr_course = 3;
	report.sites = &l->site;
	report.nr_sites = 1;
	report.caches = &l->cache;
	report.nr_caches = 1;
	report.charged_to = golden_charged_to;
	report.losses = &l->loss;
	report.nr_losses = 1;
	report.ledger = &l->class;
	report.nr_ledger = 1;
	report.note = l->text[5];
	report.kernel = l->text[6];
	report.filter.origins = l->text[7];
	report.filter.cgroup = l->text[7];
	report.filter.charged_to = l->text[7];
	report.filter.command = l->text[7];
	report.filter.cache = l->text[7];
	return report;
}

static void test_nothing_is_borrowed(void **state)
{
	struct lent *lent = calloc(1, sizeof(*lent));
	struct report report;
	struct report_copy copy;
	char *before, *after;

	(void)state;
	assert_non_null(lent);
	report = lend(lent);
	before = printed(&report);
	assert_int_equal(report_copy__make(&copy, &report), 0);
	memset(lent, 0xff, sizeof(*lent));
	free(lent); /* ASan sees who comes back for it */
	after = printed(&copy.report);
	assert_string_equal(after, before);
	assert_string_equal(copy.report.kernel, "6.1.0");
	assert_string_equal(copy.report.caches[0].name, "kmalloc-8");
	assert_string_equal(copy.report.caches[0].aliases, "holder");
	assert_string_equal(copy.report.filter.command, "slab");
	assert_string_equal(copy.report.filter.charged_to, "slab");
	assert_string_equal(copy.report.sites[0].charged.groups[0].cgroup, "note");
	assert_string_equal(copy.report.sites[0].stack[0].file, "file.c");
	assert_string_equal(copy.report.sites[0].who[0].comm, "nginx");
	assert_string_equal(copy.report.sites[0].freed_by[0].stack[0].module, "module");
	assert_true(copy.report.course_at[2] == 10);
	assert_true(copy.report.sites[0].course[2] == 8192);
	free(before);
	free(after);
	report_copy__free(&copy);
	report_copy__free(&copy); /* there is nothing any more */
}

/*
 * A report that was read owns all that it points to: what the copy does not have of its own is gone
 * with it.  tests/unit/report/test_saved.c sees to it that all of a report is in its line.
 */
static void test_nothing_of_a_read_report_is_borrowed(void **state)
{
	struct report report = golden_full();
	char *line = saved__print_report(&report), *again, why[128];
	struct saved_report saved;
	struct report_copy copy;

	(void)state;
	assert_int_equal(saved__read_report(&saved, line, strlen(line), why, sizeof(why)), 0);
	assert_int_equal(report_copy__make(&copy, &saved.report), 0);
	saved__free_report(&saved); /* ASan sees who comes back for it */
	again = saved__print_report(&copy.report);
	assert_string_equal(again, line);
	free(again);
	free(line);
	report_copy__free(&copy);
}

static void test_every_report(void **state)
{
	const struct report reports[] = {golden_report(), golden_final(), golden_nothing(),
					 golden_hostile(), golden_huge()};

	(void)state;
	for (size_t i = 0; i < NR(reports); i++) {
		struct report_copy copy;
		char *before = printed(&reports[i]), *after;

		assert_int_equal(report_copy__make(&copy, &reports[i]), 0);
		after = printed(&copy.report);
		assert_string_equal(after, before);
		free(before);
		free(after);
		report_copy__free(&copy);
	}
}

/* More than a block holds, and an array that is larger than one. */
static void test_many_sites(void **state)
{
	enum { SITES = 5000 };
	struct report_site *sites = calloc(SITES, sizeof(*sites));
	struct report report = golden_nothing();
	struct report_copy copy;

	(void)state;
	assert_non_null(sites);
	for (size_t i = 0; i < SITES; i++) {
		sites[i] = golden_sites[i % NR(golden_sites)];
		sites[i].id = i;
	}
	report.sites = sites;
	report.nr_sites = report.nr_sites_all = SITES;
	assert_int_equal(report_copy__make(&copy, &report), 0);
	free(sites);
	for (size_t i = 0; i < SITES; i++) {
		const struct report_site *site = &copy.report.sites[i];

		assert_int_equal(site->id, i);
		assert_string_equal(site->cache, golden_sites[i % NR(golden_sites)].cache);
	}
	report_copy__free(&copy);
}

/* Texts that are longer than a block, and what comes behind them. */
static void test_long_texts(void **state)
{
	enum { LONGEST = 70 * 1024 };
	char *text = malloc(LONGEST + 1);
	struct report report = golden_nothing();

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LONGEST);
	text[LONGEST] = '\0';
	for (size_t length = 64 * 1024 - 20; length <= LONGEST;
	     length += length < 64 * 1024 + 20 ? 1 : 999) {
		struct report_copy copy;

		report.kernel = text + LONGEST - length;
		report.note = "what comes next";
		report.filter.command = "before";
		assert_int_equal(report_copy__make(&copy, &report), 0);
		assert_string_equal(copy.report.kernel, report.kernel);
		assert_string_equal(copy.report.note, report.note);
		assert_string_equal(copy.report.filter.command, "before");
		assert_int_equal((uintptr_t)copy.report.note % _Alignof(max_align_t), 0);
		report_copy__free(&copy);
		assert_null(copy.blocks);
	}
	free(text);
}

/* A site whose course is not known has none in the copy either. */
static void test_no_course(void **state)
{
	static const double at[] = {5, 10}, course[] = {1, 2};
	struct report_site sites[] = {golden_sites[0], golden_sites[1]};
	struct report report = golden_report();
	struct report_copy copy;

	(void)state;
	sites[1].course = course;
	report.sites = sites;
	report.nr_sites = 2;
	report.course_at = at;
	report.nr_course = 2;
	assert_int_equal(report_copy__make(&copy, &report), 0);
	assert_null(copy.report.sites[0].course);
	assert_memory_equal(copy.report.sites[1].course, course, sizeof(course));
	assert_ptr_not_equal(copy.report.sites[1].course, course);
	assert_ptr_not_equal(copy.report.course_at, at);
	report_copy__free(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_borrowed),
		cmocka_unit_test(test_nothing_of_a_read_report_is_borrowed),
		cmocka_unit_test(test_every_report),
		cmocka_unit_test(test_many_sites),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_no_course),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
