// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/commas.h"

#include <errno.h>
#include <string.h>

/* The words again, with '|' behind each. */
static void check_words(const char *list, const char *expected)
{
	char words[64] = "";
	const char *word;
	size_t len;

	while ((word = commas__next(&list, &len))) {
		strncat(words, word, len);
		strcat(words, "|");
	}
	assert_string_equal(words, expected);
}

static void test_words(void **state)
{
	(void)state;
	check_words("", "");
	check_words("slab", "slab|");
	check_words("slab,pages", "slab|pages|");
	check_words("slab, pages", "slab|pages|");
	check_words("slab,", "slab|");
	check_words("a,,b", "a||b|");
}

static void test_one_of_them(void **state)
{
	(void)state;
	assert_true(commas__has("slab,pages", "slab"));
	assert_true(commas__has("slab,pages", "pages"));
	assert_false(commas__has("slab,pages", "page"));
	assert_false(commas__has("slab,pages", "slab,pages"));
	assert_false(commas__has("slab,pages", "slabs"));
	assert_false(commas__has("", "slab"));
}

static void test_one_more(void **state)
{
	char list[8] = "";

	(void)state;
	assert_int_equal(commas__add(list, sizeof(list), 3, "a"), 0);
	assert_int_equal(commas__add(list, sizeof(list), 3, "bc"), 0);
	assert_string_equal(list, "a,bc");
	assert_int_equal(commas__add(list, sizeof(list), 3, "bc"), 0); /* it is there */
	assert_string_equal(list, "a,bc");
	assert_int_equal(commas__add(list, sizeof(list), 3, "def"), -ENOSPC); /* and its end */
	assert_int_equal(commas__add(list, sizeof(list), 2, "d"), -ENOSPC);
	assert_string_equal(list, "a,bc");
	assert_int_equal(commas__add(list, sizeof(list), 3, "de"), 0);
	assert_string_equal(list, "a,bc,de");
	assert_int_equal(commas__add(list, sizeof(list), 3, "de"), 0); /* even where it is full */
}

static void test_words_alone(void **state)
{
	static const char *const wrong[] = {"", ",", "a,", ",a", "a,,b", "a,long"};

	(void)state;
	assert_true(commas__are_words("a", 3));
	assert_true(commas__are_words("a,b,abc", 3));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (commas__are_words(wrong[i], 3))
			fail_msg("\"%s\"", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_one_of_them),
		cmocka_unit_test(test_one_more),
		cmocka_unit_test(test_words_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
