// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "render/chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static char *chart_of(const double *at, size_t nr, const struct chart_line *lines, size_t nr_lines)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	chart__print(out, "a <title>", at, nr, lines, nr_lines);
	assert_int_equal(fclose(out), 0);
	return text;
}

static char *spark_of(const double *at, const double *value, size_t nr)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	chart__spark(out, at, value, nr);
	assert_int_equal(fclose(out), 0);
	return text;
}

#define HEAD                                                                                       \
	"<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-58 -8 362 138\" "    \
	"role=\"img\"><title>a &#60;title&#62;</title>\n"
#define LINE(class, y, text_y, text)                                                               \
	"<line class=\"" class "\" x1=\"0\" x2=\"300\" y1=\"" y "\" y2=\"" y "\"/>"                \
			       "<text class=\"scale\" x=\"-6\" y=\"" text_y "\">" text "</text>\n"
#define FOOT(duration)                                                                             \
	"<text class=\"time\" x=\"0\" y=\"125\">start</text>"                                      \
	"<text class=\"scale\" x=\"300\" y=\"125\">" duration "</text>\n"

/* Lines begin with 0 at the start; up is more. */
static void test_a_chart(void **state)
{
	static const double at[] = {30, 60, 120}, up[] = {1024, 4096, 8192},
			    down[] = {0, -2048, -8192};
	const struct chart_line lines[] = {{"one", up}, {"two", down}};
	char *text = chart_of(at, NR(at), lines, NR(lines));

	(void)state;
	assert_string_equal(
		text,
		HEAD LINE("grid", "110.0", "113.5", "-10.0K") LINE(
			"grid", "82.5", "86.0",
			"-5.0K") LINE("zero", "55.0", "58.5",
				      "0") LINE("grid", "27.5", "31.0",
						"+5.0K") LINE("grid", "0.0", "3.5", "+10.0K")
			FOOT("2.0m") "<polyline class=\"one\" points=\"0,55.0 75.0,49.5 150.0,33.0 "
				     "300.0,11.0\"/>\n"
				     "<polyline class=\"two\" points=\"0,55.0 75.0,55.0 150.0,66.0 "
				     "300.0,99.0\"/>\n"
				     "</svg>\n");
	free(text);
}

/* Without points, or at no time yet, there is a scale as well. */
static void test_a_chart_of_nothing(void **state)
{
	static const double now[] = {0}, nothing[] = {0};
	const struct chart_line line = {"one", nothing};
	char *text = chart_of(NULL, 0, NULL, 0);

	(void)state;
	assert_string_equal(
		text,
		HEAD LINE("zero", "110.0", "113.5", "0") LINE("grid", "82.5", "86.0", "+1.0K")
			LINE("grid", "55.0", "58.5", "+2.0K") LINE("grid", "27.5", "31.0", "+3.0K")
				LINE("grid", "0.0", "3.5", "+4.0K") FOOT("1.0s") "</svg>\n");
	free(text);
	text = chart_of(now, 1, &line, 1);
	assert_non_null(strstr(text, FOOT("1.0s")));
	assert_non_null(strstr(text, "points=\"0,110.0 0.0,110.0\""));
	free(text);
}

/* What the scale says, the lowest first, of lines from `low` to `high`. */
static void assert_scale(double low, double high, const char *expected)
{
	static const char mark[] = "class=\"scale\" x=\"-6\"";
	const double at[] = {1, 2}, value[] = {low, high};
	const struct chart_line line = {"one", value};
	char *text = chart_of(at, 2, &line, 1), scale[256] = "";

	for (const char *s = text; (s = strstr(s, mark)); s++) {
		const char *label = strchr(s, '>') + 1;

		if (*scale)
			strcat(scale, " ");
		strncat(scale, label, strcspn(label, "<"));
	}
	assert_string_equal(scale, expected);
	free(text);
}

/* Steps are 1, 2 or 5 with zeros, of bytes, K, M, ..., and about four; 4 K is the least. */
static void test_scales(void **state)
{
	(void)state;
	assert_scale(0, 0, "0 +1.0K +2.0K +3.0K +4.0K");
	assert_scale(0, 4096, "0 +1.0K +2.0K +3.0K +4.0K");
	assert_scale(0, 4097, "0 +2.0K +4.0K +6.0K");
	assert_scale(0, 8192, "0 +2.0K +4.0K +6.0K +8.0K");
	assert_scale(0, 8193, "0 +5.0K +10.0K");
	assert_scale(0, 2000 * 1024.0, "0 +500.0K +1000.0K +1.5M +2.0M");
	assert_scale(0, 2001 * 1024.0, "0 +1.0M +2.0M");
	assert_scale(0, 400 * 1024.0, "0 +100.0K +200.0K +300.0K +400.0K");
	assert_scale(0, 40 * 1048576.0, "0 +10.0M +20.0M +30.0M +40.0M");
	assert_scale(0, 41 * 1048576.0, "0 +20.0M +40.0M +60.0M");
	assert_scale(-1, 0, "-1.0K 0 +1.0K +2.0K +3.0K +4.0K");
	assert_scale(-8192, 0, "-8.0K -6.0K -4.0K -2.0K 0");
	assert_scale(-8193, 1, "-10.0K -5.0K 0 +5.0K");
	/* 0 is in it, wherever the values are */
	assert_scale(8000, 8192, "0 +2.0K +4.0K +6.0K +8.0K");
	assert_scale(-8192, -8000, "-8.0K -6.0K -4.0K -2.0K 0");
}

static void test_a_spark(void **state)
{
	static const double at[] = {5, 10, 25}, value[] = {0, 1024, 512};
	char *text = spark_of(at, value, NR(at));

	(void)state;
	assert_string_equal(text, "<svg class=\"spark\" xmlns=\"http://www.w3.org/2000/svg\" "
				  "viewBox=\"-2 -2 124 32\" width=\"124\" height=\"32\" "
				  "role=\"img\"><title>outstanding bytes over 20s, at most 1.0K"
				  "</title><polygon points=\"0,28 0.0,28.0 30.0,0.0 120.0,14.0 "
				  "120,28\"/><polyline points=\" 0.0,28.0 30.0,0.0 120.0,14.0\"/>"
				  "</svg>");
	free(text);
}

static void test_sparks_of_little(void **state)
{
	static const double at[] = {5, 5, 6}, zeros[] = {0, 0, 0};
	char *text;

	(void)state;
	for (size_t nr = 0; nr < 3; nr++) { /* no time has passed */
		text = spark_of(at, zeros, nr);
		assert_string_equal(text, "");
		free(text);
	}
	text = spark_of(at + 1, zeros, 2);
	assert_non_null(strstr(text, "over 1.0s, at most 1<"));
	assert_non_null(strstr(text, "<polyline points=\" 0.0,28.0 120.0,28.0\"/>"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_chart),		 cmocka_unit_test(test_a_chart_of_nothing),
		cmocka_unit_test(test_scales),		 cmocka_unit_test(test_a_spark),
		cmocka_unit_test(test_sparks_of_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
