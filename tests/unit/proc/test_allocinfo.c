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
	assert_null(info.lines);
	assert_int_equal(info.nr, 0);
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
		"4096x 1 mm/race.c:7 func:racing\n",
		"4096 1mm/race.c:7 func:racing\n",
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

/* The last bytes that there is room for stay, of each of the names. */
static void test_how_much_of_a_name_stays(void **state)
{
	char text[1000], name[201];
	struct allocinfo info;

	(void)state;
	for (size_t length = 90; length < 100; length++) {
		struct allocinfo_line *line;

		for (size_t i = 0; i < length; i++)
			name[i] = (char)('a' + i % 26);
		name[length] = '\0';
		snprintf(text, sizeof(text), HEAD "1 1 %s [%s] func:%s\n", name, name, name);
		assert_int_equal(parse(&info, text), 0);
		line = &info.lines[0];
		assert_string_equal(line->place, name + (length > 95 ? length - 95 : 0));
		assert_string_equal(line->function, name + (length > 95 ? length - 95 : 0));
		assert_string_equal(line->module, name + length - 55);
		allocinfo__free(&info);
	}
}

static void test_texts_with_nothing_in_them(void **state)
{
	struct allocinfo info;

	(void)state;
	assert_int_equal(parse(&info, HEAD), 0);
	assert_int_equal(info.nr, 0);
	/* a line of 0 bytes is one that was understood */
	assert_int_equal(parse(&info, HEAD "0 0 a.c:1 func:f\nnonsense\n"), 0);
	assert_int_equal(info.nr, 0);
	assert_int_equal(info.odd, 1);
}

static void test_versions(void **state)
{
	static const char *const wrong[] = {
		"allocinfo - version: 1\n", "allocinfo - version: 10.0\n",
		"allocinfo - version: 3.0\n", "allocinfo - version: \n", "allocinfo\n"};
	struct allocinfo info;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse(&info, wrong[i]), -EINVAL);
	assert_int_equal(parse(&info, "allocinfo - version: 1.7\n"), 0);
}

static void test_many_lines(void **state)
{
	FILE *file = tmpfile();
	struct allocinfo info;

	(void)state;
	assert_non_null(file);
	fputs(HEAD, file);
	for (int i = 1; i <= 1000; i++)
		fprintf(file, "%d 1 a.c:%d func:f\n", i, i);
	rewind(file);
	assert_int_equal(allocinfo__parse(&info, file), 0);
	fclose(file);
	assert_int_equal(info.nr, 1000);
	for (int i = 1; i <= 1000; i++)
		assert_int_equal(info.lines[i - 1].bytes, i);
	allocinfo__free(&info);
}

static void test_what_cannot_be_read(void **state)
{
	struct allocinfo info = {.nr = 12345};
	FILE *file = open_broken();

	(void)state;
	assert_int_equal(allocinfo__parse(&info, file), -EIO);
	fclose(file);
	assert_int_equal(info.nr, 12345);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_later_version),
		cmocka_unit_test(test_long_names_lose_their_start),
		cmocka_unit_test(test_odd_lines_cost_themselves),
		cmocka_unit_test(test_what_is_malformed),
		cmocka_unit_test(test_how_much_of_a_name_stays),
		cmocka_unit_test(test_texts_with_nothing_in_them),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_many_lines),
		cmocka_unit_test(test_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
