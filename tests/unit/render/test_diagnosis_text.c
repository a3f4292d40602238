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
	static const struct diagnosis_modules modules = {{{HOSTILE, "\x1b", "\x1b", true}}, 1};
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

static void check_line(struct diagnosis diagnosis, const char *expected)
{
	char *text = printed(diagnosis, false);

	if (!strstr(text, expected))
		fail_msg("no \"%s\" in:\n%s", expected, text);
	free(text);
}

static void check_no_line(struct diagnosis diagnosis, const char *unexpected)
{
	char *text = printed(diagnosis, false);

	if (strstr(text, unexpected))
		fail_msg("\"%s\" in:\n%s", unexpected, text);
	free(text);
}

static void test_titles(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);

	(void)state;
	diagnosis.rounds = 1;
	diagnosis.caches = NULL;
	check_line(diagnosis, "traced slab for 5.1m, drained for 8.5s\n");
	diagnosis.rounds = 2;
	diagnosis.caches_dropped = true;
	diagnosis.interrupted = true;
	check_line(diagnosis, "for 8.5s, 2 times in all, dropped clean caches; interrupted\n");
	diagnosis.groups.nr = 0;
	check_line(diagnosis, "UNDECIDED: not traced for long enough  2025");
	diagnosis.interrupted = false;
	check_line(diagnosis, "no leak found  2025");
}

/* Many groups: all leaks, five of those that only grow or are held, or as many as --top says. */
static void test_many_groups(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	struct diagnosis_modules modules[22] = {};
	struct group groups[22];

	(void)state;
	for (size_t i = 0; i < NR(groups); i++) {
		groups[i] = diagnosis.groups.list[i < 7 ? 0 : i < 14 ? 1 : 2];
		groups[i].nr = 1;
	}
	diagnosis.groups.list = groups;
	diagnosis.groups.nr = NR(groups);
	diagnosis.modules = modules;
	check_line(diagnosis, "LEAK: 7 sites  ");
	check_no_line(diagnosis, "more LEAK");
	check_no_line(diagnosis, "more leaks");
	check_line(diagnosis, "… and 2 more GROWING\n");
	check_line(diagnosis, "… and 3 more HELD\n");
	diagnosis.top = 7;
	check_no_line(diagnosis, "more LEAK");
	check_line(diagnosis, "… and 2 more GROWING\n");
	diagnosis.top = 6;
	check_line(diagnosis, "… and 1 more LEAK\n");
	check_line(diagnosis, "  and 1 more leaks\n");
	diagnosis.top = 3;
	check_line(diagnosis, "… and 4 more GROWING\n");
	/* without the leaks */
	diagnosis.top = 0;
	diagnosis.groups.list = groups + 7;
	diagnosis.groups.nr = 7;
	check_line(diagnosis, "UNDECIDED: no leak proven, 7 suspects  ");
	diagnosis.groups.list = groups + 14;
	check_line(diagnosis, "HELD BY pyth\\x1bon3[4711]: 775 eventfds, +10/s  2025");
	diagnosis.groups.list = groups + 13;
	check_line(diagnosis, "HELD BY pyth\\x1bon3[4711]: 775 eventfds, +10/s  2025");
}

/* Five members beside the first one, fewer with --top; all with --top 0. */
static void test_members(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	struct groups_member members[9] = {};
	struct group group = diagnosis.groups.list[0];

	(void)state;
	group.nr = NR(members);
	diagnosis.groups = (struct groups){
		.list = &group, .nr = 1, .members = members, .nr_members = NR(members)};
	check_no_line(diagnosis, "--top 0 lists them");
	check_line(diagnosis, "kmalloc-256  (no stack)\n");
	diagnosis.top = 20;
	check_line(diagnosis, "          … and 3 more (--top 0 lists them)\n");
	diagnosis.top = 2;
	check_line(diagnosis, "          … and 6 more (--top 0 lists them)\n");
	group.nr = 3;
	check_no_line(diagnosis, "--top 0 lists them");
	check_line(diagnosis, "sum of 3 sites");
	group.nr = 1;
	check_no_line(diagnosis, "with one cause");
}

static void test_who_allocates(void **state)
{
	static const struct allocated_by_who who[] = {{"process", "bash", 7, "/", 1},
						      {"kernel thread", "kworker", 0, "/a/b", 3}};
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	struct group group = diagnosis.groups.list[0];

	(void)state;
	group.sum.who = who;
	group.sum.nr_who = 2;
	group.sum.who_times = 4;
	diagnosis.groups.list = &group;
	diagnosis.groups.nr = 1;
	check_line(diagnosis, "\n          allocated by: bash[7] 25%, kworker 75% in /a/b\n\n");
	group.sum.nr_who = 0;
	check_no_line(diagnosis, "allocated by");
}

/* What the classes grew by, and what that is made of. */
static void test_the_rest(void **state)
{
	struct coverage_class classes[] = {
		{"vmalloc", MEMINFO_VMALLOC_USED, true, 2000, 2009, 1, -10, 0, 1},
		{"percpu", MEMINFO_PERCPU, true, 0, 0, NAN, NAN, NAN, NAN},
	};
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);

	(void)state;
	report.ledger = classes;
	report.nr_ledger = NR(classes);
	check_line(diagnosis, "\nwhile tracing, the kernel's memory grew by\n"
			      "                  kernel       new     older      room      rest\n"
			      "  VmallocUsed      +2.0K     +2.0K       -10        +0        +1\n"
			      "losses: none");
}

/* The last word that fits, and the first one that does not. */
static void test_sentences_fold(void **state)
{
	static const char *const next[] = {
		"12345678901234567890 12345678901234567890 12345678901234567890 "
		"12345678901234567890 1234567890 1 end",
		"12345678901234567890 12345678901234567890 12345678901234567890 "
		"12345678901234567890 12345678901 end",
		"",
		"a  few   words",
	};
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);

	(void)state;
	diagnosis.next = next;
	diagnosis.nr_next = NR(next);
	check_line(diagnosis, "\nnext: 12345678901234567890 12345678901234567890 "
			      "12345678901234567890 12345678901234567890 1234567890\n"
			      "      1 end\n"
			      "      12345678901234567890 12345678901234567890 "
			      "12345678901234567890 12345678901234567890\n"
			      "      12345678901 end\n"
			      "      \n"
			      "      a few words\n\n---- bug");
}

/* The block to paste, of a site alone and of what has no cache. */
static void test_block(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	struct group group = diagnosis.groups.list[0];
	struct diagnosis_modules modules;

	(void)state;
	group.nr = 1;
	group.sum.cache = "vmalloc";
	group.sum.origin = "vmalloc";
	group.sum.objects = 0;
	group.sum.verdict.from.drained = NAN;
	group.common = (struct headline){0, 0};
	diagnosis.groups.list = &group;
	diagnosis.groups.nr = 1;
	check_line(diagnosis, "\n  leaks:      vmalloc\n  from:       (no stack)\n");
	check_line(diagnosis, " in objects of 0 bytes\n");
	check_line(diagnosis, "watched for 3 more, 29990 live\n  stack:\n");
	group.nr = 2;
	group.sum.cache = "kmalloc-8";
	check_line(diagnosis, "\n  leaks:      vmalloc, cache kmalloc-8, and 1 sites more");
	modules = diagnosis.modules[0];
	modules.list[0].gone = true;
	diagnosis.modules = &modules;
	check_line(diagnosis, "taint OE; unloaded since: what it left behind nobody can free\n");
}

static void test_output_fails(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);

	(void)state;
	for (int unbuffered = 0; unbuffered < 2; unbuffered++) {
		FILE *full = fopen("/dev/full", "w");

		assert_non_null(full);
		if (unbuffered)
			setvbuf(full, NULL, _IONBF, 0);
		assert_true(diagnosis_text__print(&diagnosis, false, full) < 0);
		fclose(full);
	}
}

static struct report_site stopped(uint64_t bytes)
{
	struct report_site site = golden_report().sites[0];

	site.bytes = bytes;
	site.objects = bytes / 1024;
	site.verdict.is =
		(struct verdict){VERDICT_HELD, "old objects stay; it grew, and no more", 1};
	site.verdict.from.arrivals = (struct arrivals){ARRIVALS_STOPPED, 1, 30, 120, 1};
	return site;
}

/* A leak that stopped has a line of its own, the largest first; nothing else that is held has. */
static void test_stopped(void **state)
{
	static const uint64_t bytes[] = {4, 300, 7, 1, 200, 6, 5};
	struct report_site sites[NR(bytes) + 1];
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);

	(void)state;
	for (size_t i = 0; i < NR(bytes); i++)
		sites[i] = stopped(bytes[i] << 10);
	sites[NR(bytes)] = stopped(1 << 30);
	sites[NR(bytes)].verdict.from.arrivals.shape = ARRIVALS_ONGOING;
	report.sites = sites;
	report.nr_sites = NR(sites);
	diagnosis.lines.nr = 0;
	diagnosis.groups.nr = 0;
	diagnosis.top = 0;
	check_line(diagnosis, "(needed for good, or leaked once)\n"
			      "    300.0K        300  slab     kmalloc-256  ");
	check_line(diagnosis, "\n                       within 30s; none since, for 2.0m\n"
			      "    200.0K        200  slab     ");
	check_line(diagnosis, "\n      5.0K          5  slab     ");
	check_line(diagnosis, "2.0m\n           … and 2 more\n\nwhile tracing");
	diagnosis.top = 1;
	check_line(diagnosis, "2.0m\n           … and 6 more\n\nwhile tracing");
	/* somebody else's verdict says more */
	for (size_t i = 0; i < NR(bytes); i++)
		sites[i].verdict.is.name = i % 2 ? VERDICT_GROWING : VERDICT_CACHE;
	check_no_line(diagnosis, "stopped: came");
}

static void test_a_thin_sample_is_undecided(void **state)
{
	struct report_site sites[2] = {golden_report().sites[0], golden_report().sites[0]};
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);

	(void)state;
	for (size_t i = 0; i < NR(sites); i++) {
		sites[i].verdict.is.name = VERDICT_INSUFFICIENT;
		sites[i].verdict.from.weight = 8;
		sites[i].verdict.from.settled = sites[i].verdict.from.settled_alive = 24;
	}
	report.sites = sites;
	report.nr_sites = 1;
	report.sampling = 8;
	diagnosis.lines.nr = 0;
	diagnosis.groups.nr = 0;
	diagnosis.nr_growth = 0;
	check_line(diagnosis,
		   "UNDECIDED: 1 site may grow, recorded too thinly to tell (1 object in 8)  2025");
	report.nr_sites = 2;
	check_line(diagnosis, "UNDECIDED: 2 sites may grow, ");
}

/* With styles: what was found, and all of a report. */
static void test_colors(void **state)
{
	struct report report = golden_report();
	char *text = printed(golden_diagnosis(&report), true);

	(void)state;
	golden_compare("diagnosis-color.txt", text);
	free(text);
}

static void test_lines_of_source(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);

	(void)state;
	diagnosis.top = 5;
	check_line(diagnosis, "\n                  … and 1 more stacks (--top 0)\n");
	diagnosis.top = 0;
	check_no_line(diagnosis, "more stacks");
	diagnosis.lines.nr = 0;
	check_line(diagnosis, "\nno line of source grows steadily (/proc/allocinfo)\n");
	diagnosis.lines_known = DIAGNOSIS_LINES_STOPPED;
	check_no_line(diagnosis, "line of source");
}

/* Nothing else grows: the headline says what it is. */
static void test_a_line_alone_is_a_suspect(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	struct growing_line sure = golden_growing[2];
	struct line_stacks_line line = {&sure, 1, 0, 0, LINE_STACKS_NO_SITE};

	(void)state;
	diagnosis.groups.nr = 0;
	diagnosis.nr_growth = 0;
	sure.sure = true;
	diagnosis.lines = (struct line_stacks){.list = &line, .nr = 1};
	check_line(diagnosis, "UNDECIDED: something grows for which no stack was seen");
	check_line(diagnosis,
		   "\n                  no stack: no traced site has the function; why is "
		   "not known\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_of_source),
		cmocka_unit_test(test_a_line_alone_is_a_suspect),
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
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_many_groups),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_who_allocates),
		cmocka_unit_test(test_the_rest),
		cmocka_unit_test(test_sentences_fold),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_output_fails),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_a_thin_sample_is_undecided),
		cmocka_unit_test(test_colors),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
