// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/datasyms.h"

#include <stdio.h>
#include <string.h>

static const char text[] = "0000000000000000 A fixed_percpu_data\n"
			   "0000000000034000 A __per_cpu_end\n"
			   "ffffffff81000000 T _text\n"
			   "ffffffff82000000 D first\n"
			   "ffffffff82000100 d second\n"
			   "not a symbol\n"
			   "ffffffff82000200 T in_between\n"
			   "ffffffff82000300 B last\n"
			   "ffffffff82000380 R __start_rodata\n"
			   "ffffffffc0001000 d table\t[foo]\n";

static void test_find(void **state)
{
	struct datasym list[] = {
		{.address = 0xffffffff82000188},
		{.address = 0xffffffff82000000},
		{.address = 0xffffffff82000210},
		{.address = 0xffffffffc0001008},
		{.address = 0x1234},
		{.address = 0xffffffff82000110},
		{.address = 0xffffffff81000004},
		{.address = 0xffffffff82000388},
	};
	static const struct {
		const char *name;
		uint64_t start;
	} expected[] = {
		{"fixed_percpu_data", 0},	{"", 0xffffffff81000000},
		{"first", 0xffffffff82000000},	{"second", 0xffffffff82000100},
		{"second", 0xffffffff82000100}, {"", 0xffffffff82000200},
		{"", 0xffffffff82000380},	{"table [foo]", 0xffffffffc0001000},
	};
	size_t nr = sizeof(list) / sizeof(list[0]);
	FILE *file = fmemopen((void *)text, sizeof(text) - 1, "r");

	(void)state;
	assert_int_equal(datasyms__find(list, nr, file), 0);
	fclose(file);
	for (size_t i = 0; i < nr; i++) {
		assert_string_equal(list[i].name, expected[i].name);
		assert_int_equal(list[i].start, expected[i].start);
	}
}

static void test_nothing(void **state)
{
	struct datasym one = {.address = 5};
	FILE *file = fmemopen("x", 1, "r");

	(void)state;
	assert_int_equal(datasyms__find(&one, 1, file), 0);
	assert_string_equal(one.name, "");
	assert_int_equal(datasyms__find(&one, 0, file), 0);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
