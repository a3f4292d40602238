// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/line_stacks.h"

#include <stdio.h>
#include <string.h>

#define LINES 16
#define SITES 16

static struct statement_line lines[LINES];
static struct statement statement;
static struct symbols_frame frames[SITES][16];
static struct report_site sites[SITES];
static struct report report;
static struct line_stacks_trace trace;

static int reset(void **state)
{
	(void)state;
	memset(frames, 0, sizeof(frames));
	memset(sites, 0, sizeof(sites));
	statement = (struct statement){.lines = lines};
	report = (struct report){.sites = sites, .sampling = 1, .sampling_most = 1};
	trace = (struct line_stacks_trace){.page_size = 4096, .pages = true};
	return 0;
}

/* A line with memory; per_s: of one that grows, or 0. */
static struct statement_line *add_line(const char *place, const char *function, const char *module,
				       double per_s)
{
	struct statement_line *line = &lines[statement.nr_lines++];

	*line = (struct statement_line){
		.place = place,
		.function = function,
		.module = module,
		.calls = 100,
		.amount = {70000, per_s ? 70000 : 0, {true, per_s, per_s * 0.9, per_s * 1.1}},
	};
	return line;
}

static struct report_site *begin_site(void)
{
	struct report_site *site = &sites[report.nr_sites];

	site->stack = frames[report.nr_sites++];
	return site;
}

static struct symbols_frame *add_frame(const char *symbol)
{
	struct report_site *site = &sites[report.nr_sites - 1];
	struct symbols_frame *frame = &frames[report.nr_sites - 1][site->nr_frames++];

	frame->symbol = symbol;
	return frame;
}

/* "3:1 5:0 | 4:0 | why": of each growing line the sites with their frames, or why there are none */
static void check(const char *expected)
{
	struct growing_lines growing = {};
	struct line_stacks stacks = {};
	char text[256] = "";
	size_t at = 0;

	assert_int_equal(growing_lines__find(&growing, &statement), 0);
	assert_int_equal(line_stacks__find(&stacks, &growing, &statement,
					   report.sites ? &report : NULL, &trace),
			 0);
	assert_int_equal(stacks.nr, growing.nr);
	for (size_t i = 0; i < stacks.nr; i++) {
		const struct line_stacks_line *line = &stacks.list[i];

		assert_ptr_equal(line->growing, &growing.list[i]);
		assert_int_equal(!line->nr, line->why != LINE_STACKS_KNOWN);
		at += snprintf(text + at, sizeof(text) - at, "%s%s", i ? " | " : "",
			       line->nr ? "" : line_stacks__why_name(line->why));
		for (size_t j = 0; j < line->nr; j++)
			at += snprintf(text + at, sizeof(text) - at, "%s%u:%u", j ? " " : "",
				       stacks.sites[line->first + j].site,
				       stacks.sites[line->first + j].frame);
		if (line->alike > 1)
			at += snprintf(text + at, sizeof(text) - at, " of %u", line->alike);
	}
	assert_string_equal(text, expected);
	line_stacks__free(&stacks);
	growing_lines__free(&growing);
}

static void test_line_and_stacks(void **state)
{
	(void)state;
	add_line("drivers/a.c:5", "make_a", NULL, 100);
	add_line("drivers/b.c:5", "make_b", NULL, 50);
	begin_site();
	add_frame("make_b");
	add_frame("caller");
	begin_site();
	add_frame("make_a");
	add_frame("caller");
	begin_site();
	add_frame("make_a.isra.0"); /* as the compiler calls a copy */
	begin_site();
	add_frame("make_ab");
	check("1:0 2:0 | 0:0");
}

/* A site is of the first function that has a line, growing or not. */
static void test_the_innermost_line_has_it(void **state)
{
	(void)state;
	add_line("a.c:1", "outer", NULL, 100);
	add_line("b.c:1", "inner", NULL, 0);
	begin_site();
	add_frame("inner");
	add_frame("outer");
	check("no_site");
	begin_site();
	add_frame(NULL);
	add_frame("nobody");
	add_frame("outer");
	check("1:2");
}

static void test_only_the_first_frames(void **state)
{
	(void)state;
	add_line("a.c:1", "far", NULL, 100);
	begin_site();
	for (int i = 1; i < LINE_STACKS_FRAMES; i++)
		add_frame("other");
	add_frame("far");
	begin_site();
	for (int i = 0; i < LINE_STACKS_FRAMES; i++)
		add_frame("other");
	add_frame("far");
	check("0:7");
}

static void test_modules_are_told_apart(void **state)
{
	(void)state;
	add_line("a.c:1", "make", "first", 100);
	add_line("a.c:1", "make", "second", 50);
	add_line("a.c:1", "make", NULL, 25);
	begin_site();
	add_frame("make")->module = "second";
	begin_site();
	add_frame("make");
	begin_site();
	add_frame("make")->module = "third";
	check("no_site | 0:0 | 1:0");
}

/* Two static functions of one name: debug info tells which, and the line of several in one. */
static void test_files_and_lines_by_debug_info(void **state)
{
	struct symbols_frame *frame;

	(void)state;
	add_line("fs/a/super.c:10", "make", NULL, 100);
	add_line("fs/b/super.c:10", "make", NULL, 50);
	add_line("fs/b/super.c:20", "make", NULL, 25);
	begin_site();
	add_frame("make")->file = "fs/a/super.c";
	begin_site();
	frame = add_frame("make");
	frame->file = "/build/fs/b/super.c";
	frame->line = 20;
	begin_site(); /* between the lines: of one of them */
	frame = add_frame("make");
	frame->file = "fs/b/super.c";
	frame->line = 19;
	check("0:0 | 2:0 of 2 | 1:0 2:0 of 2");
	frame->file = "xfs/b/super.c"; /* not the end of a path */
	check("0:0 | no_site | 1:0");
	begin_site(); /* without debug info it may be any */
	add_frame("make");
	check("0:0 3:0 of 3 | 3:0 of 3 | 1:0 3:0 of 3");
}

static bool has(const char *name, void *arg)
{
	return !strcmp(name, arg);
}

static void test_why_there_is_none(void **state)
{
	struct statement_line *line;

	(void)state;
	line = add_line("a.c:1", "make", NULL, 100);
	trace.has_function = has;
	trace.arg = "make";
	check("no_site");
	report.sampling_most = 4;
	check("sampled");
	trace.filtered = true;
	check("filtered");
	trace.arg = "other";
	check("inlined");
	line->amount.bytes = line->amount.delta_bytes = 100 * 4096;
	check("inlined");
	trace.pages = false;
	check("pages_not_traced");
	line->calls = 101; /* less than a page each */
	check("inlined");
	line->function = "kstrdup";
	check("allocator");
	report.sites = NULL;
	check("not_traced");
}

static struct line_stacks of_one(struct growing_line *growing, enum line_stacks_why why)
{
	static struct line_stacks_line line;

	line = (struct line_stacks_line){.growing = growing, .why = why};
	return (struct line_stacks){.list = &line, .nr = 1};
}

/* What is inlined, or an allocator's, has its sites under another name. */
static void test_what_stays_unexplained(void **state)
{
	struct growing_line sure = {.sure = true}, unsure = {};

	(void)state;
	for (int why = 0; why < LINE_STACKS_WHYS; why++) {
		struct line_stacks stacks = of_one(&sure, why);

		assert_int_equal(line_stacks__any_unexplained(&stacks), why >= LINE_STACKS_PAGES);
		assert_int_equal(line_stacks__wants_pages(&stacks), why == LINE_STACKS_PAGES);
		stacks = of_one(&unsure, why);
		assert_false(line_stacks__any_unexplained(&stacks));
		assert_false(line_stacks__wants_pages(&stacks));
		assert_int_equal(!line_stacks__why_name(why), why == LINE_STACKS_KNOWN);
		assert_int_equal(!line_stacks__why_text(why), why == LINE_STACKS_KNOWN);
	}
}

static void test_freed_by_the_drain(void **state)
{
	struct allocinfo nothing = {};
	struct growing_lines growing = {};
	struct line_stacks stacks = {};

	(void)state;
	add_line("a.c:1", "make", NULL, 100);
	assert_int_equal(growing_lines__find(&growing, &statement), 0);
	growing_lines__settle(&growing, &nothing);
	assert_int_equal(line_stacks__find(&stacks, &growing, &statement, &report, &trace), 0);
	assert_int_equal(stacks.list[0].why, LINE_STACKS_WENT);
	assert_false(line_stacks__any_unexplained(&stacks));
	line_stacks__free(&stacks);
	growing_lines__free(&growing);
}

/* The reader cuts a long place: its end is enough. */
static void test_a_place_without_its_start(void **state)
{
	char place[96];

	(void)state;
	memset(place, 'a', sizeof(place));
	strcpy(place + sizeof(place) - sizeof("d/make.c:1"), "d/make.c:1");
	add_line(place, "make", NULL, 100);
	begin_site();
	frames[0][0].file =
		"/there/is/much/more/before/it/than/there/is/room/for/in/allocinfo/and/then/"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad/make.c";
	add_frame("make");
	check("0:0");
}

static void test_nothing(void **state)
{
	(void)state;
	check("");
	begin_site();
	check("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_line_and_stacks, reset),
		cmocka_unit_test_setup(test_the_innermost_line_has_it, reset),
		cmocka_unit_test_setup(test_only_the_first_frames, reset),
		cmocka_unit_test_setup(test_modules_are_told_apart, reset),
		cmocka_unit_test_setup(test_files_and_lines_by_debug_info, reset),
		cmocka_unit_test_setup(test_why_there_is_none, reset),
		cmocka_unit_test_setup(test_what_stays_unexplained, reset),
		cmocka_unit_test_setup(test_freed_by_the_drain, reset),
		cmocka_unit_test_setup(test_a_place_without_its_start, reset),
		cmocka_unit_test_setup(test_nothing, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
