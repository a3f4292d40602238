// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say_raw(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say__raw(format, args);
	va_end(args);
}

/* What comes out on stderr; valid until the next time. */
static const char *said(const char *text)
{
	static char out[8192];
	int ends[2], kept = dup(STDERR_FILENO);
	ssize_t len;

	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	say_raw("%s", text);
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(ends[1]);
	len = read(ends[0], out, sizeof(out) - 1);
	close(ends[0]);
	out[len > 0 ? len : 0] = '\0';
	return out;
}

static void test_what_is_short_is_said_as_it_is(void **state)
{
	(void)state;
	assert_string_equal(said("libbpf: prog 'x': failed to load: -13\n"),
			    "libbpf: prog 'x': failed to load: -13\n");
	assert_string_equal(said(""), "");
}

/* Of what the verifier writes, which may be megabytes, the end says why it refuses. */
static void test_of_what_is_long_the_last_lines_are_said(void **state)
{
	static char text[100000];
	const char *out;
	size_t n = 0;

	(void)state;
	while (n < sizeof(text) - 100)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%zu: (b4) w3 = 0\n", n);
	strcpy(text + n, "R1 invalid mem access 'scalar'\n");
	out = said(text);
	assert_true(strlen(out) <= 4096 + 5);
	assert_memory_equal(out, "[...]\n", 6);
	assert_non_null(strstr(out, " (b4) w3 = 0\nR1 invalid mem access 'scalar'\n"));
	assert_string_equal(strstr(out, "R1"), "R1 invalid mem access 'scalar'\n");
}

static void test_one_long_line(void **state)
{
	static char text[100000];

	(void)state;
	memset(text, 'x', sizeof(text) - 2);
	text[sizeof(text) - 2] = '!';
	assert_int_equal(strlen(said(text)), 4096);
	assert_string_equal(said(text) + 4090, "xxxxx!");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_short_is_said_as_it_is),
		cmocka_unit_test(test_of_what_is_long_the_last_lines_are_said),
		cmocka_unit_test(test_one_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
