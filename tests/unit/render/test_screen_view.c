// SPDX-License-Identifier: GPL-2.0-only
/* Reports and keys go in, lines come out; no terminal is needed. */
#include "golden/screen.h"

#include <time.h>

enum { COLUMNS = 100, ROWS = 32 };

/* The sites of golden_report(), each with a cause of its own. */
static void set_apart(struct report *report)
{
	static const struct symbols_frame stack[] = {
		{.address = 0xffffffff81333333, .symbol = "foo_counters", .offset = 0x33},
		{.address = 0xffffffff81444444, .symbol = "foo_open", .offset = 0x44},
	};
	static struct report_site sites[NR(golden_sites)];

	if (report->sites != golden_sites)
		return;
	memcpy(sites, golden_sites, sizeof(sites));
	for (size_t i = 0; i < NR(sites); i++)
		if (!strcmp(sites[i].origin, "percpu")) {
			sites[i].stack = stack;
			sites[i].nr_frames = NR(stack);
		}
	report->sites = sites;
}

static struct screen_view *view_of(struct report report)
{
	struct screen_view *view = open_view(COLUMNS, ROWS);

	set_apart(&report);

	assert_int_equal(screen_view__enter(view, &report), 0);
	return view;
}

static void press_key(struct screen_view *view, uint32_t key)
{
	assert_int_equal(screen_keys__press(view, key), VIEW_NOTHING);
}

static void check_golden(struct screen_view *view, const char *name)
{
	char *text = drawn(view);

	golden_compare(name, text);
	free(text);
}

/* Is this the selected line, in part? */
static void check_selected(struct screen_view *view, const char *part)
{
	int selected = 0;

	assert_int_equal(screen_view__draw(view), 0);
	for (int i = 0; i < view->height; i++) {
		if (!view->lines[i].selected)
			continue;
		selected++;
		if (!strstr(view->lines[i].text, part))
			fail_msg("selected is \"%s\"", view->lines[i].text);
	}
	assert_int_equal(selected, 1);
}

static void test_golden(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	check_golden(view, "screen.txt");
	press_key(view, VIEW_KEY_ENTER);
	check_golden(view, "screen-expanded.txt");
	view->width = 80;
	view->height = 24;
	press(view, "?");
	check_golden(view, "screen-help.txt");
	close_view(view);
}

static void test_golden_ascii(void **state)
{
	struct screen_view *view = view_of(golden_final());

	(void)state;
	view->ascii = true;
	view->width = 80;
	press_key(view, VIEW_KEY_ENTER);
	check_golden(view, "screen-ascii.txt");
	assert_int_equal(screen_view__draw(view), 0);
	for (int i = 0; i < view->height; i++)
		for (const char *s = view->lines[i].text; *s; s++)
			assert_in_range((unsigned char)*s, 0x1b, 0x7e);
	close_view(view);
}

static void test_before_the_first_report(void **state)
{
	struct screen_view *view = open_view(80, 24);

	(void)state;
	check_shows(view, "starting to trace");
	assert_null(screen_view__report(view));
	press(view, "jk sf><bv/x");
	press_key(view, VIEW_KEY_ENTER);
	press_key(view, VIEW_KEY_PAGE_DOWN);
	press_key(view, VIEW_KEY_PAGE_UP);
	press_key(view, VIEW_KEY_END);
	assert_int_equal(view->mode, VIEW_SITES);
	assert_int_equal(screen_view__draw(view), 0);
	close_view(view);
}

static const char *const keys_of_all = "jkGbgoavc<>/?f shrxq\x15\x0c";

/* Whatever is pressed, at every size: as many lines as there are, none too wide, no control bytes.
 */
static void check_lines(struct screen_view *view)
{
	assert_int_equal(screen_view__draw(view), 0);
	for (int i = 0; i < view->height; i++) {
		int columns = 0;

		for (const char *s = view->lines[i].text; *s; s++) {
			if (*s == '\x1b') {
				assert_int_equal(s[1], '[');
				s += 2 + strspn(s + 2, "0123456789;");
				assert_int_equal(*s, 'm');
				continue;
			}
			assert_true((unsigned char)*s >= 0x20 && *s != 0x7f);
			columns += (*s & 0xc0) != 0x80;
		}
		if (columns > view->width)
			fail_msg("%d columns at width %d: %s", columns, view->width,
				 view->lines[i].text);
	}
}

static void test_every_size_and_key(void **state)
{
	static const uint32_t more[] = {VIEW_KEY_UP,   VIEW_KEY_DOWN,  VIEW_KEY_PAGE_UP,
					VIEW_KEY_HOME, VIEW_KEY_END,   VIEW_KEY_PAGE_DOWN,
					VIEW_KEY_HELP, VIEW_KEY_ENTER, VIEW_KEY_ESCAPE,
					0x1f600,       0x9b,	       VIEW_KEY_BACKSPACE};
	const struct report reports[] = {golden_report(), golden_final(), golden_nothing(),
					 golden_hostile(), golden_huge()};
	uint32_t random = 1;

	(void)state;
	for (size_t r = 0; r < NR(reports); r++) {
		struct screen_view *view = view_of(reports[r]);

		for (int round = 0; round < 1500; round++) {
			size_t keys = strlen(keys_of_all) + NR(more), key;

			random = random * 1664525 + 1013904223;
			key = (random >> 16) % keys;
			view->width = 1 + (int)(random >> 8) % 160;
			view->height = 1 + (int)(random >> 20) % 50;
			screen_keys__press(
				view, key < NR(more) ? more[key]
						     : (unsigned char)keys_of_all[key - NR(more)]);
			if (round % 7 == 0)
				assert_int_equal(screen_view__enter(
							 view, &reports[(r + round) % NR(reports)]),
						 0);
			check_lines(view);
		}
		close_view(view);
	}
}

static void test_orders(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	check_selected(view, "kmalloc-256");
	press(view, "a");
	check_selected(view, "dentry");
	check_shows(view, "age~▼");
	press(view, "o");
	check_selected(view, "kmalloc-256");
	press(view, "v");
	check_selected(view, "UNREF");
	press(view, ">"); /* back to the first key */
	check_shows(view, "bytes▼");
	press(view, "<");
	check_shows(view, "verdict▼");
	close_view(view);
}

/* By growth the second one has the least: it shrinks. */
static void test_moving(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	press(view, "gG");
	check_selected(view, "vmalloc");
	press(view, "kkk");
	check_selected(view, "kmalloc-256");
	press(view, "k");
	check_selected(view, "kmalloc-256");
	press(view, "j");
	check_selected(view, "percpu");
	press_key(view, VIEW_KEY_PAGE_DOWN);
	check_selected(view, "vmalloc");
	press_key(view, VIEW_KEY_HOME);
	check_selected(view, "kmalloc-256");
	close_view(view);
}

/* Who has selected a site keeps it, wherever it goes; who has not looks at the first one. */
static void test_selection_follows_its_site(void **state)
{
	static struct report_site sites[NR(golden_sites)];
	struct report report = golden_report();
	struct screen_view *view = view_of(report);

	(void)state;
	memcpy(sites, golden_sites, sizeof(sites));
	sites[1].bytes = MIB(100);
	report.sites = sites;
	assert_int_equal(screen_view__enter(view, &report), 0);
	check_selected(view, "vmalloc");
	press(view, "j");
	check_selected(view, "kmalloc-256");
	report.sites = golden_sites;
	assert_int_equal(screen_view__enter(view, &report), 0);
	check_selected(view, "kmalloc-256");
	report.nr_sites = 1; /* what was selected is still there, the others are not */
	assert_int_equal(screen_view__enter(view, &report), 0);
	check_selected(view, "kmalloc-256");
	close_view(view);
}

static void test_selected_site_goes(void **state)
{
	struct report report = golden_report();
	struct screen_view *view = view_of(report);

	(void)state;
	press(view, "G");
	press_key(view, VIEW_KEY_ENTER);
	check_selected(view, "percpu");
	report.nr_sites = 2;
	assert_int_equal(screen_view__enter(view, &report), 0);
	check_selected(view, "vmalloc");
	report.nr_sites = 0;
	assert_int_equal(screen_view__enter(view, &report), 0);
	check_shows(view, "nothing outstanding");
	close_view(view);
}

static void test_filter(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	press(view, "/KLEAK_T");
	check_shows(view, " /KLEAK_T");
	assert_int_equal(view->cursor, 9);
	assert_false(shows(view, "dentry"));
	check_shows(view, "kmalloc-256");
	press(view, "Q"); /* a letter while one types */
	check_shows(view, "no site matches");
	press_key(view, VIEW_KEY_BACKSPACE);
	press_key(view, VIEW_KEY_ENTER);
	check_shows(view, "/KLEAK_T  1 of 4 sites");
	press(view, "/\x15vfs_w"); /* callers too */
	check_shows(view, "kmalloc-256");
	assert_false(shows(view, "percpu  "));
	press_key(view, VIEW_KEY_ESCAPE);
	check_shows(view, "dentry");
	press(view, "/dentry");
	press_key(view, VIEW_KEY_ENTER);
	press_key(view, VIEW_KEY_ESCAPE);
	check_shows(view, "kmalloc-256");
	close_view(view);
}

static void test_typing_utf8(void **state)
{
	static const uint32_t typed[] = {'a', 0xe9, 0x20ac, 0x1f600, 0x1b, 0x9b, 0x110000};
	struct screen_view *view = view_of(golden_report());

	(void)state;
	press(view, "/");
	for (size_t i = 0; i < NR(typed); i++)
		press_key(view, typed[i]);
	assert_string_equal(view->filter, "aé€😀");
	press_key(view, VIEW_KEY_BACKSPACE);
	press_key(view, VIEW_KEY_BACKSPACE);
	assert_string_equal(view->filter, "aé");
	for (int i = 0; i < 1000; i++)
		press_key(view, 0x1f600);
	assert_in_range(strlen(view->filter), VIEW_INPUT - 8, VIEW_INPUT - 1);
	check_lines(view);
	close_view(view);
}

static void test_expanding(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	view->width = 140;
	assert_false(shows(view, "outlived the drain"));
	press_key(view, VIEW_KEY_ENTER);
	check_shows(view, "99% outlived the drain");
	check_shows(view, "nothing refers to 37000 of 37120 objects");
	check_shows(view, "kleak_leak_kmalloc+0x3d [kleak_test]");
	check_shows(view, "allocated by process nginx (1234) 80%, kernel thread kworker 18%");
	press(view, "j");
	check_selected(view, "vmalloc");
	press_key(view, VIEW_KEY_ENTER); /* that one instead */
	check_shows(view, "held by  11 of 12: cache kmalloc-64 +0x18");
	assert_false(shows(view, "outlived the drain"));
	press_key(view, VIEW_KEY_ENTER);
	assert_false(shows(view, "held by"));
	close_view(view);
}

/* What is longer than the screen scrolls line by line, and then on to the next site. */
static void test_long_details(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	view->height = 16;
	press_key(view, VIEW_KEY_ENTER);
	check_selected(view, "kmalloc-256");
	assert_false(shows(view, "ksys_write+0x63"));
	for (int i = 0; i < 40 && !shows(view, "ksys_write+0x63"); i++)
		press(view, "j");
	check_shows(view, "ksys_write+0x63");
	press(view, "jjj"); /* the fingerprint and a blank line are left */
	check_selected(view, "vmalloc");
	for (int i = 0; i < 40; i++)
		press(view, "k");
	check_selected(view, "kmalloc-256");
	close_view(view);
}

/* Sites with one cause are one row, which tells of them when it is opened. */
static void test_groups(void **state)
{
	struct screen_view *view = open_view(COLUMNS, 60);
	struct report report = golden_report();

	(void)state;
	assert_int_equal(screen_view__enter(view, &report), 0);
	assert_int_equal(screen_view__draw(view), 0);
	assert_int_equal(view->nr, 3);
	check_selected(view, "kmalloc-256        ");
	check_shows(view, "2 sites: ");
	assert_false(shows(view, "percpu   "));
	press_key(view, VIEW_KEY_ENTER);
	check_shows(view, "that is the sum of 2 sites with one cause; the stack is of the first:");
	check_shows(view, "37120  slab     kmalloc-256       kleak_leak_kmalloc");
	check_shows(view, "64          1  percpu   percpu            kleak_leak_kmalloc");
	press_key(view, VIEW_KEY_ENTER);
	assert_false(shows(view, "that is the sum"));
	/* a filter asks for the sites themselves */
	press(view, "/percpu");
	press_key(view, VIEW_KEY_ENTER);
	assert_int_equal(view->nr, 1);
	check_selected(view, "percpu             ");
	press_key(view, VIEW_KEY_ESCAPE);
	assert_int_equal(screen_view__draw(view), 0);
	assert_int_equal(view->nr, 3);
	/* the next report may have none */
	set_apart(&report);
	assert_int_equal(screen_view__enter(view, &report), 0);
	assert_int_equal(screen_view__draw(view), 0);
	assert_int_equal(view->nr, 4);
	close_view(view);
}

/* Of a group of hundreds the first ones are told. */
static void test_a_large_group(void **state)
{
	static struct report_site sites[30];
	struct report report = golden_report();
	struct screen_view *view = open_view(COLUMNS, 80);

	(void)state;
	for (size_t i = 0; i < NR(sites); i++) {
		sites[i] = golden_sites[0];
		sites[i].id = i + 1;
	}
	report.sites = sites;
	report.nr_sites = NR(sites);
	assert_int_equal(screen_view__enter(view, &report), 0);
	press_key(view, VIEW_KEY_ENTER);
	check_shows(view, "30 sites: kleak_");
	check_shows(view, "… and 10 more (/ lists those that it matches)");
	close_view(view);
}

/* The selected site stays where it is, whatever comes above it. */
static void test_stays_in_place(void **state)
{
	static struct report_site sites[40];
	struct report report = golden_report();
	struct screen_view *view;
	int line = 0;

	(void)state;
	for (size_t i = 0; i < NR(sites); i++) {
		sites[i] = golden_sites[2];
		sites[i].id = i + 1;
		sites[i].bytes = 100000 - i;
	}
	report.sites = sites;
	report.nr_sites = NR(sites);
	view = view_of(report);
	press(view, "jjjjjjjjjjjjjjjjjjjjjjjjjjjjj");
	assert_int_equal(view->selected, 30);
	assert_int_equal(screen_view__draw(view), 0);
	while (!view->lines[line].selected)
		line++;
	sites[39].bytes = 200000;
	sites[38].bytes = 200000;
	assert_int_equal(screen_view__enter(view, &report), 0);
	assert_int_equal(screen_view__draw(view), 0);
	assert_true(view->lines[line].selected);
	assert_int_equal(view->selected, 30);
	close_view(view);
}

static void test_frozen(void **state)
{
	struct screen_view *view = view_of(golden_report());
	const struct report nothing = golden_nothing();

	(void)state;
	press(view, "f");
	check_shows(view, "FROZEN");
	assert_int_equal(screen_view__enter(view, &nothing), 0);
	assert_int_equal(screen_view__enter(view, &nothing), 0);
	check_selected(view, "kmalloc-256");
	press(view, "j");
	check_selected(view, "vmalloc");
	press(view, " ");
	assert_false(shows(view, "FROZEN"));
	check_shows(view, "nothing outstanding");
	close_view(view);
}

static void test_saving(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	press(view, "s");
	assert_int_equal(view->mode, VIEW_SAVE_AS);
	check_shows(view, " save as: kleak-20251123-140325.txt");
	press(view, "\x15/tmp/q.json");
	assert_int_equal(screen_keys__press(view, VIEW_KEY_ENTER), VIEW_SAVE);
	assert_string_equal(view->input, "/tmp/q.json");
	press(view, "s");
	press_key(view, VIEW_KEY_ESCAPE);
	assert_int_equal(view->mode, VIEW_SITES);
	press(view, "s\x15");
	press_key(view, VIEW_KEY_ENTER); /* no name, no file */
	close_view(view);
}

static void test_wishes(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	assert_int_equal(screen_keys__press(view, 'r'), VIEW_SCAN);
	assert_int_equal(screen_keys__press(view, 'x'), VIEW_ACKNOWLEDGE);
	assert_int_equal(screen_keys__press(view, 0x0c), VIEW_REPAINT);
	press(view, "?");
	check_shows(view, "any key goes back");
	assert_int_equal(screen_keys__press(view, 'q'), VIEW_NOTHING);
	assert_int_equal(screen_keys__press(view, 'q'), VIEW_QUIT);
	close_view(view);
}

static void test_messages(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	screen_view__say(view, "cannot \x1b[31m do that");
	check_shows(view, "cannot \\x1b[31m do that");
	check_lines(view);
	press(view, "j");
	assert_false(shows(view, "cannot"));
	close_view(view);
}

/* ---- what there is room for ---- */

/* A site whose bytes, and a book that, go up and down from report to report. */
static struct screen_view *view_with_past(void)
{
	static struct report_site sites[NR(golden_sites)];
	static struct coverage_class ledger[NR(golden_ledger)];
	struct screen_view *view = open_view(COLUMNS, ROWS);
	struct report report = golden_report();

	memcpy(sites, golden_sites, sizeof(sites));
	memcpy(ledger, golden_ledger, sizeof(ledger));
	report.sites = sites;
	report.ledger = ledger;
	for (int i = 0; i < 40; i++) {
		sites[0].bytes = (uint64_t)(i % 8 + 1) << 20;
		ledger[0].kernel_delta_bytes = (int64_t)(7 - i % 8) << 20;
		assert_int_equal(screen_view__enter(view, &report), 0);
	}
	return view;
}

/* The lines of a screen that change with its width: title, a book, columns, the first site. */
static void put_lines(FILE *out, struct screen_view *view)
{
	char *text = drawn(view), *rest = text, *line;
	int left = 0;

	for (int i = 0; (line = strtok_r(rest, "\n", &rest)); i++) {
		if (strstr(line, "bytes"))
			left = 2;
		if (i < 3 || left-- > 0)
			fprintf(out, "%s\n", line);
	}
	free(text);
}

/* Each width at which something comes, and the one below it. */
static void test_widths(void **state)
{
	static const int widths[] = {40, 50, 56,  60,  64,  66,	 70, 76,
				     86, 96, 100, 110, 130, 140, 200};
	struct screen_view *view = view_with_past();
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	for (size_t i = 0; i < NR(widths); i++)
		for (view->width = widths[i] - 1; view->width <= widths[i]; view->width++) {
			fprintf(out, "%d columns:\n", view->width);
			put_lines(out, view);
		}
	fclose(out);
	golden_compare("screen-widths.txt", text);
	free(text);
	close_view(view);
}

/* The column of the key is there, however narrow it is. */
static void test_the_key_has_its_column(void **state)
{
	static const char *const heads[VIEW_SORTS] = {"bytes▼", "growth/min▼", "objects▼", "age~▼",
						      "verdict▼"};
	struct screen_view *view = view_of(golden_report());

	(void)state;
	view->width = 39;
	for (int key = 0; key < VIEW_SORTS; key++) {
		view->sort = key;
		for (int other = 0; other < VIEW_SORTS; other++)
			assert_int_equal(shows(view, heads[other]), other == key);
	}
	close_view(view);
}

/* With styles: a screen and what is in it. */
static void check_colors(struct screen_view *view, const char *name)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_int_equal(screen_view__draw(view), 0);
	for (int i = 0; i < view->height; i++)
		fprintf(out, "%s\n", view->lines[i].text);
	fclose(out);
	golden_compare(name, text);
	free(text);
}

static void test_colors(void **state)
{
	struct screen_view *view = view_with_past();

	(void)state;
	view->width = 120;
	view->height = 40;
	press_key(view, VIEW_KEY_ENTER);
	check_colors(view, "screen-color.txt");
	press(view, "f/kleak");
	assert_int_equal(screen_view__draw(view), 0);
	assert_string_equal(view->lines[39].text, "\x1b[1m /\x1b[0mkleak");
	press_key(view, VIEW_KEY_ENTER);
	assert_int_equal(screen_view__draw(view), 0);
	assert_string_equal(view->lines[39].text,
			    "\x1b[1m /\x1b[0m\x1b[1mkleak\x1b[0m  2 of 4 sites"
			    "\x1b[2m  Esc all  ? help\x1b[0m");
	assert_non_null(strstr(view->lines[0].text, "  \x1b[1;33mFROZEN\x1b[0m  "));
	close_view(view);
}

/* What a book says, at this width. */
static void check_class(struct coverage_class class, int width, const char *expected)
{
	struct report report = golden_nothing();
	struct screen_view *view;

	report.ledger = &class;
	report.nr_ledger = 1;
	view = view_of(report);
	view->width = width;
	check_shows(view, expected);
	close_view(view);
}

static void test_classes(void **state)
{
	struct coverage_class c = {
		"slab_unreclaimable", MEMINFO_S_UNRECLAIM, true, 2000, 1000, 0.5, -300, 1250, 50};

	(void)state;
	check_class(c, 77, "+2.0K     +1000      -300     +1.2K       +50\n");
	check_class(c, 66, "+2.0K     +1000      -300     +1.2K       +50\n");
	check_class(c, 65, "+2.0K     +1000      -300     +1.2K\n");
	check_class(c, 56, "+2.0K     +1000      -300     +1.2K\n");
	check_class(c, 55, "+2.0K     +1000      -300\n");
	check_class(c, 46, "+2.0K     +1000      -300\n");
	check_class(c, 45, "+2.0K     +1000\n");
	c.older_bytes = c.rest_bytes = NAN;
	check_class(c, 77, "+2.0K     +1000         -     +1.2K         -\n");
	c.known = false;
	check_class(c, 77, "unknown     +1000         -     +1.2K         -\n");
}

static void test_titles(void **state)
{
	struct report report = golden_nothing();
	struct report_site sites[2] = {golden_sites[0], golden_sites[0]};
	struct screen_view *view;

	(void)state;
	sites[0].verdict.is.why = sites[1].verdict.is.why = NULL; /* nothing is known yet */
	report.sites = sites;
	report.nr_sites = 2;
	report.nr_sites_all = 1;
	view = view_of(report);
	check_shows(view, "every 5.0s  1 site 0   ");
	sites[0].verdict.is.why = sites[1].verdict.is.why = "why";
	report.kernel = NULL;
	assert_int_equal(screen_view__enter(view, &report), 0);
	check_shows(view, "| kleak  +0.0s  every 5.0s  1 site 0  2 LEAK   ");
	/* the time of day goes first */
	view->width = 80;
	check_shows(view, "2 LEAK                            00:00:00\n");
	press(view, "f");
	check_shows(view, "2 LEAK  FROZEN                    00:00:00\n");
	view->width = 49;
	check_shows(view, "| kleak  +0.0s  1 site 0  2 LEAK  FROZEN 00:00:00\n");
	view->width = 48;
	check_shows(view, "| kleak  +0.0s  1 site 0  2 LEAK  FROZEN\n");
	close_view(view);
}

/* The rows of sites that differ in what they are. */
static void test_rows(void **state)
{
	struct symbols_frame stack[12] = {};
	static const char names[] = "abcdefghijkl";
	char symbols[12][2];
	struct report_site sites[] = {golden_sites[0], golden_sites[1]};
	struct report report = golden_nothing();
	struct screen_view *view;

	(void)state;
	for (size_t i = 0; i < NR(stack); i++) {
		snprintf(symbols[i], sizeof(symbols[i]), "%c", names[i]);
		stack[i].symbol = symbols[i];
	}
	sites[0].stack = stack;
	sites[0].nr_frames = NR(stack);
	sites[0].unreferenced = 0;
	sites[1].verdict.is.name = VERDICT_HELD;
	sites[1].who = golden_who;
	sites[1].nr_who = 2;
	sites[1].who_times = 0; /* nobody was asked for */
	report.sites = sites;
	report.nr_sites = 2;
	view = view_of(report);
	view->width = 160;
	check_shows(view, "LEAK     kmalloc-256              a ← b ← c ← d ← e ← f ← g ← h ← i\n");
	check_shows(view, "held     vmalloc                  0xffffffff81e00131 ← "
			  "0xffffffffc0200010 [gone]\n");
	press(view, "j");
	press_key(view, VIEW_KEY_ENTER);
	check_shows(view, "14 allocated, 2 freed, 0.4 allocations a second, 120 pending RCU\n");
	assert_false(shows(view, "allocated by"));
	report = golden_final();
	assert_int_equal(screen_view__enter(view, &report), 0);
	press_key(view, VIEW_KEY_HOME);
	press_key(view, VIEW_KEY_ENTER);
	check_shows(view, "2475 allocations a second, ±755.1K\n");
	close_view(view);
}

/* What state there is is folded two columns from the edge. */
static void test_state_folds(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	view->width = 43;
	check_shows(view, "|  losses: none · 3 blind spots (--explain)\n");
	view->width = 42;
	check_shows(view, "|  losses: none\n");
	close_view(view);
}

/* The last line while one types: a message stands behind, and the end of what is long is seen. */
static void test_last_lines(void **state)
{
	struct screen_view *view = view_of(golden_report());

	(void)state;
	press(view, "/abc");
	screen_view__say(view, "a message");
	check_shows(view, "| /abc  a message\n");
	assert_int_equal(view->cursor, 5);
	view->width = 10;
	press(view, "defghij");
	check_shows(view, "| /…efghij\n");
	assert_int_equal(view->cursor, 9);
	press_key(view, VIEW_KEY_ESCAPE);
	assert_int_equal(screen_view__draw(view), 0);
	assert_int_equal(view->cursor, -1);
	press(view, "f");
	view->width = 100;
	check_shows(view, "f go on");
	close_view(view);
}

/* ---- keys ---- */

static void test_characters_that_can_be_typed(void **state)
{
	static const struct {
		uint32_t key;
		const char *typed;
	} keys[] = {
		{0x1f, ""},
		{0x20, " "},
		{0x7e, "~"},
		{0x7f, ""},
		{0x9f, ""},
		{0xa0, "\u00a0"},
		{0x7ff, "\u07ff"},
		{0x800, "\u0800"},
		{0xffff, "\uffff"},
		{0x10000, "\U00010000"},
		{0x10ffff, "\U0010ffff"},
		{0x110000, ""},
	};
	struct screen_view *view = view_of(golden_report());

	(void)state;
	press(view, "/");
	for (size_t i = 0; i < NR(keys); i++) {
		press_key(view, keys[i].key);
		assert_string_equal(view->filter, keys[i].typed);
		press_key(view, VIEW_KEY_BACKSPACE);
		assert_string_equal(view->filter, "");
	}
	press_key(view, VIEW_KEY_BACKSPACE); /* there is nothing to go */
	assert_string_equal(view->filter, "");
	for (int i = 0; i < 2 * VIEW_INPUT; i++)
		press(view, "x");
	assert_int_equal(strlen(view->filter), VIEW_INPUT - 4); /* any character would fit */
	close_view(view);
}

static void test_keys_that_sort(void **state)
{
	static const char keys[] = "bgoav";
	struct screen_view *view = view_of(golden_report());

	(void)state;
	for (int i = 0; i < VIEW_SORTS; i++) {
		const char key[] = {keys[i], '\0'};

		press(view, "G");
		press(view, key);
		assert_int_equal(view->sort, i);
		assert_int_equal(view->at, 0);
		press_key(view, 0);
		press_key(view, 0x100 + (unsigned char)keys[0]);
		assert_int_equal(view->sort, i);
		press(view, ">");
		assert_int_equal(view->sort, (i + 1) % VIEW_SORTS);
		press(view, "<");
		assert_int_equal(view->sort, i);
	}
	close_view(view);
}

static void test_keys_that_move(void **state)
{
	static const struct {
		uint32_t key;
		size_t at;
	} keys[] = {
		{VIEW_KEY_DOWN, 1},
		{'j', 2},
		{VIEW_KEY_UP, 1},
		{'k', 0},
		{VIEW_KEY_END, 3},
		{VIEW_KEY_HOME, 0},
		{'G', 3},
		{'k', 2},
		{VIEW_KEY_PAGE_UP, 0},
		{VIEW_KEY_PAGE_DOWN, 3},
	};
	struct screen_view *view = view_of(golden_report());

	(void)state;
	for (size_t i = 0; i < NR(keys); i++) {
		press_key(view, keys[i].key);
		assert_int_equal(view->at, keys[i].at);
	}
	close_view(view);
}

static void test_keys_for_help(void **state)
{
	static const uint32_t keys[] = {'?', 'h', VIEW_KEY_HELP};
	struct screen_view *view = view_of(golden_report());

	(void)state;
	for (size_t i = 0; i < NR(keys); i++) {
		press_key(view, keys[i]);
		assert_int_equal(view->mode, VIEW_HELP);
		press(view, "j");
		assert_int_equal(view->mode, VIEW_SITES);
		assert_int_equal(view->at, 0);
	}
	press(view, "z"); /* of which nobody knows */
	assert_int_equal(view->mode, VIEW_SITES);
	close_view(view);
}

/* Before there is a report nothing is frozen. */
static void test_freezing_nothing(void **state)
{
	struct screen_view *view = open_view(80, 24);

	(void)state;
	press(view, "f ");
	assert_false(view->frozen);
	close_view(view);
}

/* What came while it was frozen is one point more; without anything new there is none. */
static void test_freezing_and_going_on(void **state)
{
	const struct report report = golden_report();
	struct screen_view *view = view_of(report);
	const uint64_t id = golden_sites[0].id;

	(void)state;
	press(view, "ff");
	assert_false(view->frozen);
	assert_int_equal(sparks__of(&view->sparks, id)->nr, 1);
	press(view, "f");
	assert_int_equal(screen_view__enter(view, &report), 0);
	assert_int_equal(screen_view__enter(view, &report), 0);
	assert_int_equal(sparks__of(&view->sparks, id)->nr, 1);
	press(view, "f");
	assert_int_equal(sparks__of(&view->sparks, id)->nr, 2);
	assert_int_equal(screen_view__enter(view, &report), 0);
	assert_int_equal(view->nr, 0); /* until it is arranged: what it pointed to has gone */
	assert_int_equal(sparks__of(&view->sparks, id)->nr, 3);
	close_view(view);
}

/* ---- order and places ---- */

enum { MANY = 50 };

static struct report_site many_sites[MANY];

/* Many sites, the largest first: ids from 1 on; `rows` of them are on the screen. */
static struct screen_view *view_of_many(size_t rows)
{
	struct report report = golden_nothing();
	struct screen_view *view;

	for (size_t i = 0; i < MANY; i++) {
		many_sites[i] = golden_sites[2];
		many_sites[i].id = i + 1;
		many_sites[i].bytes = 100000 - i;
	}
	report.sites = many_sites;
	report.nr_sites = MANY;
	view = view_of(report);
	view->height = 100;
	assert_int_equal(screen_view__draw(view), 0);
	view->height = (int)(view->head.nr + 2 + rows);
	assert_int_equal(screen_view__draw(view), 0);
	assert_int_equal(view->rows, rows);
	return view;
}

static void check_place(const struct screen_view *view, size_t at, size_t top)
{
	assert_int_equal(view->at, at);
	assert_int_equal(view->top, top);
}

/* The screen moves as little as it can. */
static void test_scrolling(void **state)
{
	struct screen_view *view = view_of_many(10);

	(void)state;
	press(view, "jjjjjjjjj");
	check_place(view, 9, 0);
	press(view, "j");
	check_place(view, 10, 1);
	press(view, "kkkkkkkkk");
	check_place(view, 1, 1);
	press(view, "k");
	check_place(view, 0, 0);
	press(view, "G");
	check_place(view, 49, 40);
	press(view, "j");
	check_place(view, 49, 40);
	press(view, "kkkkkkkkkk");
	check_place(view, 39, 39);
	press_key(view, VIEW_KEY_HOME);
	check_place(view, 0, 0);
	close_view(view);
}

/* A page is a screen less one line; of the smallest screens one line. */
static void test_pages(void **state)
{
	struct screen_view *view = view_of_many(10);

	(void)state;
	press_key(view, VIEW_KEY_PAGE_DOWN);
	check_place(view, 9, 0);
	press_key(view, VIEW_KEY_PAGE_DOWN);
	check_place(view, 18, 9);
	press(view, "G");
	press_key(view, VIEW_KEY_PAGE_UP);
	check_place(view, 40, 40);
	press_key(view, VIEW_KEY_PAGE_UP);
	check_place(view, 31, 31);
	for (view->height = 4; view->height > 2; view->height--) {
		press_key(view, VIEW_KEY_HOME);
		press_key(view, VIEW_KEY_PAGE_DOWN);
		assert_int_equal(view->at, 1);
	}
	close_view(view);
}

/* The head gives way to three sites. */
static void test_small_screens(void **state)
{
	struct screen_view *view = view_of_many(3);
	size_t head = view->head.nr;

	(void)state;
	assert_true(head > 3);
	for (int less = 0; less < (int)head; less++) {
		view->height = (int)head + 5 - less;
		assert_int_equal(screen_view__draw(view), 0);
		assert_int_equal(view->head.nr, head - (size_t)less);
		assert_int_equal(view->rows, 3);
	}
	for (int height = 5; height > 0; height--) {
		view->height = height;
		assert_int_equal(screen_view__draw(view), 0);
		assert_int_equal(view->head.nr, 0);
		assert_int_equal(view->rows, height > 2 ? height - 2 : 0);
	}
	close_view(view);
}

/* Details push the sites below them down, and go line by line where they are longer. */
static void test_places_of_details(void **state)
{
	struct screen_view *view = view_of_many(6);
	size_t details, from;

	(void)state;
	for (size_t i = 0; i < MANY; i++) { /* with details of many lines */
		many_sites[i].stack = golden_write_stack;
		many_sites[i].nr_frames = NR(golden_write_stack);
	}
	assert_int_equal(
		screen_view__enter(view, &(struct report){.kernel = "6.1.0",
							  .sampling = 1,
							  .filter = {.origins = "slab", .pid = -1},
							  .sites = many_sites,
							  .nr_sites = MANY}),
		0);
	press(view, "jjjjjjj");
	check_place(view, 7, 2);
	press_key(view, VIEW_KEY_ENTER);
	details = view->details.nr;
	assert_true(details > 8);
	assert_int_equal(view->expanded_at, 7);
	assert_int_equal(screen_view__line_of(view, 7), 7);
	assert_int_equal(screen_view__last_line_of(view, 7), 7 + details);
	assert_int_equal(screen_view__line_of(view, 8), 8 + details);
	assert_int_equal(screen_view__last_line_of(view, 8), 8 + details);
	assert_int_equal(screen_view__last_line_of(view, 6), 6);
	for (from = view->top; from < 7 + details + 1 - 6; from++) {
		check_place(view, 7, from);
		press(view, "j");
	}
	check_place(view, 7, from); /* its last line is the last one on the screen */
	press(view, "j");
	check_place(view, 8, from + 1);
	press(view, "k");
	check_place(view, 7, from);
	press(view, "k");
	check_place(view, 7, from - 1);
	press(view, "G");
	check_place(view, 49, 49 + details + 1 - 6);
	/* what is expanded goes with its details, and is small again */
	press_key(view, VIEW_KEY_HOME);
	press_key(view, VIEW_KEY_ENTER);
	assert_int_equal(view->expanded_at, 0);
	press(view, "jjj"); /* and the first one begins where it begins */
	check_place(view, 0, 3);
	press_key(view, VIEW_KEY_HOME);
	check_place(view, 0, 0);
	press_key(view, VIEW_KEY_ENTER);
	assert_int_equal(view->details.nr, 0);
	assert_true(view->expanded_at == SIZE_MAX);
	close_view(view);
}

/* When a site comes or goes above the selected one, the screen goes with it as far as it can. */
static void test_place_when_sites_come_and_go(void **state)
{
	struct screen_view *view = view_of_many(10);
	struct report report = golden_nothing();

	(void)state;
	press(view, "jjjjjjjjjjjjj");
	check_place(view, 13, 4);
	report.sites = many_sites + 4;
	report.nr_sites = MANY - 4;
	assert_int_equal(screen_view__enter(view, &report), 0);
	assert_int_equal(screen_view__arrange(view), 0);
	check_place(view, 9, 0);
	report.sites = many_sites;
	report.nr_sites = MANY;
	assert_int_equal(screen_view__enter(view, &report), 0);
	assert_int_equal(screen_view__arrange(view), 0);
	check_place(view, 13, 4);
	report.sites = many_sites + 9; /* more than there was above it */
	report.nr_sites = MANY - 9;
	assert_int_equal(screen_view__enter(view, &report), 0);
	assert_int_equal(screen_view__arrange(view), 0);
	check_place(view, 4, 0);
	report.nr_sites = 2;
	assert_int_equal(screen_view__enter(view, &report), 0);
	assert_int_equal(screen_view__arrange(view), 0);
	check_place(view, 1, 0);
	close_view(view);
}

/* The ids in the order that they have now. */
static void check_ids(struct screen_view *view, enum view_sort sort, const uint64_t *ids, size_t nr)
{
	view->sort = sort;
	assert_int_equal(screen_view__arrange(view), 0);
	assert_int_equal(view->nr, nr);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(view->order[i].site->id, ids[i]);
}

/* Of equals by another key those with more bytes come first, and then those of the larger id. */
static void test_order_of_equals(void **state)
{
	struct report_site sites[] = {
		{.id = 1, .bytes = 10, .objects = 5, .growth_bytes_per_min = 7, .age_median_s = 3},
		{.id = 2, .bytes = 10, .objects = 5, .growth_bytes_per_min = 7, .age_median_s = 3},
		{.id = 3, .bytes = 30, .objects = 5, .growth_bytes_per_min = 7, .age_median_s = 3},
		{.id = 4, .bytes = 20, .objects = 6, .growth_bytes_per_min = -8, .age_median_s = 2},
		{.id = 5, .bytes = 5, .objects = 1, .growth_bytes_per_min = 9, .age_median_s = 4},
	};
	struct report report = golden_nothing();
	struct screen_view *view;

	(void)state;
	sites[0].verdict.is.name = VERDICT_GROWING;
	sites[1].verdict.is.name = VERDICT_LEAK;
	sites[2].verdict.is.name = VERDICT_GROWING;
	sites[3].unreferenced = 1;
	for (size_t i = 0; i < NR(sites); i++)
		sites[i].origin = sites[i].cache = "x";
	report.sites = sites;
	report.nr_sites = NR(sites);
	view = view_of(report);
	check_ids(view, VIEW_BY_BYTES, (const uint64_t[]){3, 4, 2, 1, 5}, 5);
	check_ids(view, VIEW_BY_GROWTH, (const uint64_t[]){5, 3, 2, 1, 4}, 5);
	check_ids(view, VIEW_BY_OBJECTS, (const uint64_t[]){4, 3, 2, 1, 5}, 5);
	check_ids(view, VIEW_BY_AGE, (const uint64_t[]){5, 3, 2, 1, 4}, 5);
	check_ids(view, VIEW_BY_VERDICT, (const uint64_t[]){4, 2, 3, 1, 5}, 5);
	close_view(view);
}

/* What is harmless comes after what is not decided. */
static void test_order_of_verdicts(void **state)
{
	static const enum verdict_name names[] = {VERDICT_CHURN, VERDICT_CACHE, VERDICT_HELD,
						  VERDICT_NEW, VERDICT_GROWING};
	struct report_site sites[NR(names)] = {};
	struct report report = golden_nothing();
	struct screen_view *view;

	(void)state;
	for (size_t i = 0; i < NR(names); i++) {
		sites[i].id = i + 1;
		sites[i].origin = sites[i].cache = "x";
		sites[i].verdict.is.name = names[i];
	}
	report.sites = sites;
	report.nr_sites = NR(sites);
	view = view_of(report);
	check_ids(view, VIEW_BY_VERDICT, (const uint64_t[]){5, 4, 3, 2, 1}, 5);
	close_view(view);
}

/* In the cache, the origin, and any function or module of the stack, in any case of letters. */
static void test_what_a_filter_finds(void **state)
{
	static const struct symbols_frame stack[] = {
		{.symbol = "inner"}, {.address = 1}, {.symbol = "outer", .module = "Mod"}};
	const struct report_site site = {.id = 7,
					 .bytes = 1,
					 .origin = "percpu",
					 .cache = "kmalloc-8",
					 .stack = stack,
					 .nr_frames = NR(stack)};
	static const char *const found[] = {"",	     "kmalloc", "MALLOC-8", "percpu",
					    "Inner", "oute",	"mod"},
				 *const others[] = {"kmalloc-8k", "inner outer", "x", "["};
	struct report report = golden_nothing();
	struct screen_view *view;

	(void)state;
	report.sites = &site;
	report.nr_sites = 1;
	view = view_of(report);
	for (size_t i = 0; i < NR(found); i++) {
		strcpy(view->filter, found[i]);
		assert_int_equal(screen_view__arrange(view), 0);
		assert_int_equal(view->nr, 1);
	}
	for (size_t i = 0; i < NR(others); i++) {
		strcpy(view->filter, others[i]);
		assert_int_equal(screen_view__arrange(view), 0);
		assert_int_equal(view->nr, 0);
	}
	close_view(view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_golden_ascii),
		cmocka_unit_test(test_before_the_first_report),
		cmocka_unit_test(test_every_size_and_key),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_selection_follows_its_site),
		cmocka_unit_test(test_selected_site_goes),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_typing_utf8),
		cmocka_unit_test(test_expanding),
		cmocka_unit_test(test_long_details),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_a_large_group),
		cmocka_unit_test(test_stays_in_place),
		cmocka_unit_test(test_frozen),
		cmocka_unit_test(test_saving),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_the_key_has_its_column),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_state_folds),
		cmocka_unit_test(test_last_lines),
		cmocka_unit_test(test_characters_that_can_be_typed),
		cmocka_unit_test(test_keys_that_sort),
		cmocka_unit_test(test_keys_that_move),
		cmocka_unit_test(test_keys_for_help),
		cmocka_unit_test(test_freezing_nothing),
		cmocka_unit_test(test_freezing_and_going_on),
		cmocka_unit_test(test_scrolling),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_small_screens),
		cmocka_unit_test(test_places_of_details),
		cmocka_unit_test(test_place_when_sites_come_and_go),
		cmocka_unit_test(test_order_of_equals),
		cmocka_unit_test(test_order_of_verdicts),
		cmocka_unit_test(test_what_a_filter_finds),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
