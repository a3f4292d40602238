// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "render/pen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void test_bytes_as_characters(void **state)
{
	static const uint8_t bytes[] = {'k', ' ', '~', 0x7f, 0x1f, 0, 0xff, '"'};
	char text[9], small[4];

	(void)state;
	assert_string_equal(pen__ascii(bytes, 8, text, sizeof(text)), "k ~....\"");
	assert_string_equal(pen__ascii(bytes, 2, text, sizeof(text)), "k ");
	assert_string_equal(pen__ascii(bytes, 0, text, sizeof(text)), "");
	assert_string_equal(pen__ascii(bytes, 8, small, sizeof(small)), "k ~");
}

static void test_aliases(void **state)
{
	static const char aliases[] = "pid, tcp_bind_bucket";
	char *text = NULL;
	size_t len;
	struct pen pen = {.out = open_memstream(&text, &len)};

	(void)state;
	assert_non_null(pen.out);
	pen__aliases(&pen, "", 80);
	pen__aliases(&pen, aliases, 6); /* no room for a name */
	pen__aliases(&pen, aliases, 7);
	pen__aliases(&pen, aliases, 13);
	pen__aliases(&pen, aliases, 25);
	fclose(pen.out);
	assert_string_equal(text, " (= p…) (= pid, tc…) (= pid, tcp_bind_bucket)");
	free(text);
}

static void test_bytes_for_people(void **state)
{
	(void)state;
	assert_string_equal(pen__human(0, false).text, "0");
	assert_string_equal(pen__human(1023, false).text, "1023");
	assert_string_equal(pen__human(1024, false).text, "1.0K");
	assert_string_equal(pen__human(1536, true).text, "+1.5K");
	assert_string_equal(pen__human(-2.0 * 1024 * 1024, true).text, "-2.0M");
	assert_string_equal(pen__human(0, true).text, "+0");
	assert_string_equal(pen__human(NAN, false).text, "?");
	assert_string_equal(pen__growth(0).text, "0");
	assert_string_equal(pen__growth(2048).text, "+2.0K");
}

static void test_times_for_people(void **state)
{
	(void)state;
	assert_string_equal(pen__duration(0.86).text, "0.9s");
	assert_string_equal(pen__duration(12.4).text, "12s");
	assert_string_equal(pen__duration(204).text, "3.4m");
	assert_string_equal(pen__duration(7560).text, "2.1h");
	assert_string_equal(pen__duration(5 * 86400.0).text, "5.0d");
	assert_string_equal(pen__rate(0).text, "0");
	assert_string_equal(pen__rate(0.01).text, "<0.1");
	assert_string_equal(pen__rate(0.4).text, "0.4");
	assert_string_equal(pen__rate(2474.2).text, "2474");
}

/* Nothing in a name commands the terminal, and its width is what is printed of it. */
static void test_names(void **state)
{
	static const char name[] = "a\033[31mé\x80";
	char *text = NULL;
	size_t len;
	struct pen pen = {.out = open_memstream(&text, &len)};

	(void)state;
	assert_non_null(pen.out);
	pen__name(&pen, PEN_PLAIN, name);
	fclose(pen.out);
	assert_string_equal(text, "a\\x1b[31mé\\x80");
	assert_int_equal(pen__name_width(name), 14);
	assert_int_equal(pen__width(text), 14);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_as_characters),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_bytes_for_people),
		cmocka_unit_test(test_times_for_people),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
