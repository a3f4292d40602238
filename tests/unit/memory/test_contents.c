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

static bool size_of(uint32_t number, uint32_t at, uint32_t of_size, struct contents *contents)
{
	uint8_t object[256] = {0};

	memcpy(object + at, &number, sizeof(number));
	return contents__size_of(object, of_size, of_size, contents);
}

/* A number is a size if kmalloc() gives this one for it, and no smaller one. */
static void test_their_size(void **state)
{
	static const uint32_t sizes[] = {8, 16, 32, 64, 96, 128, 192, 256};
	struct contents contents;

	(void)state;
	for (size_t i = 1; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_false(size_of(sizes[i - 1], 4, sizes[i], &contents));
		assert_true(size_of(sizes[i - 1] + 1, 4, sizes[i], &contents));
		assert_int_equal(contents.kind, CONTENTS_SIZE);
		assert_int_equal(contents.offset, 4);
		assert_int_equal(contents.number, sizes[i - 1] + 1);
		assert_true(size_of(sizes[i], sizes[i] - 4, sizes[i], &contents));
		assert_false(size_of(sizes[i] + 1, 4, sizes[i], &contents));
		assert_false(
			size_of(sizes[i], 2, sizes[i], &contents)); /* no member stands there */
	}
	assert_true(contents__size_of((const uint32_t[]){60, 61}, 8, 64, &contents));
	assert_int_equal(contents.number, 60); /* the first one */
	assert_false(contents__size_of((const uint32_t[]){1, 61}, 7, 64, &contents));
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

/* Printable is what has a shape, and the space. */
static void test_what_is_text(void **state)
{
	struct contents contents;
	char object[] = "\1 ~abcd\0";

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		char text[8] = {'a', 'b', 'c', (char)byte, 'e', 'f', 0, 0};
		bool is = byte >= 0x20 && byte < 0x7f;

		assert_int_equal(contents__of(text, sizeof(text), &contents), is);
	}
	assert_false(contents__of(object, sizeof(object), &contents)); /* not aligned */
	/* as long as is needed, and one too short */
	assert_string_equal(of("abcdef", 6).text, "abcdef");
	assert_false(contents__of("abcde\0", 7, &contents));
	assert_int_equal(of("\1\0\0\0\0\0\0\0abcdef", 14).offset, 8);
	assert_false(contents__of("\1\0\0\0\0\0\0\0abcde", 13, &contents));
}

/* Each number is one character, wherever it stands; as many as are kept. */
static void test_numbers_in_texts(void **state)
{
	char object[100];

	(void)state;
	assert_string_equal(of("12abc345de6", 11).text, "#abc#de#");
	assert_string_equal(of("a0b9c/:d", 8).text, "a#b#c/:d");
	for (size_t i = 0; i < sizeof(object); i++)
		object[i] = i % 2 ? '7' : 'a';
	assert_int_equal(strlen(of(object, sizeof(object)).text), CONTENTS_MOST);
	assert_int_equal(of("aa", 2).kind, CONTENTS_BYTE);
	assert_int_equal(of("\0\0", 2).byte, 0);
}

/* Kind, place and byte tell them apart, and how the text begins. */
static void test_different(void **state)
{
	const struct contents a = {.kind = CONTENTS_TEXT, .offset = 8, .text = "abcdef"};
	struct contents b = a;

	(void)state;
	assert_true(contents__hash(&a) == contents__hash(&b));
	b.text[7] = 'x'; /* behind what is looked at */
	assert_true(contents__hash(&a) == contents__hash(&b));
	b.text[5] = 'x';
	assert_true(contents__hash(&a) != contents__hash(&b));
	b = a;
	b.number = 1;
	assert_true(contents__hash(&a) != contents__hash(&b));
	b = a;
	b.offset = 16;
	assert_true(contents__hash(&a) != contents__hash(&b));
	b = a;
	b.kind = CONTENTS_BYTE;
	assert_true(contents__hash(&a) != contents__hash(&b));
	b = a;
	b.byte = 1;
	assert_true(contents__hash(&a) != contents__hash(&b));
	b = a;
	strcpy(b.text, "abc");
	contents__join(&b, &a);
	assert_string_equal(b.text, "abc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_at_the_start),
		cmocka_unit_test(test_text_where_members_stand),
		cmocka_unit_test(test_text_to_the_end),
		cmocka_unit_test(test_one_byte_all_over),
		cmocka_unit_test(test_their_size),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_what_is_text),
		cmocka_unit_test(test_numbers_in_texts),
		cmocka_unit_test(test_different),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
