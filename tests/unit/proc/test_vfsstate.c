// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/vfsstate.h"

#include "fixtures/fixtures.h"

#include <errno.h>
#include <string.h>

static int parse(struct vfsstate *state, const char *text)
{
	FILE *file = open_text(text);
	int err = vfsstate__parse(state, file);

	fclose(file);
	return err;
}

static void test_both_texts(void **state)
{
	struct vfsstate is;

	(void)state;
	assert_int_equal(parse(&is, "76940\t75353\t45\t0\t23174\t0\t\n"), 0);
	assert_int_equal(is.all, 76940);
	assert_int_equal(is.unused, 75353);
	assert_int_equal(parse(&is, "48337\t1\t0\t0\t0\t0\t0\n"), 0);
	assert_int_equal(is.all, 48337);
	assert_int_equal(is.unused, 1);
	assert_int_equal(parse(&is, "5 4 45\n"), 0);
	assert_int_equal(is.all, 5);
	assert_int_equal(is.unused, 4);
}

static void test_other_texts(void **state)
{
	struct vfsstate is = {1, 2};

	(void)state;
	assert_int_equal(parse(&is, "\n"), -ENODATA);
	assert_int_equal(parse(&is, "12\n"), -ENODATA);
	assert_int_equal(parse(&is, ""), -ENODATA);
	assert_int_equal(parse(&is, "x\t3\n"), -ENODATA);
	assert_int_equal(parse(&is, "12,3\n"), -ENODATA);
	assert_int_equal(parse(&is, "12\t\t3\n"), -ENODATA);
	assert_int_equal(parse(&is, "12\t99999999999999999999\n"), -ENODATA);
	assert_int_equal(parse(&is, "12\t-3\t45\n"), -ENODATA);
	assert_int_equal(parse(&is, "99999999999999999999\t1\n"), -ENODATA);
	assert_int_equal(is.all, 1);
	assert_int_equal(is.unused, 2);
}

static void test_what_cannot_be_read(void **state)
{
	struct vfsstate is = {1, 2};
	FILE *file = open_broken();

	(void)state;
	assert_int_equal(vfsstate__parse(&is, file), -EIO);
	fclose(file);
	assert_int_equal(is.all, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_texts),
		cmocka_unit_test(test_other_texts),
		cmocka_unit_test(test_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
