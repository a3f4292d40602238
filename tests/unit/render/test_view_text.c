// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "render/view_text.h"

#include <stdlib.h>
#include <string.h>

static void test_split_at_newlines(void **state)
{
	struct view_text text = {};

	(void)state;
	assert_int_equal(view_text__split(&text, strdup("one\n\nthree\n")), 0);
	assert_int_equal(text.nr, 3);
	assert_string_equal(text.line[0], "one");
	assert_string_equal(text.line[1], "");
	assert_string_equal(text.line[2], "three");
	view_text__free(&text);
	assert_int_equal(text.nr, 0);
	assert_null(text.line);
	assert_null(text.text);
}

/* What has no end is no line. */
static void test_split_of_what_has_no_end(void **state)
{
	struct view_text text = {};

	(void)state;
	assert_int_equal(view_text__split(&text, strdup("")), 0);
	assert_int_equal(text.nr, 0);
	view_text__free(&text);
	assert_int_equal(view_text__split(&text, strdup("one\nrest")), 0);
	assert_int_equal(text.nr, 1);
	assert_string_equal(text.line[0], "one");
	view_text__free(&text);
}

static void print(const struct screen_view *view, struct pen *pen)
{
	assert_null(view);
	assert_true(pen->color);
	pen__put(pen, PEN_PLAIN, "%d columns\nand more\n", pen->columns);
}

static void test_written_anew(void **state)
{
	struct view_text text = {};

	(void)state;
	assert_int_equal(view_text__write(&text, NULL, 70, print), 0);
	assert_int_equal(view_text__write(&text, NULL, 40, print), 0);
	assert_int_equal(text.nr, 2);
	assert_string_equal(text.line[0], "40 columns");
	assert_string_equal(text.line[1], "and more");
	view_text__free(&text);
}

/* Of `raw` in that many columns; the lines are as many as asked for. */
static void assert_fits(const char *raw, int width, bool ascii, const char *first,
			const char *second)
{
	struct view_text text = {}, fitted = {};

	assert_int_equal(view_text__split(&text, strdup(raw)), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(view_text__fit(&fitted, &text, width, 2, ascii), 0);
		assert_int_equal(fitted.nr, 2);
		assert_string_equal(fitted.line[0], first);
		assert_string_equal(fitted.line[1], second);
	}
	view_text__free(&fitted);
	view_text__free(&text);
}

static void test_what_does_not_fit_goes(void **state)
{
	(void)state;
	assert_fits("one\ntwo\nthree\n", 80, false, "one", "two");
	assert_fits("one\n", 80, false, "one", "");
	assert_fits("kmalloc\nab\n", 3, false, "kma", "ab");
	assert_fits("kmalloc\nab\n", 0, false, "", "");
	assert_fits("ééé\n…▁▂\n", 2, false, "éé", "…▁");
}

/* Styles take no columns, and end also where the line was cut. */
static void test_styles_go_on(void **state)
{
	(void)state;
	assert_fits("\x1b[1mbold\x1b[0m\na\x1b[1;31mb\x1b[0mc\n", 2, false, "\x1b[1mbo\x1b[0m",
		    "a\x1b[1;31mb\x1b[0m");
}

static void test_characters_in_ascii(void **state)
{
	(void)state;
	assert_fits("▁▂▃▄▅▆▇█ a…\n·±←↑↓▼▾░é\n", 80, true, "_.:-=+*# a~", "-~<^vv-.?");
	assert_fits("▁▂▃\nabc\n", 2, true, "_.", "ab");
	/* a byte that begins no character stands for itself */
	assert_fits("a\xff"
		    "b\n\xe2\x96\n",
		    2, true, "a\xff", "\xe2\x96");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split_at_newlines),
		cmocka_unit_test(test_split_of_what_has_no_end),
		cmocka_unit_test(test_written_anew),
		cmocka_unit_test(test_what_does_not_fit_goes),
		cmocka_unit_test(test_styles_go_on),
		cmocka_unit_test(test_characters_in_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
