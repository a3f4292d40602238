// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "render/markup.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),	  cmocka_unit_test(test_markup),
		cmocka_unit_test(test_controls),  cmocka_unit_test(test_no_characters),
		cmocka_unit_test(test_direction), cmocka_unit_test(test_no_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
