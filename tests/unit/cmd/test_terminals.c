// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/terminals.h"
#include "unit.h"

#include <string.h>

static void knows_common_types(void **state)
{
	static const char *const types[] = {"linux", "vt100", "vt220", "xterm-256color"};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const char *entry = terminals__entry(types[i]);

		assert_non_null(entry);
		assert_memory_equal(entry, "b64:", 4);
		assert_null(strpbrk(entry, " \n"));
		assert_true(strlen(entry) > 500);
	}
	assert_string_not_equal(terminals__entry("linux"), terminals__entry("vt100"));
}

static void knows_no_others(void **state)
{
	(void)state;
	assert_null(terminals__entry(""));
	assert_null(terminals__entry("vt10"));
	assert_null(terminals__entry("xterm-256colors"));
}

static void lists_them(void **state)
{
	char text[256];

	(void)state;
	terminals__list(text, sizeof(text));
	assert_memory_equal(text, "linux, vt100, ", 14);
	assert_non_null(strstr(text, " or tmux-256color"));
	terminals__list(text, 10);
	assert_string_equal(text, "linux, vt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_common_types),
		cmocka_unit_test(knows_no_others),
		cmocka_unit_test(lists_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
