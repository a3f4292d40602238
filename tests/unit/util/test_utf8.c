// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/utf8.h"

static void assert_length(const char *bytes, size_t expected)
{
	assert_int_equal(utf8__sequence((const unsigned char *)bytes), expected);
}

static void test_sequences_of_every_length(void **state)
{
	(void)state;
	assert_length("a", 1);
	assert_length("\x7f", 1);
	assert_length("\xc2\x80", 2); /* U+0080 */
	assert_length("\xdf\xbf", 2);
	assert_length("\xe0\xa0\x80", 3); /* U+0800 */
	assert_length("\xef\xbf\xbf", 3);
	assert_length("\xf0\x90\x80\x80", 4); /* U+10000 */
	assert_length("\xf4\x8f\xbf\xbf", 4); /* U+10FFFF */
}

/* RFC 3629: longer than they need be, surrogates, beyond the last one. */
static void test_what_is_none(void **state)
{
	(void)state;
	assert_length("\x80", 0);
	assert_length("\xc1\xbf", 0);
	assert_length("\xe0\x9f\xbf", 0);
	assert_length("\xed\xa0\x80", 0);
	assert_length("\xed\x9f\xbf", 3);
	assert_length("\xf0\x8f\xbf\xbf", 0);
	assert_length("\xf4\x90\x80\x80", 0);
	assert_length("\xf5\x80\x80\x80", 0);
}

static void test_what_is_cut(void **state)
{
	(void)state;
	assert_length("\xc2", 0);
	assert_length("\xe2\x82", 0);
	assert_length("\xe2\x82x", 0);
	assert_length("\xf0\x9f\x98", 0);
	assert_length("\xc2\xc2", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sequences_of_every_length),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_what_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
