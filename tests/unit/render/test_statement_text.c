// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pages.h"

#include "render/statement_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *printed(struct statement statement, bool color)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(statement_text__print(&statement, color, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* As the golden file says, no line too wide, nothing that commands a terminal. */
static void check(const char *name, struct statement statement)
{
	char *text = printed(statement, false);

	golden_compare(name, text);
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void test_stream(void **state)
{
	(void)state;
	check("statement.txt", golden_statement());
}

static void test_after(void **state)
{
	(void)state;
	check("statement-after.txt", golden_statement_after());
}

static void test_before(void **state)
{
	struct statement statement = golden_statement_after();

	(void)state;
	statement.phase = STATEMENT_BEFORE;
	statement.final = false;
	check("statement-before.txt", statement);
}

static void test_nothing(void **state)
{
	(void)state;
	check("statement-nothing.txt", golden_statement_nothing());
}

static void test_color(void **state)
{
	char *text = printed(golden_statement(), true);

	(void)state;
	golden_compare("statement-color.txt", text);
	free(text);
}

static void check_line(struct statement statement, const char *expected)
{
	char *text = printed(statement, false);

	if (!strstr(text, expected))
		fail_msg("no \"%s\" in:\n%s", expected, text);
	free(text);
}

static void check_no_line(struct statement statement, const char *unexpected)
{
	char *text = printed(statement, false);

	if (strstr(text, unexpected))
		fail_msg("\"%s\" in:\n%s", unexpected, text);
	free(text);
}

/* What did not change is counted, or listed where that is asked for. */
static void test_nothing_changed(void **state)
{
	struct statement_line still = {.place = "mm/slub.c:1", .function = "f"};
	struct statement statement = golden_statement_after();

	(void)state;
	statement.caches = &golden_statement_caches[2];
	statement.nr_caches = statement.nr_caches_all = 1;
	statement.callers = &golden_callers[1];
	statement.nr_callers = statement.nr_callers_all = 1;
	statement.lines = &still;
	statement.nr_lines = statement.nr_lines_all = 1;
	check_line(statement, "  cache\n          … and 1 that did not change (-a)\n\n");
	check_line(statement, "  vmalloc caller\n          … and 1 that did not change (-a)\n\n");
	check_line(statement, "  line of source\n          … and 1 that did not change (-a)\n\n");
	check_no_line(statement, "lsm_inode_cache");
	check_no_line(statement, "needs CONFIG_DEBUG_KMEMLEAK");
	check_line(statement, "\nnot found: kmemleak (-a tells why)\n");
	statement.all = true;
	check_line(statement, "lsm_inode_cache");
	check_line(statement, "mm/slub.c:1 f");
	check_line(statement, "kmemleak     not found: needs CONFIG_DEBUG_KMEMLEAK\n");
	check_no_line(statement, "(-a");
}

/* Nothing can have changed yet: what there is of something is listed as it stands. */
static void test_the_first_one(void **state)
{
	static const struct statement_class classes[] = {
		{"free", "free", true, false, NULL, STILL(100)},
		{"shmem", "shared memory", true, false, NULL, STILL(0)},
		{"other", "other counters", true, false, NULL, STILL(200)},
		{"swap", "swap used", true, true, "on disk", STILL(0)},
	};
	struct statement statement = golden_statement();

	(void)state;
	statement.classes = classes;
	statement.nr_classes = NR(classes);
	statement.first = true;
	check_line(statement, "free\n     200        0          0                          other "
			      "counters\n          … and 2 of nothing (-a)\n\n");
	check_line(statement, "lsm_inode_cache");
	statement.first = false;
	check_line(statement, "class\n          … and 4 that did not change (-a)\n\n");
}

#define MOVED(bytes, per_s, low, high) AMOUNT(1000, bytes, per_s, low, high)

static const struct statement_class moved[] = {
	{"free", "free", true, false, NULL, MOVED(9000, 900, 800, 1000)},
	{"shmem", "shared memory", true, false, NULL, MOVED(-300, -5, -6, -4)},
	{"percpu", "per-CPU", true, false, NULL, MOVED(20, 2, 1, 3)},
	{"other", "other counters", true, false, NULL, MOVED(100, 1, -1, 3)},
	{"kernel_stack", "kernel stacks", true, false, NULL, MOVED(10, 3, 2, 4)},
	{"hugetlb", "huge pages", false, false, NULL, MOVED(10, 9, 8, 10)},
};

/* What grows for certain, the fastest first; then what changed most.  More free memory is none. */
static void test_what_moved_stands_on_top(void **state)
{
	static const char *const order[] = {"kernel stacks\n", "per-CPU\n", " free\n",
					    "shared memory\n", "other counters\n"};
	struct statement statement = golden_statement();
	char *text;
	const char *at;

	(void)state;
	statement.classes = moved;
	statement.nr_classes = NR(moved);
	text = printed(statement, false);
	at = strstr(text, "confidence          class\n");
	for (size_t i = 0; i < NR(order); i++) {
		assert_non_null(at);
		at = strstr(at, order[i]);
	}
	assert_non_null(at);
	free(text);
	check_line(statement, "grows steadily: cache kmalloc-512 +1.9M/min, vmalloc by "
			      "bpf_map_area_alloc+0x4d/0x60 +58.6K/min,\n                "
			      "kernel stacks +180/min, per-CPU +120/min\n");
	check_no_line(statement, "huge pages");
	statement.all = true; /* as the kernel has them */
	check_line(statement, " free\n    1000     -300");
}

/* Names come from the kernel: in the answer, too, they command nothing. */
static void test_hostile_names_that_grow(void **state)
{
	struct statement_cache cache = {"\x1b[2Ja_cache_with_a_name_of_more_than_forty_characters",
					"",
					STATEMENT_NO,
					1,
					1,
					8,
					MOVED(10, 1, 1, 1)};
	struct statement statement = golden_statement();

	(void)state;
	statement.caches = &cache;
	statement.nr_caches = 1;
	check_line(statement,
		   "\n                cache \\x1b[2Ja_cache_with_a_name_of_more_than… +60/min\n");
}

static void test_what_the_answer_says(void **state)
{
	struct statement statement = golden_statement();
	struct statement_class classes[6];

	(void)state;
	for (size_t i = 0; i < NR(classes); i++) {
		classes[i] = moved[2];
		classes[i].title = "abcdefghijkl";
	}
	statement.classes = classes;
	statement.nr_classes = 5;
	statement.nr_caches = statement.nr_callers = 0;
	check_line(statement, "abcdefghijkl +120/min, …\n14:03");
	statement.nr_classes = 4;
	check_no_line(statement, "…\n14:03");
	for (size_t i = 0; i < NR(classes); i++)
		classes[i].amount.growth.low = 0;
	check_line(statement, "grows steadily: nothing for certain (95% confidence)\n");
	for (size_t i = 0; i < NR(classes); i++)
		classes[i].amount.growth.known = false;
	check_line(statement, "too early to tell what grows\n");
	statement.phase = STATEMENT_AFTER;
	check_no_line(statement, "too early");
}

/* A list of aliases is cut between characters. */
static void test_aliases_that_are_cut(void **state)
{
	struct statement_cache cache = {.name = "kmalloc-8",
					.aliases = "a, "
						   "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3"
						   "\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
						   "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3"
						   "\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
						   "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3"
						   "\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"};
	struct statement statement = golden_statement();
	char *text;

	(void)state;
	statement.all = true;
	statement.caches = &cache;
	statement.nr_caches = statement.nr_caches_all = 1;
	text = printed(statement, false);
	assert_non_null(strstr(text, "\xc3\xa9…)"));
	assert_null(strstr(text, "\\xc3"));
	free(text);
}

/* ---- what is long ---- */

#define LONG_WORD "a_name_that_is_much_longer_than_what_there_is_room_for_on_a_line_of_a_terminal_"
#define LONG_SENTENCE                                                                              \
	"a sentence of so many words that it has to be folded more than once on any line, and "    \
	"which goes on and on until there are three lines of it, one below the other, all of "     \
	"them at the same margin"

#define MORE AMOUNT(MIB(3), MIB(1), 1000, 900, 1100)

static const struct statement_class long_classes[] = {
	{"free", LONG_WORD LONG_WORD, true, false, LONG_WORD, MORE},
	{"free", "free", true, false, LONG_SENTENCE, MORE},
	{"swap", "a title of which just nothing is left for remark_", true, true, "remark", MORE},
};
static const struct statement_cache long_caches[] = {
	{LONG_WORD, "a, b", STATEMENT_YES, 1, 1, 8, MORE},
	{"kmalloc-8", LONG_WORD, STATEMENT_YES, 1, 1, 8, MORE},
	{"kmalloc-16", LONG_WORD, STATEMENT_NO, 1, 1, 16, MORE},
};
static const struct statement_caller long_callers[] = {{LONG_WORD, 1, 1, MORE}};
static const struct statement_line long_lines[] = {
	{LONG_WORD ".c:1", "function", NULL, 1, 1, MORE},
	{"short.c:1", LONG_WORD, "module", 1, 1, MORE},
	{"short.c:2", "function", LONG_WORD, 1, 1, MORE},
	{LONG_WORD ".c:3", "function", "module", 1, 1, MORE},
	{LONG_WORD ".c:4", LONG_WORD, "module", 1, 1, MORE},
};
static const struct statement_source long_sources[] = {
	{"allocinfo", "/proc/allocinfo", true, LONG_SENTENCE},
	{"a_name_of_more_than_12", "/x", false, NULL},
	{"kmemleak", "/y", true, LONG_WORD LONG_WORD},
};
static const char *const long_unread[] = {LONG_SENTENCE};

/* Every text in it is longer than its line. */
static struct statement long_statement(enum statement_phase phase)
{
	struct statement statement = golden_statement();

	statement.phase = phase;
	statement.command = LONG_WORD LONG_WORD;
	statement.classes = long_classes;
	statement.nr_classes = NR(long_classes);
	statement.caches = long_caches;
	statement.nr_caches = statement.nr_caches_all = NR(long_caches);
	statement.callers = long_callers;
	statement.nr_callers = statement.nr_callers_all = NR(long_callers);
	statement.lines = long_lines;
	statement.nr_lines = statement.nr_lines_all = NR(long_lines);
	statement.sources = long_sources;
	statement.nr_sources = NR(long_sources);
	statement.unread = long_unread;
	statement.nr_unread = NR(long_unread);
	return statement;
}

static void check_widths(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		int columns = 0;

		for (size_t i = 0; i < length; i++)
			columns += (text[i] & 0xc0) != 0x80;
		if (columns > 100)
			fail_msg("%d columns: %.*s", columns, (int)length, text);
		text += length + (text[length] == '\n');
	}
}

/* No line is wider than 100 columns, whatever it has to say. */
static void test_what_is_long(void **state)
{
	static const char *const names[] = {[STATEMENT_STREAM] = "statement-long.txt",
					    [STATEMENT_BEFORE] = "statement-long-before.txt",
					    [STATEMENT_AFTER] = "statement-long-after.txt"};

	(void)state;
	for (int phase = 0; phase < 3; phase++) {
		char *text = printed(long_statement(phase), false);

		golden_compare(names[phase], text);
		/* the line of free(1) is as it is */
		check_widths(strchr(text, '\n') + 1);
		free(text);
	}
}

/* ---- single lines ---- */

static void test_how_long_memory_lasts(void **state)
{
	struct statement statement = golden_statement();

	(void)state;
	check_line(statement, "MemAvailable 20.0G (-11.4M/min, exhausted in 1.2d)\n");
	statement.exhausted_s = INFINITY;
	check_line(statement, "MemAvailable 20.0G (does not shrink steadily)\n");
	statement.available.growth.known = false;
	check_line(statement, "MemAvailable 20.0G\n");
	statement.exhausted_s = 100;
	check_line(statement, "MemAvailable 20.0G\n");
	statement.available_known = false;
	check_no_line(statement, "MemAvailable");
}

static void test_titles(void **state)
{
	struct statement statement = golden_statement();

	(void)state;
	check_no_line(statement, "final");
	check_no_line(statement, "clean caches");
	statement.final = true;
	check_line(statement, "final statement  14:03:25 +35s  MemTotal 23.5G");
	statement.phase = STATEMENT_AFTER;
	check_no_line(statement, "final");
	check_line(statement, "\nthe command left behind (change since before it)\n");
	statement.phase = STATEMENT_BEFORE;
	statement.command = "make -j2";
	statement.caches_dropped = true;
	check_line(statement, "clean caches were dropped before this reading\nbefore make -j2\n");
}

/* Of a class that does not change there is no interval; of one that may there is. */
static void test_intervals(void **state)
{
	struct statement_class class = {"free", "a class", true, false, NULL, STILL(4096)};
	struct statement statement = golden_statement();
	struct growth_slope *slope = &class.amount.growth;

	(void)state;
	statement.all = true;
	statement.classes = &class;
	statement.nr_classes = 1;
	check_line(statement, "    4.0K        0          0                          a class\n");
	check_no_line(statement, "apart from MemTotal");
	slope->high = 100;
	check_line(statement, "          0  (0 to +5.9K)            a class\n");
	slope->low = -100;
	slope->high = 0;
	check_line(statement, "          0  (-5.9K to 0)            a class\n");
	slope->known = false;
	check_line(statement, "          -                          a class\n");
	class.apart = true;
	check_line(statement, "apart from MemTotal\n    4.0K ");
	class.known = false;
	check_no_line(statement, "a class");
	check_no_line(statement, "apart from MemTotal");
}

/* What grows for certain stands out, what may be still is dim, what shrinks is plain. */
static void test_styles_of_growth(void **state)
{
	static const struct {
		double low, high;
		const char *text;
	} slopes[] = {
		{0.1, 2, "\x1b[1m        +60\x1b[0m  \x1b[1m(+6 to +120)            \x1b[0m"},
		{0, 2, "\x1b[2m        +60\x1b[0m  \x1b[2m(0 to +120)             \x1b[0m"},
		{-2, 0, "\x1b[2m        +60\x1b[0m  \x1b[2m(-120 to 0)             \x1b[0m"},
		{-2, -0.1, "        +60  (-120 to -6)            a class"},
	};
	struct statement_class class = {"free", "a class", true, false, NULL, STILL(4096)};
	struct statement statement = golden_statement();

	(void)state;
	statement.all = true;
	statement.classes = &class;
	statement.nr_classes = 1;
	for (size_t i = 0; i < NR(slopes); i++) {
		char *text;

		class.amount.growth = (struct growth_slope){true, 1, slopes[i].low, slopes[i].high};
		text = printed(statement, true);
		if (!strstr(text, slopes[i].text))
			fail_msg("no \"%s\" in:\n%s", slopes[i].text, text);
		free(text);
	}
}

static void test_what_is_not_listed(void **state)
{
	struct statement statement = golden_statement();

	(void)state;
	statement.nr_caches_all = statement.nr_caches + 1;
	statement.nr_callers_all = statement.nr_callers + 2;
	statement.nr_lines_all = statement.nr_lines;
	check_line(statement, "\n          … and 1 more cache (--top)\n");
	check_line(statement, "\n          … and 2 more callers (--top)\n");
	check_no_line(statement, "more line");
	statement.phase = STATEMENT_AFTER;
	check_line(statement, "\n          … and 1 more cache, changed or not (--top)\n");
	check_line(statement, "/proc/slabinfo counts what a CPU keeps at hand as in use");
	/* of a list that is cut the others may have changed */
	statement.caches = &golden_statement_caches[2];
	statement.nr_caches = 1;
	statement.nr_caches_all = 5;
	check_line(statement, "          … and 1 that did not change (-a)\n"
			      "          … and 4 more caches, changed or not (--top)\n");
	check_no_line(statement, "/proc/slabinfo counts");
	statement.nr_caches = statement.nr_caches_all = 0;
	statement.nr_callers = statement.nr_callers_all = 0;
	statement.nr_lines = statement.nr_lines_all = 0;
	check_no_line(statement, "cache\n");
	check_no_line(statement, "vmalloc caller");
	check_no_line(statement, "line of source");
}

/* After a command what changed is listed: bytes, or only how many there are. */
static void test_what_changed(void **state)
{
	struct statement_cache cache = {.name = "a_cache", .aliases = ""};
	struct statement_caller caller = {.name = "a_caller"};
	struct statement_line line = {.place = "a.c:1", .function = "f"};
	struct statement statement = golden_statement_after();

	(void)state;
	statement.caches = &cache;
	statement.callers = &caller;
	statement.lines = &line;
	statement.nr_caches = statement.nr_caches_all = 1;
	statement.nr_callers = statement.nr_callers_all = 1;
	statement.nr_lines = statement.nr_lines_all = 1;
	check_no_line(statement, "a_cache\n");
	check_no_line(statement, "a_caller\n");
	check_no_line(statement, "a.c:1 f\n");
	cache.delta_objects = -1;
	caller.delta_areas = 1;
	line.delta_calls = 1;
	check_line(statement, "       0        0         0        -1      0  a_cache\n");
	check_line(statement, "       0        0        0        +1  a_caller\n");
	check_line(statement, "       0        0        0        +1  a.c:1 f\n");
	cache = (struct statement_cache){.name = "a_cache", .aliases = ""};
	cache.amount.delta_bytes = 4096;
	check_line(statement, "       0    +4.0K         0         0      0  a_cache\n");
	cache.amount.delta_bytes = 0;
	check_no_line(statement, "a_cache\n");
	statement.all = true;
	check_line(statement, "  a_cache\n");
}

static void test_books_that_are_there(void **state)
{
	struct statement statement = golden_statement();

	(void)state;
	statement.nr_sources = statement.nr_unread = 0;
	statement.nr_lines = statement.nr_lines_all = 0;
	statement.nr_callers = statement.nr_callers_all = 0;
	statement.nr_caches = statement.nr_caches_all = 0;
	check_no_line(statement, "\n\n\n");
	statement.nr_sources = 1;
	check_line(statement, "\n\nallocinfo    found: 2 lines hold memory\n\n");
	statement.nr_sources = 0;
	statement.nr_unread = 1;
	check_line(statement, "\n\nnot read: /proc/slabinfo: Permission denied (root's)\n\n");
	statement.phase = STATEMENT_BEFORE;
	check_no_line(statement, "not read");
}

static void test_output_fails(void **state)
{
	struct statement statement = golden_statement();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_true(statement_text__print(&statement, false, full) < 0);
	fclose(full);
	/* also where it failed before the end */
	full = fopen("/dev/full", "w");
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_true(statement_text__print(&statement, false, full) < 0);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_after),
		cmocka_unit_test(test_before),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_color),
		cmocka_unit_test(test_nothing_changed),
		cmocka_unit_test(test_the_first_one),
		cmocka_unit_test(test_what_moved_stands_on_top),
		cmocka_unit_test(test_what_the_answer_says),
		cmocka_unit_test(test_hostile_names_that_grow),
		cmocka_unit_test(test_aliases_that_are_cut),
		cmocka_unit_test(test_what_is_long),
		cmocka_unit_test(test_how_long_memory_lasts),
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_styles_of_growth),
		cmocka_unit_test(test_what_is_not_listed),
		cmocka_unit_test(test_what_changed),
		cmocka_unit_test(test_books_that_are_there),
		cmocka_unit_test(test_output_fails),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
