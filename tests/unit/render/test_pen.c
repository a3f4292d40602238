// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "render/pen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text;
static size_t length;

static struct pen open_pen(bool color)
{
	struct pen pen = {.out = open_memstream(&text, &length), .color = color};

	assert_non_null(pen.out);
	return pen;
}

static void assert_written(const struct pen *pen, const char *expected)
{
	fclose(pen->out);
	assert_string_equal(text, expected);
	free(text);
}

static void test_styles(void **state)
{
	struct pen pen = open_pen(true);

	(void)state;
	pen__put(&pen, PEN_BOLD, "%d", 7);
	pen__put(&pen, PEN_PLAIN, "%s", "plain");
	pen__name(&pen, PEN_RED, "red");
	assert_written(&pen, "\x1b[1m7\x1b[0mplain\x1b[1;31mred\x1b[0m");
	pen = open_pen(false);
	pen__put(&pen, PEN_BOLD, "%d", 7);
	pen__name(&pen, PEN_RED, "red");
	assert_written(&pen, "7red");
}

static void assert_name(const char *name, const char *expected)
{
	struct pen pen = open_pen(false);

	pen__name(&pen, PEN_PLAIN, name);
	assert_written(&pen, expected);
	assert_int_equal(pen__name_width(name), pen__width(expected));
}

/* What commands a terminal is written as \xNN, and takes four columns. */
static void test_names_command_no_terminal(void **state)
{
	(void)state;
	assert_name("", "");
	assert_name("a b~", "a b~");
	assert_name("\x1f\x7f", "\\x1f\\x7f");
	assert_name("\xc2\x9f\xc2\xa0", "\\xc2\\x9f\xc2\xa0");
	assert_name("\xc3\xa9\xe2\x82\xac", "\xc3\xa9\xe2\x82\xac");
	assert_name("\xff\xc3", "\\xff\\xc3");
}

static void assert_cut(const char *name, int room, const char *cut, const char *tail)
{
	struct pen pen = open_pen(true);

	assert_int_equal(pen__name_cut(&pen, PEN_PLAIN, name, room), pen__width(cut));
	assert_written(&pen, cut);
	pen = open_pen(true);
	assert_int_equal(pen__name_tail(&pen, PEN_PLAIN, name, room), pen__width(tail));
	assert_written(&pen, tail);
}

static void test_names_that_are_cut(void **state)
{
	struct pen pen;

	(void)state;
	assert_cut("kmalloc", 8, "kmalloc", "kmalloc");
	assert_cut("kmalloc", 7, "kmalloc", "kmalloc");
	assert_cut("kmalloc", 6, "kmall…", "…alloc");
	assert_cut("kmalloc", 2, "k…", "…c");
	assert_cut("kmalloc", 1, "…", "…");
	assert_cut("kmalloc", 0, "", "");
	assert_cut("kmalloc", -1, "", "");
	assert_cut("", 0, "", "");
	/* what is written as \xNN goes as a whole */
	assert_cut("a\xff"
		   "b",
		   6, "a\\xffb", "a\\xffb");
	assert_cut("a\xff"
		   "b",
		   5, "a…", "…b");
	assert_cut("\xc3\xa9\xc3\xa8\xc3\xa9", 2, "\xc3\xa9…", "…\xc3\xa9");
	pen = open_pen(true);
	pen__name_cut(&pen, PEN_DIM, "abc", 2);
	pen__name_tail(&pen, PEN_BOLD, "abc", 2);
	pen__name_cut(&pen, PEN_DIM, "abc", 0);
	assert_written(&pen, "\x1b[2ma…\x1b[0m\x1b[1m…c\x1b[0m");
}

static void assert_human(double bytes, const char *amount, const char *change)
{
	assert_string_equal(pen__human(bytes, false).text, amount);
	assert_string_equal(pen__human(bytes, true).text, change);
}

static void test_bytes(void **state)
{
	(void)state;
	assert_human(0, "0", "+0");
	assert_human(1, "1", "+1");
	assert_human(-1, "-1", "-1");
	assert_human(1023.4, "1023", "+1023");
	assert_human(1023.5, "1.0K", "+1.0K");
	assert_human(1024, "1.0K", "+1.0K");
	assert_human(1023.94 * 1024, "1023.9K", "+1023.9K");
	assert_human(1023.95 * 1024, "1.0M", "+1.0M");
	assert_human(-1.5 * 1024 * 1024, "-1.5M", "-1.5M");
	assert_human(ldexp(1, 30), "1.0G", "+1.0G");
	assert_human(ldexp(1, 40), "1.0T", "+1.0T");
	assert_human(ldexp(1, 50), "1.0P", "+1.0P");
	assert_human(ldexp(1, 60), "1.0E", "+1.0E");
	assert_human(ldexp(9999, 60), "9999.0E", "+9999.0E");
	assert_human(ldexp(1e4, 60), "1e+04E", "+1e+04E");
	assert_human(NAN, "?", "?");
}

static void test_growth(void **state)
{
	(void)state;
	assert_string_equal(pen__growth(0.5).text, "0");
	assert_string_equal(pen__growth(-0.5).text, "0");
	assert_string_equal(pen__growth(0.51).text, "+1");
	assert_string_equal(pen__growth(-2048).text, "-2.0K");
	assert_string_equal(pen__growth(NAN).text, "?");
}

static void test_durations(void **state)
{
	static const struct {
		double seconds;
		const char *text;
	} durations[] = {
		{-1, "0.0s"},
		{0, "0.0s"},
		{0.94, "0.9s"},
		{9.94, "9.9s"},
		{9.95, "10s"},
		{59.4, "59s"},
		{59.5, "1.0m"},
		{59.94 * 60, "59.9m"},
		{59.95 * 60, "1.0h"},
		{23.94 * 3600, "23.9h"},
		{23.9499 * 3600, "23.9h"},
		{23.95 * 3600, "1.0d"},
		{9998.9 * 86400, "9998.9d"},
		{9999.0 * 86400, "1e+04d"},
		{NAN, "?"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		assert_string_equal(pen__duration(durations[i].seconds).text, durations[i].text);
}

static void test_rates(void **state)
{
	static const struct {
		double per_s;
		const char *text;
	} rates[] = {
		{0, "0"},	{0.049, "<0.1"}, {-0.049, "<0.1"},   {0.051, "0.1"},
		{9.94, "9.9"},	{9.95, "10"},	 {-2474.4, "-2474"}, {1e8 - 1, "99999999"},
		{1e8, "1e+08"}, {NAN, "?"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		assert_string_equal(pen__rate(rates[i].per_s).text, rates[i].text);
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(pen__width(""), 0);
	assert_int_equal(pen__width("abc"), 3);
	assert_int_equal(pen__width("\xc3\xa9\xe2\x82\xac…"), 3);
}

/* The items that are written, at so many columns. */
static void assert_head(int columns, const char *expected, const char *const *items)
{
	struct pen pen = open_pen(false);

	pen.columns = columns;
	pen__head_begin(&pen, PEN_DIM, "head", 2);
	for (; *items; items++)
		pen__head_item(&pen, ",", PEN_PLAIN, *items);
	pen__head_end(&pen);
	assert_written(&pen, expected);
}

/* Lines are folded between items, and leave the last column to punctuation. */
static void test_heads_fold(void **state)
{
	static const char *const two[] = {"first", "other", NULL}, *const none[] = {NULL};
	static const char *const three[] = {"first", "other", "a", NULL};
	static const char *const wide[] = {"an item that is wider than the line", "a", NULL};

	(void)state;
	assert_head(80, "head\n", none);
	assert_head(80, "head  first,  other\n", two);
	assert_head(20, "head  first,  other\n", two);
	assert_head(19, "head  first,\n      other\n", two);
	assert_head(19, "head  first,\n      other,  a\n", three);
	assert_head(15, "head  first,\n      other,\n      a\n", three);
	assert_head(16, "head  first,\n      other,  a\n", three);
	assert_head(10, "head  an item that is wider than the line,\n      a\n", wide);
}

static void test_heads_fold_at_100_by_default(void **state)
{
	char item[82] = "";
	const char *const items[] = {item, "1234567", NULL};
	char expected[128];

	(void)state;
	memset(item, 'x', 81); /* 4 + 2 + 81 + 1 + 2 + 7 = 97 */
	snprintf(expected, sizeof(expected), "head  %s,  1234567\n", item);
	assert_head(0, expected, items);
	assert_head(98, expected, items);
	snprintf(expected, sizeof(expected), "head  %s,\n      1234567\n", item);
	assert_head(97, expected, items);
}

/* What is written in other characters takes as many columns as there are of them. */
static void test_heads_count_columns(void **state)
{
	static const char *const items[] = {"éééé", "éééé", NULL};

	(void)state;
	assert_head(18, "head  éééé,  éééé\n", items);
	assert_head(17, "head  éééé,\n      éééé\n", items);
}

static void test_bytes_as_characters(void **state)
{
	static const uint8_t bytes[] = {'k', ' ', '~', 0x7f, 0x1f, 0, 0xff, '"'};
	char all[9], small[4];

	(void)state;
	assert_string_equal(pen__ascii(bytes, 8, all, sizeof(all)), "k ~....\"");
	assert_string_equal(pen__ascii(bytes, 2, all, sizeof(all)), "k ");
	assert_string_equal(pen__ascii(bytes, 0, all, sizeof(all)), "");
	assert_string_equal(pen__ascii(bytes, 8, small, sizeof(small)), "k ~");
}

static void test_aliases(void **state)
{
	static const char aliases[] = "pid, tcp_bind_bucket";
	char *line = NULL;
	size_t room;
	struct pen pen = {.out = open_memstream(&line, &room)};

	(void)state;
	assert_non_null(pen.out);
	pen__aliases(&pen, "", 80);
	pen__aliases(&pen, aliases, 6); /* no room for a name */
	pen__aliases(&pen, aliases, 7);
	pen__aliases(&pen, aliases, 13);
	pen__aliases(&pen, aliases, 25);
	fclose(pen.out);
	assert_string_equal(line, " (= p…) (= pid, tc…) (= pid, tcp_bind_bucket)");
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_as_characters),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_names_command_no_terminal),
		cmocka_unit_test(test_names_that_are_cut),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_heads_fold),
		cmocka_unit_test(test_heads_fold_at_100_by_default),
		cmocka_unit_test(test_heads_count_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
