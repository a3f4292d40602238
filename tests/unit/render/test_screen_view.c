// SPDX-License-Identifier: GPL-2.0-only
/* Reports and keys go in, lines come out; no terminal is needed. */
#include "golden/golden.h"

#include "render/screen_keys.h"
#include "render/screen_view.h"

#include <time.h>

enum { COLUMNS = 100, ROWS = 32 };

static struct screen_view *open_view(int width, int height)
{
	struct screen_view *view = calloc(1, sizeof(*view));

	assert_non_null(view);
	screen_view__open(view, 5, VIEW_BY_BYTES);
	view->width = width;
	view->height = height;
	return view;
}

static struct screen_view *view_of(struct report report)
{
	struct screen_view *view = open_view(COLUMNS, ROWS);

	assert_int_equal(screen_view__enter(view, &report), 0);
	return view;
}

static void close_view(struct screen_view *view)
{
	screen_view__close(view);
	free(view);
}

static void press(struct screen_view *view, const char *keys)
{
	for (; *keys; keys++)
		assert_int_equal(screen_keys__press(view, (unsigned char)*keys), VIEW_NOTHING);
}

static void press_key(struct screen_view *view, uint32_t key)
{
	assert_int_equal(screen_keys__press(view, key), VIEW_NOTHING);
}

/* Without styles; the selected line begins with '>'. */
static char *drawn(struct screen_view *view)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(screen_view__draw(view), 0);
	for (int i = 0; i < view->height; i++) {
		fputc(view->lines[i].selected ? '>' : '|', out);
		for (const char *s = view->lines[i].text; *s; s++) {
			if (*s == '\x1b')
				s = strchr(s, 'm');
			else
				fputc(*s, out);
		}
		fputc('\n', out);
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

static void check_golden(struct screen_view *view, const char *name)
{
	char *text = drawn(view);

	golden_compare(name, text);
	free(text);
}

static bool shows(struct screen_view *view, const char *part)
{
	char *text = drawn(view);
	bool found = strstr(text, part);

	free(text);
	return found;
}

#define check_shows(view, part)                                                                    \
	do {                                                                                       \
		if (!shows(view, part))                                                            \
			fail_msg("no \"%s\" in:\n%s", part, drawn(view));                          \
	} while (0)

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

static const char *const keys_of_all = "jkGbgoav<>/?f shrxq\x15\x0c";

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
	check_shows(view, "percpu");
	press(view, "Q"); /* a letter while one types */
	check_shows(view, "no site matches");
	press_key(view, VIEW_KEY_BACKSPACE);
	press_key(view, VIEW_KEY_ENTER);
	check_shows(view, "/KLEAK_T  2 of 4 sites");
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
	press(view, "jj"); /* a blank line is left */
	check_selected(view, "vmalloc");
	for (int i = 0; i < 40; i++)
		press(view, "k");
	check_selected(view, "kmalloc-256");
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
		cmocka_unit_test(test_stays_in_place),
		cmocka_unit_test(test_frozen),
		cmocka_unit_test(test_saving),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_messages),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
