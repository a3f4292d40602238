// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "render/pen.h"
#include "render/report_text.h"

#include <errno.h>
#include <time.h>

static char *printed_wide(const struct report *report, bool color, int columns)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(report_text__print(report, color, columns, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), length);
	return text;
}

static char *printed(const struct report *report, bool color)
{
	return printed_wide(report, color, 0);
}

static void check_golden(struct report report, bool color, const char *name)
{
	char *text = printed(&report, color);

	golden_compare(name, text);
	free(text);
}

static void check_contains(struct report report, const char *part)
{
	char *text = printed(&report, false);

	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
	free(text);
}

static void check_lacks(struct report report, const char *part)
{
	char *text = printed(&report, false);

	if (strstr(text, part))
		fail_msg("\"%s\" in:\n%s", part, text);
	free(text);
}

static void test_golden(void **state)
{
	(void)state;
	check_golden(golden_report(), false, "report.txt");
	check_golden(golden_final(), false, "final.txt");
	check_golden(golden_nothing(), false, "nothing.txt");
	check_golden(golden_huge(), false, "huge.txt");
}

/* By suspicion: a line for each, and what leaks whole. */
static struct report by_suspicion(struct report report)
{
	report.by_suspicion = report.verdicts_known = true;
	report.nr_sites_all = 345;
	report.verdicts[VERDICT_LEAK] = (struct report_verdict){1, 37120, 37120 * 256, 12687769.6};
	report.verdicts[VERDICT_GROWING] = (struct report_verdict){1, 12, 1572864, 64};
	report.verdicts[VERDICT_NEW] = (struct report_verdict){9, 90, 1000, 0};
	report.verdicts[VERDICT_HELD] = (struct report_verdict){6, 60, 7000, 0};
	report.verdicts[VERDICT_INSUFFICIENT] = (struct report_verdict){2, 2, 500, 0};
	report.verdicts[VERDICT_CACHE] = (struct report_verdict){181, 181, 139 << 20, 0};
	report.verdicts[VERDICT_CHURN] = (struct report_verdict){145, 145, 3 << 20, 0};
	return report;
}

static void test_by_suspicion(void **state)
{
	struct report report = by_suspicion(golden_report());

	(void)state;
	check_golden(report, false, "suspects.txt");
	check_golden(report, true, "suspects-color.txt");
	check_golden(by_suspicion(golden_final()), false, "suspects-final.txt");
	check_golden(by_suspicion(golden_hostile()), false, "suspects-hostile.txt");
	report.all_listed = true;
	check_golden(report, false, "suspects-all.txt");
}

/* What is told whole: what leaks; at last what grows; all where nothing does, or asked for. */
static void test_what_is_told_whole(void **state)
{
	static const char growing[] = "grows; part of the old objects is freed";
	static const char fresh[] = "          NEW\n", cache[] = "the kernel can reclaim it";
	struct report report = by_suspicion(golden_report());

	(void)state;
	check_lacks(report, growing);
	check_lacks(report, fresh);
	report.final = true;
	check_contains(report, growing);
	check_lacks(report, fresh);
	report.stacks = true;
	check_contains(report, fresh);
	check_lacks(report, cache); /* folded */
	report.stacks = false;
	report.sites += 3;
	report.nr_sites = 1;
	check_contains(report, fresh);
	report.final = false;
	check_lacks(report, fresh);
}

/* Nothing is decided yet, or an old file does not tell. */
static void test_answers(void **state)
{
	struct report report = golden_report();

	(void)state;
	check_lacks(report, "leak,");
	report.by_suspicion = report.verdicts_known = true;
	report.verdicts[VERDICT_NEW] = (struct report_verdict){4, 4, 1000, 0};
	check_contains(report, "4 new: too early to tell\n");
	report.verdicts[VERDICT_LEAK] = (struct report_verdict){2, 2, 1000, -1};
	check_contains(report, "2 leaks, -1/min: kleak_leak_kmalloc · 4 new\n");
	report.verdicts_known = false;
	check_lacks(report, "leaks,");
}

static struct report of_command(void)
{
	struct report report = golden_report();

	report.filter.command = "make";
	report.by_suspicion = report.verdicts_known = true;
	report.nr_sites = report.nr_sites_all = 0;
	return report;
}

/* kleak run: what is left behind, and what is only counted. */
static void test_what_a_command_left(void **state)
{
	static struct symbols_frame stack[] = {{.symbol = "inet_twsk_alloc"}};
	struct report report = of_command();
	struct report_site sites[2] = {golden_sites[0], golden_sites[0]};

	(void)state;
	check_contains(report, "nothing is left behind\n");
	report.nr_sites_all = 1;
	report.verdicts[VERDICT_CACHE] = (struct report_verdict){1, 2, 384, 0};
	check_contains(report, "1 cache 384 (folded) · nothing else is left behind\n");
	report.nr_sites_all = 6;
	report.verdicts[VERDICT_NEW] = (struct report_verdict){4, 399, 90000, 0};
	report.verdicts[VERDICT_INSUFFICIENT] = (struct report_verdict){1, 1, 12400, 0};
	check_contains(report,
		       "left behind: 400 objects, 100.0K at 5 sites · 1 cache 384 (folded)\n");
	/* one of them, and one that is a cache as well, are kept by design */
	sites[0].verdict.is.name = VERDICT_NEW;
	sites[1].verdict.is.name = VERDICT_CACHE;
	for (size_t i = 0; i < NR(sites); i++) {
		sites[i].stack = stack;
		sites[i].nr_frames = 1;
		sites[i].bytes = 2160;
		sites[i].objects = 9;
		sites[i].unreferenced = 0;
	}
	report.sites = sites;
	report.nr_sites = 2;
	check_contains(report,
		       "left behind: 391 objects, 97.9K at 4 sites · 1 cache 384 (folded) · 1 "
		       "by design 2.1K (folded)\n");
	check_contains(report, "… and 4 more (--top 0 lists all)\n");
	check_lacks(report, "kleak_leak_kmalloc");
	/* all of them are listed where that is asked for, or where another order is */
	report.all_listed = report.stacks = true;
	check_contains(report, "left behind: 400 objects");
	check_contains(report, "by design: a connection in TIME_WAIT");
	report.all_listed = false;
	report.by_suspicion = false;
	check_contains(report, "by design: a connection in TIME_WAIT");
	report.by_suspicion = true;
	/* what nothing refers to is no design */
	sites[0].unreferenced = 9;
	check_contains(report, "UNREFERENCED");
}

/* One that runs for long may be seen to leak. */
static void test_a_command_that_leaks(void **state)
{
	struct report report = of_command();

	(void)state;
	report.nr_sites_all = 3;
	report.verdicts[VERDICT_LEAK] = (struct report_verdict){1, 5, 1000, 100};
	report.verdicts[VERDICT_HELD] = (struct report_verdict){1, 1, 24, 0};
	report.verdicts[VERDICT_CHURN] = (struct report_verdict){1, 1, 24, 0};
	check_contains(report,
		       "left behind: 6 objects, 1.0K at 2 sites · 1 leak, +100/min · 1 churn 24 "
		       "(folded)\n");
}

/* What a cgroup is charged for, and how near its limit it is. */
static void test_golden_of_a_cgroup(void **state)
{
	struct report report = golden_report();

	(void)state;
	report.charges = golden_charges;
	check_golden(report, false, "report-cgroup.txt");
}

/* Whom what is listed is charged to: with --charged-to, and where others have allocated it. */
static void test_golden_of_charged(void **state)
{
	struct report report = golden_of_charged();
	struct report_site sites[] = {report.sites[0], report.sites[1]};

	(void)state;
	check_golden(report, false, "report-charged.txt");
	report.charged_to = (struct report_charged_to){.known = true, .removed = true};
	check_contains(report,
		       "it was removed: what is left of it is charged to the cgroup above it\n");
	report.charged_to = (struct report_charged_to){};
	check_contains(report,
		       "          allocated by nginx[1234] 81% in /system.slice/nginx.service, "
		       "kworker 19%, interrupts 0%, charged to /app.slice 30, /app.slice/a b "
		       "20, /system.slice/nginx.service 5, other cgroups 2, no cgroup 4, not "
		       "known 3 of 64 objects looked at\n");
	sites[0].nr_who = 0;
	report.sites = sites;
	report.nr_sites = 2;
	report.filter.cgroup = "/x";
	check_contains(report,
		       "          allocated by processes of /x, charged to /app.slice 30, ");
	/* who allocates is in it, or not known: nothing is said */
	check_lacks(report, "charged to /app.slice 12");
	sites[0].charged.groups[0].elsewhere = REPORT_ELSEWHERE_UNKNOWN;
	check_lacks(report, "charged to");
}

static void test_golden_colours(void **state)
{
	(void)state;
	check_golden(golden_report(), true, "report-color.txt");
	check_golden(golden_final(), true, "final-color.txt");
}

static void test_golden_hostile_names(void **state)
{
	(void)state;
	check_golden(golden_hostile(), false, "hostile.txt");
}

/* Without its SGR sequences, which are those we know, a coloured report is the plain one. */
static void check_colors_add_nothing(struct report report)
{
	char *plain = printed(&report, false), *color = printed(&report, true);
	char *to = color;
	bool on = false;

	for (const char *from = color; *from;) {
		static const char *const known[] = {"\x1b[1m", "\x1b[2m", "\x1b[1;33m",
						    "\x1b[1;31m"};
		size_t length = 0;

		if (!strncmp(from, "\x1b[0m", 4)) {
			assert_true(on);
			on = false;
			from += 4;
			continue;
		}
		for (size_t i = 0; i < NR(known); i++)
			if (!strncmp(from, known[i], strlen(known[i])))
				length = strlen(known[i]);
		if (length) {
			assert_false(on);
			on = true;
			from += length;
			continue;
		}
		assert_int_not_equal(*from, '\x1b');
		*to++ = *from++;
	}
	*to = '\0';
	assert_false(on);
	assert_string_equal(color, plain);
	free(plain);
	free(color);
}

static void test_colors_add_nothing(void **state)
{
	(void)state;
	check_colors_add_nothing(golden_report());
	check_colors_add_nothing(golden_final());
	check_colors_add_nothing(golden_hostile());
	check_colors_add_nothing(golden_huge());
}

static void test_no_control_bytes(void **state)
{
	struct report report = golden_hostile();
	char *text = printed(&report, false);

	(void)state;
	for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
		assert_true(*s >= 0x20 || *s == '\n');
		assert_int_not_equal(*s, 0x7f);
		if (*s == 0xc2)
			assert_true(s[1] >= 0xa0);
	}
	free(text);
}

/* Every byte on its own: only printable ASCII may pass. */
static void test_every_byte(void **state)
{
	struct report report = golden_nothing();

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		char note[] = {'<', (char)byte, '>', '\0'}, want[16];

		report.note = note;
		if (byte >= 0x20 && byte < 0x7f)
			snprintf(want, sizeof(want), "\n<%c>\n", byte);
		else
			snprintf(want, sizeof(want), "\n<\\x%02x>\n", byte);
		check_contains(report, want);
	}
}

static void check_note(const char *note, const char *want)
{
	struct report report = golden_nothing();
	char line[64];

	report.note = note;
	snprintf(line, sizeof(line), "\n%s\n", want);
	check_contains(report, line);
}

static void test_utf8(void **state)
{
	(void)state;
	/* first and last sequences of every length */
	check_note("\xc2\xa0", "\xc2\xa0");
	check_note("\xdf\xbf", "\xdf\xbf");
	check_note("\xe0\xa0\x80", "\xe0\xa0\x80");
	check_note("\xed\x9f\xbf", "\xed\x9f\xbf");
	check_note("\xef\xbf\xbf", "\xef\xbf\xbf");
	check_note("\xf0\x90\x80\x80", "\xf0\x90\x80\x80");
	check_note("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
	/* the ones just outside */
	check_note("\xc2\x80", "\\xc2\\x80");
	check_note("\xc2\x9f", "\\xc2\\x9f");
	check_note("\xc1\xbf", "\\xc1\\xbf");
	check_note("\xe0\x9f\xbf", "\\xe0\\x9f\\xbf");
	check_note("\xed\xa0\x80", "\\xed\\xa0\\x80");
	check_note("\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf");
	check_note("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	check_note("\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80");
	check_note("\xc3\xc3\xa9", "\\xc3\xc3\xa9");
	/* cut */
	check_note("\xf0\x90\x80", "\\xf0\\x90\\x80");
	check_note("\xe2\x82z", "\\xe2\\x82z");
}

/* The row of a single site, split at blanks. */
static void check_cell(struct report_site site, int column, const char *want)
{
	struct report report = golden_nothing();
	char *text, *row, *cell;

	site.origin = "slab";
	site.cache = "the-cache";
	report.sites = &site;
	report.nr_sites = report.nr_sites_all = 1;
	text = printed(&report, false);
	row = strstr(text, "cache\n");
	assert_non_null(row);
	cell = strtok(row + strlen("cache\n"), " ");
	for (int i = 0; cell && i < column; i++)
		cell = strtok(NULL, " ");
	assert_non_null(cell);
	assert_string_equal(cell, want);
	free(text);
}

static void test_bytes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *want;
	} cases[] = {
		{0, "0"},
		{1, "1"},
		{1023, "1023"},
		{1024, "1.0K"},
		{1536, "1.5K"},
		{1048524, "1023.9K"},
		{1048525, "1.0M"},
		{1048576, "1.0M"},
		{1073741823, "1.0G"},
		{5ULL << 40, "5.0T"},
		{3ULL << 50, "3.0P"},
		{UINT64_MAX, "16.0E"},
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++)
		check_cell((struct report_site){.bytes = cases[i].bytes}, 0, cases[i].want);
}

static void test_growth(void **state)
{
	static const struct {
		double growth;
		const char *want;
	} cases[] = {
		{0, "0"},
		{-0.0, "0"},
		{0.49, "0"},
		{-0.49, "0"},
		{0.5, "0"},
		{1, "+1"},
		{-1, "-1"},
		{1023.4, "+1023"},
		{1023.6, "+1.0K"},
		{-1536, "-1.5K"},
		{MIB(12.5), "+12.5M"},
		{1e300, "+9e+281E"},
		{NAN, "?"},
		{-1e300, "-9e+281E"},
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++)
		check_cell((struct report_site){.growth_bytes_per_min = cases[i].growth}, 1,
			   cases[i].want);
}

static void test_ages(void **state)
{
	static const struct {
		double age;
		const char *want;
	} cases[] = {
		{0, "0.0s"},
		{-1, "0.0s"},
		{0.85, "0.8s"},
		{0.86, "0.9s"},
		{9.94, "9.9s"},
		{9.96, "10s"},
		{12, "12s"},
		{59.4, "59s"},
		{59.6, "1.0m"},
		{204, "3.4m"},
		{3596, "59.9m"},
		{3598, "1.0h"},
		{7560, "2.1h"},
		{23.94 * 3600, "23.9h"},
		{23.96 * 3600, "1.0d"},
		{86400, "1.0d"},
		{864000, "10.0d"},
		{1e300, "1e+295d"},
		{NAN, "?"},
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++)
		check_cell((struct report_site){.age_median_s = cases[i].age}, 3, cases[i].want);
}

static void test_rates(void **state)
{
	static const struct {
		double rate;
		const char *want;
	} cases[] = {
		{0, "0"},	{0.4, "0.4"},		{0.01, "<0.1"}, {9.94, "9.9"}, {9.96, "10"},
		{2474, "2474"}, {99999999, "99999999"}, {1e9, "1e+09"}, {NAN, "?"},
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++)
		check_cell((struct report_site){.allocations_per_s = cases[i].rate}, 4,
			   cases[i].want);
}

static struct report with_class(struct coverage_class *c)
{
	struct report report = golden_nothing();

	*c = (struct coverage_class){
		.name = "slab_unreclaimable",
		.field = MEMINFO_S_UNRECLAIM,
		.known = true,
		.kernel_delta_bytes = KIB(100),
		.traced_bytes = KIB(50),
		.explained = 0.5,
		.older_bytes = -KIB(20),
		.room_bytes = KIB(60),
		.rest_bytes = KIB(10),
	};
	report.ledger = c;
	report.nr_ledger = 1;
	return report;
}

/* The kernel's growth is the sum of its parts. */
static void test_parts_of_growth(void **state)
{
	struct coverage_class c;
	struct report report = with_class(&c);

	(void)state;
	check_contains(report,
		       "\n                  kernel       new     older      room      rest\n"
		       "  SUnreclaim     +100.0K    +50.0K    -20.0K    +60.0K    +10.0K\n");
	c.kernel_delta_bytes = -KIB(3);
	c.rest_bytes = -KIB(93);
	check_contains(report,
		       "  SUnreclaim       -3.0K    +50.0K    -20.0K    +60.0K    -93.0K\n");
}

static void test_frees_of_unknown_size(void **state)
{
	struct report report = golden_report();

	(void)state;
	check_contains(report, "0 found free, 40 unknown), live");
	report.events.unsized_frees = 7;
	check_contains(report, "0 found free, 40 unknown, 7 of these not sized)");
}

/* What is not known is not told. */
static void test_parts_that_are_not_known(void **state)
{
	struct coverage_class c;
	struct report report = with_class(&c);

	(void)state;
	c.room_bytes = c.rest_bytes = NAN;
	check_contains(report,
		       "  SUnreclaim     +100.0K    +50.0K    -20.0K         -         -\n");
	check_lacks(report, "nan");
	report.filter.origins = "vmalloc,percpu";
	check_contains(report, "  SUnreclaim     +100.0K  not traced\n");
}

/* A class in which nothing happened takes no line, and no class no head. */
static void test_classes_without_change(void **state)
{
	struct coverage_class c;
	struct report report = with_class(&c);

	(void)state;
	c.kernel_delta_bytes = 0;
	check_contains(report,
		       "  SUnreclaim          +0    +50.0K    -20.0K    +60.0K    +10.0K\n");
	c.traced_bytes = 0;
	c.older_bytes = 0;
	c.room_bytes = c.rest_bytes = NAN;
	check_lacks(report, "SUnreclaim");
	check_lacks(report, "kernel  ");
	c.rest_bytes = -4095;
	check_lacks(report, "SUnreclaim");
	c.rest_bytes = -4096;
	check_contains(report,
		       "  SUnreclaim          +0        +0        +0         -     -4.0K\n");
	c.kernel_delta_bytes = 1;
	c.rest_bytes = 0;
	check_contains(report,
		       "  SUnreclaim          +1        +0        +0         -        +0\n");
	c.kernel_delta_bytes = 0;
	c.rest_bytes = 8192;
	report.filter.origins = "vmalloc";
	check_lacks(report, "SUnreclaim");
}

static void test_field_that_the_kernel_lacks(void **state)
{
	struct coverage_class c;
	struct report report = with_class(&c);

	(void)state;
	c.known = false;
	c.rest_bytes = NAN;
	check_contains(report,
		       "  SUnreclaim     unknown    +50.0K    -20.0K    +60.0K         -\n");
	check_lacks(report, "%");
	check_lacks(report, "PageTables");
	report.meminfo_known[MEMINFO_PAGE_TABLES] = true;
	check_contains(report, "PageTables +0");
}

static void test_losses_are_all_named(void **state)
{
	struct report report = golden_report();

	(void)state;
	check_contains(report, "\nlosses: none · 3 blind spots (--explain)\n");
	report.losses = golden_losses;
	report.nr_losses = NR(golden_losses);
	check_contains(report, "1234 allocations not recorded: table full (--max-objects)");
	check_contains(report, "1 child processes not followed: too many");
	check_lacks(report, "lost a race");
	check_lacks(report, "none");
}

static void test_rows_that_are_cut(void **state)
{
	struct report report = golden_report();

	(void)state;
	check_lacks(report, "more site");
	report.nr_sites = 3;
	check_contains(report, "\n… and 1 more site with 64\n");
	report.nr_sites_all = 215;
	check_contains(report, "\n… and 212 more sites with 64\n");
	report.bytes_all = 5; /* cannot be, but must not wrap */
	check_contains(report, "\n… and 212 more sites with 0\n");
}

/* Of objects that are not listed there are no more; of those that are, as many as are left out. */
static void test_objects_that_are_listed(void **state)
{
	struct report_site site = golden_sites[0];
	struct report report = golden_report();
	char *text;

	(void)state;
	report.sites = &site;
	report.nr_sites = 1;
	for (size_t nr = 0; nr <= 2; nr++) {
		site.unreferenced = 2;
		site.nr_listed = nr;
		text = printed(&report, false);
		assert_int_equal(strstr(text, "… and 1 more\n") != NULL, nr == 1);
		assert_int_equal(strstr(text, "… and 2 more\n") != NULL, false);
		free(text);
	}
}

/* A pass that goes on: the first one, another one. */
static void test_a_pass_under_way(void **state)
{
	struct report report = golden_report();

	(void)state;
	check_lacks(report, "under way");
	report.scan.under_way = 0.344;
	check_contains(report, "not to be told from free ones, the next pass is under way, 34%\n");
	report.scan = (struct report_scan){.under_way = 0.5};
	check_contains(report, "\nscan: the first pass is under way, 50%\n");
	check_lacks(report, "0 passes");
}

static void test_pending_only_when_there_are(void **state)
{
	struct report report = golden_report();

	(void)state;
	check_contains(report, "vmalloc (+120 pending RCU)\n");
	check_contains(report, "kmalloc-256\n");
	check_lacks(report, "in motion");
}

/* On a narrow terminal a row of the list still is one line. */
static void test_rows_fit_the_terminal(void **state)
{
	static const int columns[] = {80, 85, 86, 87, 88, 100, 180};
	struct report report = by_suspicion(golden_report());
	char row[1024];

	(void)state;
	for (size_t i = 0; i < NR(columns); i++) {
		char *text = printed_wide(&report, false, columns[i]);
		const char *start = strstr(text, "\nUNREF"), *end;
		int width = 0;

		assert_non_null(start);
		end = strchr(++start, '\n');
		assert_true(end && end - start < (long)sizeof(row));
		memcpy(row, start, (size_t)(end - start));
		row[end - start] = 0;
		width = pen__width(row);
		if (width < 70 || width > columns[i])
			fail_msg("%d columns: %d are taken: %s", columns[i], width, row);
		free(text);
	}
}

/* Columns: UTF-8 sequences count once. */
static void check_width(struct report report)
{
	char *text = printed(&report, false);
	int columns = 0;

	for (const char *s = text; *s; s++) {
		columns = *s == '\n' ? 0 : columns + ((*s & 0xc0) != 0x80);
		assert_in_range(columns, 0, 100);
	}
	free(text);
}

static void test_fits_100_columns(void **state)
{
	(void)state;
	check_width(golden_report());
	check_width(golden_final());
}

static void test_local_time(void **state)
{
	struct report report = golden_report();

	(void)state;
	check_contains(report, "14:03:25 +15s");
	setenv("TZ", "XXX-5:30", 1);
	tzset();
	check_contains(report, "19:33:25 +15s");
	setenv("TZ", "UTC", 1);
	tzset();
}

static void test_output_fails(void **state)
{
	const struct report report = golden_report();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(report_text__print(&report, false, 0, full), -EIO);
	fclose(full);
	/* unbuffered: nothing is left for fflush() to fail at */
	full = fopen("/dev/full", "w");
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(report_text__print(&report, false, 0, full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_by_suspicion),
		cmocka_unit_test(test_what_is_told_whole),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_what_a_command_left),
		cmocka_unit_test(test_a_command_that_leaks),
		cmocka_unit_test(test_golden_of_a_cgroup),
		cmocka_unit_test(test_golden_of_charged),
		cmocka_unit_test(test_golden_colours),
		cmocka_unit_test(test_golden_hostile_names),
		cmocka_unit_test(test_colors_add_nothing),
		cmocka_unit_test(test_no_control_bytes),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_parts_of_growth),
		cmocka_unit_test(test_parts_that_are_not_known),
		cmocka_unit_test(test_frees_of_unknown_size),
		cmocka_unit_test(test_classes_without_change),
		cmocka_unit_test(test_field_that_the_kernel_lacks),
		cmocka_unit_test(test_losses_are_all_named),
		cmocka_unit_test(test_rows_that_are_cut),
		cmocka_unit_test(test_pending_only_when_there_are),
		cmocka_unit_test(test_objects_that_are_listed),
		cmocka_unit_test(test_a_pass_under_way),
		cmocka_unit_test(test_rows_fit_the_terminal),
		cmocka_unit_test(test_fits_100_columns),
		cmocka_unit_test(test_local_time),
		cmocka_unit_test(test_output_fails),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
