// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/diagnosis.h"

#include <string.h>

static struct group groups[2];
static struct suspect growth[1];

/* Traced for long enough; two groups of sites, and nothing that grows in the books. */
static struct diagnosis watched(struct report *report, enum verdict_name verdict)
{
	memset(groups, 0, sizeof(groups));
	groups[0].sum.verdict.is.name = VERDICT_CHURN;
	groups[1].sum.verdict.is.name = verdict;
	*report = (struct report){};
	growth[0] = (struct suspect){.name = "kmalloc-1k", .cache = true, .sure = true};
	return (struct diagnosis){.report = report,
				  .groups = {.list = groups, .nr = 2},
				  .traced_s = 100,
				  .needed_s = 100,
				  .growth = growth};
}

static void test_a_leak(void **state)
{
	struct report report;
	struct diagnosis d = watched(&report, VERDICT_LEAK);

	(void)state;
	d.interrupted = true; /* what is proven is */
	d.nr_growth = 1;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_LEAK);
}

/* A program that keeps its handles is no leak of the kernel; a leak beside it is one. */
static void test_held(void **state)
{
	struct report report;
	struct diagnosis d = watched(&report, VERDICT_LEAK);
	const char *next[DIAGNOSIS_NEXT];

	(void)state;
	groups[1].holder.sure = true;
	groups__acquit(&d.groups);
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_HELD);
	assert_string_equal(diagnosis__answer_name(DIAGNOSIS_HELD), "held");
	assert_int_equal(groups[0].sum.verdict.is.name, VERDICT_HELD);
	assert_true(diagnosis__advise(&d, next) > 0);
	assert_non_null(strstr(next[0], "no leak of the kernel"));
	groups[1].sum.verdict.is.name = VERDICT_LEAK;
	groups__acquit(&d.groups);
	assert_int_equal(groups[0].sum.verdict.is.name, VERDICT_LEAK); /* comes first again */
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_LEAK);
}

static void test_no_leak_found(void **state)
{
	static const enum verdict_name harmless[] = {VERDICT_NEW, VERDICT_INSUFFICIENT,
						     VERDICT_CHURN, VERDICT_CACHE};
	struct report report;

	(void)state;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		struct diagnosis d = watched(&report, harmless[i]);

		assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_NONE);
	}
}

static void test_too_short(void **state)
{
	struct report report;
	struct diagnosis d = watched(&report, VERDICT_CHURN);
	const char *next[DIAGNOSIS_NEXT];

	(void)state;
	d.traced_s = 99;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_UNDECIDED);
	assert_true(diagnosis__advise(&d, next) > 0);
	assert_non_null(strstr(next[0], "too short"));
	d.traced_s = 100;
	d.interrupted = true;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_UNDECIDED);
	d.interrupted = false;
	d.report = NULL;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_UNDECIDED);
}

static void test_a_suspect(void **state)
{
	struct report report;
	struct diagnosis d = watched(&report, VERDICT_GROWING);

	(void)state;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_UNDECIDED);
}

/* What grows in the books, and was not traced, may be a leak. */
static void test_untraced_growth(void **state)
{
	struct report report;
	struct diagnosis d = watched(&report, VERDICT_CHURN);
	const char *next[DIAGNOSIS_NEXT];
	bool said = false;

	(void)state;
	d.nr_growth = 1;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_UNDECIDED);
	for (size_t i = 0, nr = diagnosis__advise(&d, next); i < nr; i++)
		said |= strstr(next[i], "--origin") != NULL;
	assert_true(said);
	growth[0].traced = true;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_NONE);
	growth[0].traced = false;
	growth[0].sure = false;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_NONE);
	growth[0].sure = true;
	growth[0].reclaimable = STATEMENT_YES;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_NONE);
}

/* How many sentences are said, and which of these. */
static void assert_advice(const struct diagnosis *d, size_t nr, const char *const *parts)
{
	const char *next[DIAGNOSIS_NEXT];

	assert_int_equal(diagnosis__advise(d, next), nr);
	for (size_t i = 0; i < nr; i++)
		if (!strstr(next[i], parts[i]))
			fail_msg("\"%s\" does not say \"%s\"", next[i], parts[i]);
}

#define ASSERT_ADVICE(d, ...)                                                                      \
	do {                                                                                       \
		const char *const parts_[] = {__VA_ARGS__};                                        \
                                                                                                   \
		assert_advice(d, sizeof(parts_) / sizeof(parts_[0]), parts_);                      \
	} while (0)

static void test_advice(void **state)
{
	struct report_loss losses[] = {{"table_full", "full", 0}, {"race", "lost", 0}};
	struct report report;
	struct diagnosis d = watched(&report, VERDICT_CHURN);

	(void)state;
	ASSERT_ADVICE(&d, "--for 2h");
	report.losses = losses;
	report.nr_losses = 2;
	ASSERT_ADVICE(&d, "--for 2h");
	losses[1].count = 1;
	ASSERT_ADVICE(&d, "--for 2h", "events were lost");
	losses[1].count = 0;
	losses[0].count = 1;
	ASSERT_ADVICE(&d, "--for 2h", "events were lost");
	losses[0].count = 0;
	d.nr_growth = 1;
	growth[0].traced = true;
	growth[0].reclaimable = STATEMENT_YES;
	ASSERT_ADVICE(&d, "--for 2h", "--drop-caches");
	d.caches_dropped = true;
	ASSERT_ADVICE(&d, "--for 2h");
	d.caches_dropped = false;
	growth[0].reclaimable = STATEMENT_UNKNOWN;
	ASSERT_ADVICE(&d, "--for 2h");
	groups[0].sum.verdict.is.name = VERDICT_GROWING;
	ASSERT_ADVICE(&d, "--for 2h", "GROWING are worth another look");
	d.interrupted = true;
	ASSERT_ADVICE(&d, "too short a time", "GROWING are worth another look");
	d.report = NULL;
	ASSERT_ADVICE(&d, "too short a time", "GROWING are worth another look");
}

/* What was recorded too thinly to tell is unknown, and never "no leak found". */
static void test_thin_samples(void **state)
{
	struct report_site sites[2] = {};
	struct report report;
	struct diagnosis d = watched(&report, VERDICT_CHURN);

	(void)state;
	sites[1].verdict = (struct conclusion){
		.is = {VERDICT_INSUFFICIENT, "too few objects got old", 1},
		.from = {.weight = 8, .settled = 24, .settled_alive = 24, .slope = {true, 1, 0, 2}},
	};
	report.sites = sites;
	report.nr_sites = 2;
	assert_int_equal(diagnosis__thin(&d), 1);
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_UNDECIDED);
	ASSERT_ADVICE(&d, "--for 2h", "--max-overhead 10%");
	sites[1].verdict.from.weight = 1;
	assert_int_equal(diagnosis__thin(&d), 0);
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_NONE);
	sites[1].verdict.from.weight = 8;
	groups[1].sum.verdict.is.name = VERDICT_LEAK;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_LEAK);
	ASSERT_ADVICE(&d, "find the path");
	d.report = NULL;
	assert_int_equal(diagnosis__thin(&d), 0);
}

/* A leak beside what only grows: what is proven is to be mended first. */
static void test_advice_about_a_leak(void **state)
{
	struct report_loss loss = {"race", "lost", 1};
	struct report report;
	struct diagnosis d = watched(&report, VERDICT_LEAK);

	(void)state;
	groups[0].sum.verdict.is.name = VERDICT_GROWING;
	ASSERT_ADVICE(&d, "find the path");
	report.losses = &loss;
	report.nr_losses = 1;
	d.nr_growth = 1;
	ASSERT_ADVICE(&d, "find the path", "--origin", "events were lost");
	groups[1].sum.verdict.is.name = VERDICT_HELD;
	ASSERT_ADVICE(&d, "no leak of the kernel", "--origin", "events were lost");
}

static void test_names_of_answers(void **state)
{
	(void)state;
	assert_string_equal(diagnosis__answer_name(DIAGNOSIS_NONE), "none");
	assert_string_equal(diagnosis__answer_name(DIAGNOSIS_UNDECIDED), "undecided");
	assert_string_equal(diagnosis__answer_name(DIAGNOSIS_LEAK), "leak");
}

/* A line of source grows, and no site has it: nobody may call that clean. */
static void test_a_line_without_a_stack(void **state)
{
	struct growing_line growing = {.sure = true};
	struct line_stacks_line line = {.growing = &growing, .why = LINE_STACKS_NO_SITE};
	struct report report;
	struct diagnosis d = watched(&report, VERDICT_CHURN);
	const char *next[DIAGNOSIS_NEXT];
	size_t nr;

	(void)state;
	d.lines_known = DIAGNOSIS_LINES_COUNTED;
	d.lines = (struct line_stacks){.list = &line, .nr = 1};
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_UNDECIDED);
	nr = diagnosis__advise(&d, next);
	assert_int_equal(nr, 2);
	assert_non_null(strstr(next[1], "for which no stack was seen"));
	line.why = LINE_STACKS_PAGES;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_UNDECIDED);
	nr = diagnosis__advise(&d, next);
	assert_int_equal(nr, 2);
	assert_non_null(strstr(next[1], "--origin slab,vmalloc,percpu,pages"));
	line.why = LINE_STACKS_INLINED;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_NONE);
	line.why = LINE_STACKS_NO_SITE;
	growing.sure = false;
	assert_int_equal(diagnosis__answer(&d), DIAGNOSIS_NONE);
}

static void test_a_kernel_that_could_count(void **state)
{
	struct report report;
	struct diagnosis d = watched(&report, VERDICT_GROWING);
	const char *next[DIAGNOSIS_NEXT];
	size_t nr;

	(void)state;
	nr = diagnosis__advise(&d, next);
	d.lines_known = DIAGNOSIS_LINES_STOPPED;
	assert_int_equal(diagnosis__advise(&d, next), nr + 1);
	assert_non_null(strstr(next[nr], "vm.mem_profiling=1"));
	d.lines_known = DIAGNOSIS_LINES_COUNTED;
	assert_int_equal(diagnosis__advise(&d, next), nr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_leak),
		cmocka_unit_test(test_no_leak_found),
		cmocka_unit_test(test_too_short),
		cmocka_unit_test(test_a_suspect),
		cmocka_unit_test(test_untraced_growth),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_thin_samples),
		cmocka_unit_test(test_advice_about_a_leak),
		cmocka_unit_test(test_a_line_without_a_stack),
		cmocka_unit_test(test_a_kernel_that_could_count),
		cmocka_unit_test(test_names_of_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
