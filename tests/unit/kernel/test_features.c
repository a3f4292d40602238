// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/dwarf_search.h"
#include "kernel/features.h"

#include <string.h>
#include <sys/utsname.h>

static void test_what_it_is(void **state)
{
	struct utsname name;
	char text[256], wanted[256];

	(void)state;
	uname(&name); /* unit tests run where they were built */
	features__print(text, sizeof(text));
#ifdef KLEAK_STATIC
	snprintf(wanted, sizeof(wanted), "%s, static, libbpf v", name.machine);
#else
	snprintf(wanted, sizeof(wanted), "%s, shared libraries, libbpf v", name.machine);
#endif
	assert_memory_equal(text, wanted, strlen(wanted));
	assert_non_null(strstr(text, dwarf_search__has_debuginfod() ? ", debuginfod: yes"
								    : ", debuginfod: no"));
	assert_null(strchr(text, '\n'));
	features__print(text, 4);
	assert_int_equal(strlen(text), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
