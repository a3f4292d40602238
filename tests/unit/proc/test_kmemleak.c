// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/kmemleak.h"

#include "fixtures/fixtures.h"

#include <errno.h>
#include <string.h>

static int parse(struct kmemleak *list, const char *text)
{
	FILE *file = open_text(text);
	int err = kmemleak__parse(list, file);

	fclose(file);
	return err;
}

static void test_list(void **state)
{
	struct kmemleak list;

	(void)state;
	assert_int_equal(
		parse(&list,
		      "unreferenced object 0xffff88810a1b2c00 (size 1024):\n"
		      "  comm \"insmod\", pid 123, jiffies 4294937296 (age 12.3s)\n"
		      "  hex dump (first 32 bytes):\n"
		      "    6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b  kkkkkkkkkkkkkkkk\n"
		      "  backtrace (crc 1f):\n"
		      "    [<ffffffff81234567>] kmalloc+0x12/0x34\n"
		      "unreferenced percpu object 0x607e1234 (size 8):\n"
		      "  comm \"unreferenced object \", pid 1\n"),
		0);
	assert_int_equal(list.objects, 2);
	assert_int_equal(list.bytes, 1032);
	assert_int_equal(list.odd, 0);
	assert_int_equal(parse(&list, ""), 0);
	assert_int_equal(list.objects, 0);
}

static void test_malformed(void **state)
{
	struct kmemleak list;

	(void)state;
	assert_int_equal(parse(&list, "unreferenced object 0x1\n"
				      "unreferenced object 0x1 (size x):\n"
				      "unreferenced object 0x2 (size 1024):\n"
				      "unreferenced object 0x1 (size 12\n"
				      "unreferenced object 0x1 (size 18446744073709551615):\n"),
			 0);
	assert_int_equal(list.objects, 1);
	assert_int_equal(list.bytes, 1024);
	assert_int_equal(list.odd, 4);
}

static void test_what_cannot_be_read(void **state)
{
	struct kmemleak list = {.objects = 77};
	FILE *file = open_broken();

	(void)state;
	assert_int_equal(kmemleak__parse(&list, file), -EIO);
	fclose(file);
	assert_int_equal(list.objects, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
