// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/allocinfo.h"

#include "fixtures/fixtures.h"

#include <errno.h>
#include <string.h>

#define HEAD "allocinfo - version: 1.0\n#     <size>  <calls> <tag info>\n"

static int parse(struct allocinfo *info, const char *text)
{
	FILE *file = open_text(text);
	int err = allocinfo__parse(info, file);

	fclose(file);
	return err;
}

static void test_lines(void **state)
{
	struct allocinfo info;

	(void)state;
	assert_int_equal(parse(&info,
			       HEAD "        4096        1 init/main.c:1310 func:do_initcalls\n"
				    "           0        0 mm/gone.c:1 func:gone\n"
				    "    12582912      300 drivers/net/x.c:12 [x_mod] func:fn\n"),
			 0);
	assert_int_equal(info.nr, 2);
	assert_string_equal(info.lines[0].place, "init/main.c:1310");
	assert_string_equal(info.lines[0].function, "do_initcalls");
	assert_string_equal(info.lines[0].module, "");
	assert_int_equal(info.lines[0].bytes, 4096);
	assert_int_equal(info.lines[0].calls, 1);
	assert_string_equal(info.lines[1].module, "x_mod");
	assert_string_equal(info.lines[1].function, "fn");
	assert_int_equal(info.lines[1].calls, 300);
	allocinfo__free(&info);
}

static void test_later_version(void **state)
{
	struct allocinfo info;

	(void)state;
	assert_int_equal(parse(&info, "allocinfo - version: 2.0\n"
				      "  10 1 a.c:1 func:f accurate:no\n"),
			 0);
	assert_int_equal(info.nr, 1);
	assert_string_equal(info.lines[0].function, "f");
	allocinfo__free(&info);
}

static void test_long_names_lose_their_start(void **state)
{
	char text[1000] = HEAD "1 1 ";
	struct allocinfo info;

	(void)state;
	for (int i = 0; i < 40; i++)
		strcat(text, "directory/");
	strcat(text, "file.c:77 func:f\n");
	assert_int_equal(parse(&info, text), 0);
	assert_true(strlen(info.lines[0].place) < sizeof(info.lines[0].place));
	assert_non_null(strstr(info.lines[0].place, "/file.c:77"));
	allocinfo__free(&info);
}

/* Counters of CPUs that race: the kernel prints what they are together, below 0 as well. */
static void test_odd_lines_cost_themselves(void **state)
{
	static const char *const lines[] = {
		"        -640        0 mm/race.c:7 func:racing\n",
		"         640       -1 mm/race.c:7 func:racing\n",
		"18446744073709550976 0 mm/race.c:7 func:racing\n",
		"99999999999999999999999 1 mm/race.c:7 func:racing\n",
		"288230376151711744 1 mm/race.c:7 func:racing\n",
		"4096 1 mm/race.c:7\n",
		"nonsense\n",
		"\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct allocinfo info;
		char text[512];

		snprintf(text, sizeof(text), HEAD "4096 1 a.c:1 func:f\n%s8192 2 b.c:2 func:g\n",
			 lines[i]);
		assert_int_equal(parse(&info, text), 0);
		assert_int_equal(info.odd, 1);
		assert_int_equal(info.nr, 2);
		assert_int_equal(info.lines[1].bytes, 8192);
		allocinfo__free(&info);
	}
}

static void test_what_is_malformed(void **state)
{
	static const char *const texts[] = {
		"",
		"allocinfo - version: 9.0\n",
		"what is this\n",
		HEAD "x 1 a.c:1 func:f\n",
		HEAD "1 a.c:1 func:f\n",
		HEAD "1 1\n",
		HEAD "1 1 a.c:1\n",
		HEAD "1 1 a.c:1 f\n",
		HEAD "-1 1 a.c:1 func:f\n",
		HEAD "99999999999999999999999 1 a.c:1 func:f\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct allocinfo info = {.nr = 12345};

		assert_int_equal(parse(&info, texts[i]), -EINVAL);
		assert_int_equal(info.nr, 12345);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_later_version),
		cmocka_unit_test(test_long_names_lose_their_start),
		cmocka_unit_test(test_odd_lines_cost_themselves),
		cmocka_unit_test(test_what_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
