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

/* The one symbol that stands before `address` in this text; a copy, valid until the next call. */
static const char *name_at(const char *symbols, uint64_t address)
{
	static struct datasym one;
	FILE *file = fmemopen((void *)symbols, strlen(symbols), "r");

	one = (struct datasym){.address = address};
	assert_int_equal(datasyms__find(&one, 1, file), 0);
	fclose(file);
	return one.name;
}

/* What an assembler notes at the variable's address, or inside of it, is no name. */
static void test_mapping_symbols(void **state)
{
	(void)state;
	assert_string_equal(
		name_at("1000 d $d\t[m]\n1000 d table\t[m]\n1008 d $d.2\t[m]\n", 0x1010),
		"table [m]");
}

/* What stands behind a linker's mark has other names. */
static void test_marks(void **state)
{
	static const char *const marks[] = {"__start_x", "__stop_x", "__end_x", "x_end"};
	static const char *const others[] = {"__start", "_end", "__stopx", "_endx", "x_ende"};
	char symbols[64];

	(void)state;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		snprintf(symbols, sizeof(symbols), "1000 d %s\n", marks[i]);
		assert_string_equal(name_at(symbols, 0x1000), "");
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(symbols, sizeof(symbols), "1000 d %s\n", others[i]);
		assert_string_equal(name_at(symbols, 0x1000), others[i]);
	}
}

/* Code is none of them; of two names of a place one that is a variable's. */
static void test_names_of_one_place(void **state)
{
	(void)state;
	assert_string_equal(name_at("1000 t f\n", 0x1008), "");
	assert_string_equal(name_at("1000 T f\n", 0x1008), "");
	assert_string_equal(name_at("1000 w f\n", 0x1008), "");
	assert_string_equal(name_at("1000 W f\n", 0x1008), "");
	assert_string_equal(name_at("1000 b v\n1000 T f\n", 0x1008), "v");
	assert_string_equal(name_at("1000 T f\n1000 b v\n", 0x1008), "v");
	/* in whatever order they come */
	assert_string_equal(name_at("2000 b far\n1000 b v\n3000 b behind\n", 0x2008), "far");
	assert_string_equal(name_at("1000 b v\n2000 b far\n", 0x2000), "far");
	assert_string_equal(name_at("1000 b v\n2000 b far\n", 0x1fff), "v");
	assert_string_equal(name_at("2000 b v\n", 0x1fff), "");
}

/* A module's name stands behind, if there is room for all of it; the next line's has none. */
static void test_names_of_modules(void **state)
{
	char symbols[256], longest[DATASYMS_NAME + 8];
	size_t room = DATASYMS_NAME - sizeof(" [foo]");

	(void)state;
	assert_string_equal(name_at("1000 d v\t[foo]\n2000 d w\n", 0x1008), "v [foo]");
	assert_string_equal(name_at("1000 d v\t[foo]\n2000 d w\n", 0x2008), "w");
	for (size_t len = room - 1; len <= room + 1; len++) {
		memset(longest, 'v', len);
		longest[len] = '\0';
		snprintf(symbols, sizeof(symbols), "1000 d %s\t[foo]\n", longest);
		if (len <= room)
			strcat(longest, " [foo]");
		assert_string_equal(name_at(symbols, 0x1008), longest);
	}
	memset(longest, 'v', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	snprintf(symbols, sizeof(symbols), "1000 d %s\n", longest);
	assert_int_equal(strlen(name_at(symbols, 0x1008)), DATASYMS_NAME - 1); /* cut */
}

static void test_of(void **state)
{
	struct datasym list[] = {{.address = 0xffffffff82000110},
				 {.address = 0xffffffff82000210},
				 {.address = 0xffffffff82000000}};
	FILE *file = fmemopen((void *)text, sizeof(text) - 1, "r");

	(void)state;
	assert_int_equal(datasyms__find(list, 3, file), 0);
	fclose(file);
	assert_string_equal(datasyms__of(list, 3, 0xffffffff82000110)->name, "second");
	assert_string_equal(datasyms__of(list, 3, 0xffffffff82000000)->name, "first");
	assert_null(datasyms__of(list, 3, 0xffffffff82000210)); /* code */
	assert_null(datasyms__of(list, 3, 0xffffffff82000111)); /* nobody asked */
	assert_null(datasyms__of(NULL, 0, 0xffffffff82000110));
}

/* Asked again, of other symbols: nothing of before is left. */
static void test_again(void **state)
{
	static const char other[] = "ffffffff82000000 D third\n";
	struct datasym list[] = {{.address = 0xffffffff81000004}, {.address = 0xffffffff82000110}};
	FILE *file = fmemopen((void *)text, sizeof(text) - 1, "r");

	(void)state;
	assert_int_equal(datasyms__find(list, 2, file), 0);
	fclose(file);
	file = fmemopen((void *)other, sizeof(other) - 1, "r");
	assert_int_equal(datasyms__find(list, 2, file), 0);
	fclose(file);
	assert_string_equal(list[0].name, "");
	assert_int_equal(list[0].start, 0);
	assert_string_equal(list[1].name, "third");
	assert_true(list[1].address == 0xffffffff82000110);
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
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_mapping_symbols),
		cmocka_unit_test(test_names_of_one_place),
		cmocka_unit_test(test_names_of_modules),
		cmocka_unit_test(test_of),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
