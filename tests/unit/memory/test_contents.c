// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/contents.h"

#include <string.h>

static struct contents of(const char *object, size_t size)
{
	struct contents contents;

	assert_true(contents__of(object, size, &contents));
	return contents;
}

static void test_text_at_the_start(void **state)
{
	char object[32] = "firmware-17.bin";
	struct contents contents = of(object, sizeof(object));

	(void)state;
	assert_int_equal(contents.kind, CONTENTS_TEXT);
	assert_int_equal(contents.offset, 0);
	assert_string_equal(contents.text, "firmware-#.bin");
}

static void test_text_where_members_stand(void **state)
{
	char object[48] = {1};
	struct contents contents;

	(void)state;
	strcpy(object + 12, "not aligned"); /* from +16 on: "aligned" */
	contents = of(object, sizeof(object));
	assert_int_equal(contents.offset, 16);
	assert_string_equal(contents.text, "aligned");
	memset(object, 0, sizeof(object));
	strcpy(object + 24, "eth0");
	object[0] = 1;
	assert_false(contents__of(object, sizeof(object), &contents)); /* too short to tell */
	memcpy(object + 40, "wlan1234", 8); /* a number is one character */
	assert_false(contents__of(object, sizeof(object), &contents));
}

static void test_text_to_the_end(void **state)
{
	char object[48];
	struct contents contents;

	(void)state;
	memset(object, 'a', sizeof(object));
	object[0] = 'b';
	contents = of(object, sizeof(object));
	assert_int_equal(strlen(contents.text), CONTENTS_MOST);
	assert_false(contents__of("bc", 2, &contents));
	assert_false(contents__of("b", 1, &contents));
	assert_false(contents__of("", 0, &contents));
}

static void test_one_byte_all_over(void **state)
{
	char object[64];
	struct contents contents;

	(void)state;
	memset(object, 0xa5, sizeof(object));
	contents = of(object, sizeof(object));
	assert_int_equal(contents.kind, CONTENTS_BYTE);
	assert_int_equal(contents.byte, 0xa5);
	assert_string_equal(contents.text, "");
	object[63] = 0;
	assert_false(contents__of(object, sizeof(object), &contents));
}

static void test_alike(void **state)
{
	struct contents a = of("/var/lib/docker/1\0", 18), b = of("/var/lib/libvirt/2", 18),
			c = of("/run/user/17\0\0\0\0\0", 18), d = of("\0\0\0\0\0\0\0\0", 8);

	(void)state;
	assert_int_equal(contents__hash(&a), contents__hash(&b));
	assert_true(contents__hash(&a) != contents__hash(&c));
	assert_true(contents__hash(&a) != contents__hash(&d));
	contents__join(&a, &b);
	assert_string_equal(a.text, "/var/lib/");
	contents__join(&a, &a);
	assert_string_equal(a.text, "/var/lib/");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_at_the_start),
		cmocka_unit_test(test_text_where_members_stand),
		cmocka_unit_test(test_text_to_the_end),
		cmocka_unit_test(test_one_byte_all_over),
		cmocka_unit_test(test_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
