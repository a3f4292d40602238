// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "render/markup.h"

#include <stdbool.h>

static void check(const char *given, const char *want)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	markup__text(out, given);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, want);
	free(text);
}

static void test_plain(void **state)
{
	(void)state;
	check("", "");
	check("vfs_write.constprop.0", "vfs_write.constprop.0");
	check("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void test_markup(void **state)
{
	(void)state;
	check("</title><script>\"'&", "&#60;/title&#62;&#60;script&#62;&#34;&#39;&#38;");
	check("]]>", "]]&#62;");
}

static void test_controls(void **state)
{
	(void)state;
	check("a\x1b[2J\r\n\t\x7f", "a\\x1b[2J\\x0d\\x0a\\x09\\x7f");
	check("\xc2\x9b"
	      "31m",
	      "\\xc2\\x9b31m");
}

/* No characters of XML 1.0, though they are UTF-8. */
static void test_no_characters(void **state)
{
	(void)state;
	check("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", "\\xef\\xbf\\xbe\\xef\\xbf\\xbf\xef\xbf\xbd");
}

static void test_direction(void **state)
{
	(void)state;
	check("a\xe2\x80\xae"
	      "b\xe2\x81\xa6\xe2\x80\x8f",
	      "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6\\xe2\\x80\\x8f");
}

static void test_no_utf8(void **state)
{
	(void)state;
	check("\xc0\xaf\xed\xa0\x80\xf5\xff\xe2\x82",
	      "\\xc0\\xaf\\xed\\xa0\\x80\\xf5\\xff\\xe2\\x82");
}

static void encode(char text[5], unsigned int c)
{
	memset(text, 0, 5);
	if (c < 0x80) {
		text[0] = (char)c;
	} else if (c < 0x800) {
		text[0] = (char)(0xc0 | c >> 6);
		text[1] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		text[0] = (char)(0xe0 | c >> 12);
		text[1] = (char)(0x80 | (c >> 6 & 0x3f));
		text[2] = (char)(0x80 | (c & 0x3f));
	} else {
		text[0] = (char)(0xf0 | c >> 18);
		text[1] = (char)(0x80 | (c >> 12 & 0x3f));
		text[2] = (char)(0x80 | (c >> 6 & 0x3f));
		text[3] = (char)(0x80 | (c & 0x3f));
	}
}

/* Every character from the first to the last one stands for itself, but for these. */
static void check_characters(unsigned int first, unsigned int last)
{
	static const struct {
		unsigned int first, last;
	} escaped[] = {{0, 0x1f},	 {0x7f, 0x9f},	   {0x200e, 0x200f},
		       {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfffe, 0xffff}};

	for (unsigned int c = first; c <= last; c++) {
		char given[5], want[32] = "";
		bool is_escaped = false;

		encode(given, c);
		for (size_t i = 0; i < NR(escaped); i++)
			is_escaped |= c >= escaped[i].first && c <= escaped[i].last;
		if (is_escaped)
			for (const char *s = given; *s; s++)
				sprintf(want + strlen(want), "\\x%02x", (unsigned char)*s);
		else if (c < 0x80 && strchr("<>&\"'", (int)c))
			sprintf(want, "&#%u;", c);
		else
			strcpy(want, given);
		check(given, want);
	}
}

static void test_every_character(void **state)
{
	(void)state;
	check_characters(1, 0xff);
	check_characters(0x7f0, 0x80f);
	check_characters(0x1ff0, 0x207f);
	check_characters(0xfff0, 0x1000f);
	check_characters(0x10fff0, 0x10ffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_controls),	cmocka_unit_test(test_no_characters),
		cmocka_unit_test(test_direction),	cmocka_unit_test(test_no_utf8),
		cmocka_unit_test(test_every_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
