// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "cmd/kmemleak.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file of its own in the role of debugfs'. */
static char path[] = "/tmp/kleak-kmemleak-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static char *do_it(const char *action, int expected, char *why, size_t len)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_int_equal(cmd_kmemleak__do(path, action, out, why, len), expected);
	fclose(out);
	return text;
}

static void test_list_is_harmless(void **state)
{
	char why[256], *text;

	(void)state;
	write_file("unreferenced object 0x1 (size 8):\n  comm \"\x1b[2J\x07\", pid 1\n");
	text = do_it("list", 0, why, sizeof(why));
	assert_string_equal(text, "unreferenced object 0x1 (size 8):\n  comm \"?[2J?\", pid 1\n");
	free(text);
}

static void test_scan_and_clear_are_passed_on(void **state)
{
	char why[256], got[64] = "", *text;
	FILE *file;

	(void)state;
	write_file("");
	text = do_it("clear", 0, why, sizeof(why));
	assert_string_equal(text, "");
	free(text);
	file = fopen(path, "r");
	assert_non_null(fgets(got, sizeof(got), file));
	fclose(file);
	assert_string_equal(got, "clear");
	/* the real file starts at the list again; this one holds what was written */
	write_file("");
	text = do_it("scan", 0, why, sizeof(why));
	assert_string_equal(text, "0 unreferenced objects, 0 bytes\n");
	free(text);
}

static void test_no_kmemleak(void **state)
{
	char why[256];
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_int_equal(cmd_kmemleak__do("/nowhere/kmemleak", "scan", out, why, sizeof(why)),
			 -ENOENT);
	assert_non_null(strstr(why, "CONFIG_DEBUG_KMEMLEAK"));
	fclose(out);
	out = fopen("/dev/full", "w");
	write_file("some\n");
	assert_int_equal(cmd_kmemleak__do(path, "list", out, why, sizeof(why)), -EIO);
	assert_string_equal(why, "");
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_is_harmless),
		cmocka_unit_test(test_scan_and_clear_are_passed_on),
		cmocka_unit_test(test_no_kmemleak),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
