// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = "ffffffff81000000 T kernel\n"
			   "ffffffff81001000 T _etext\n"
			   "ffffffffc0100000 t old\t[first]\n"
			   "ffffffffc0900000 t bpf_prog_1\t[bpf]\n";
static const char loaded[] = "first 4096 0 - Live 0xffffffffc0100000\n";

#define HERE 0xffffffffc0200000ULL

static struct names *open_names(void)
{
	FILE *kallsyms = fmemopen((void *)text, strlen(text), "r");
	FILE *modules = fmemopen((void *)loaded, strlen(loaded), "r");
	const struct names_module first = {.name = "first", .address = 0xffffffffc0100000};
	struct kallsyms *table;
	struct names *names;

	assert_int_equal(kallsyms__parse(&table, kallsyms, modules), 0);
	assert_int_equal(names__open(&names, table), 0);
	fclose(kallsyms);
	fclose(modules);
	assert_int_equal(names__add(names, &first, NULL, 0), 0);
	return names;
}

static void come(struct names *names, const char *name, uint32_t when, uint64_t at,
		 const char *function)
{
	/* the second one of the same address is an alias, and the table is in no order */
	const struct names_function functions[] = {
		{at + 0x100, at + 0x180, function},
		{at + 0x100, at + 0x180, "init_module"},
		{at, at + 0x80, "before"},
	};
	const struct names_module module = {.name = name, .from = when};

	assert_int_equal(names__add(names, &module, functions, 3), 0);
}

/* What the address is called at that time: "f [m]"; "" without a name. */
static const char *called_at(const struct names *names, uint64_t address, struct names_time when)
{
	static char told[128];
	const struct names_module *module;
	struct kallsyms_symbol symbol;

	*told = '\0';
	if (names__find(names, address, when, &symbol, &module))
		return told;
	snprintf(told, sizeof(told), symbol.module ? "%s [%s]" : "%s", symbol.name, symbol.module);
	if (module)
		assert_string_equal(module->name, symbol.module);
	return told;
}

static const char *called(const struct names *names, uint64_t address, uint32_t modules)
{
	return called_at(names, address, (struct names_time){.modules = modules});
}

static void an_address_is_called_as_at_its_time(void **state)
{
	struct names *names = open_names();

	(void)state;
	come(names, "a", 1, HERE, "f");
	names__remove(names, "a", 2);
	come(names, "b", 3, HERE, "g");
	assert_string_equal(called(names, HERE + 0x110, 0), "");
	assert_string_equal(called(names, HERE + 0x110, 1), "f [a]");
	assert_string_equal(called(names, HERE + 0x110, 2), "");
	assert_string_equal(called(names, HERE + 0x110, 3), "g [b]");
	assert_string_equal(called(names, HERE + 0x7f, 3), "before [b]");
	assert_string_equal(called(names, HERE + 0x80, 3), ""); /* no nearest guess */
	assert_string_equal(called(names, 0xffffffff81000010, 3), "kernel");
	names__close(names);
}

/* Those that were there before kleak, and what is no module at all. */
static void the_first_ones_go_as_well(void **state)
{
	struct names *names = open_names();

	(void)state;
	assert_string_equal(called(names, 0xffffffffc0100010, 7), "old [first]");
	names__remove(names, "first", 2);
	assert_string_equal(called(names, 0xffffffffc0100010, 1), "old [first]");
	assert_string_equal(called(names, 0xffffffffc0100010, 2), "");
	assert_string_equal(called(names, 0xffffffffc0100010, NAMES_UNDATED), "old [first]");
	come(names, "next", 3, 0xffffffffc0100000, "f");
	assert_string_equal(called(names, 0xffffffffc0100010, 1), "old [first]");
	assert_string_equal(called(names, 0xffffffffc0100010, 3), "before [next]");
	names__close(names);
}

/* Who does not know when has a name only if there is but one. */
static void at_any_time_there_must_be_one(void **state)
{
	struct names *names = open_names();

	(void)state;
	come(names, "a", 1, HERE, "f");
	names__remove(names, "a", 2);
	assert_string_equal(called(names, HERE + 0x110, NAMES_UNDATED), "f [a]");
	come(names, "a", 3, HERE, "f");
	assert_string_equal(called(names, HERE + 0x110, NAMES_UNDATED), "f [a]");
	come(names, "b", 5, HERE, "g");
	assert_string_equal(called(names, HERE + 0x110, NAMES_UNDATED), "");
	come(names, "c", 6, 0xffffffffc0100000, "f");
	assert_string_equal(called(names, 0xffffffffc0100010, NAMES_UNDATED), "");
	names__close(names);
}

/* What was handed out stays, whatever comes and goes, and memory is bounded. */
static void what_was_handed_out_stays(void **state)
{
	struct names *names = open_names();
	const struct kallsyms *kallsyms = names__kallsyms(names);
	const struct names_module *module;
	struct names_module *const *modules = NULL;
	struct kallsyms_symbol old, first = {};
	char name[32], before[32] = "a";

	(void)state;
	come(names, "a", 1, HERE, "f");
	assert_int_equal(names__find(names, HERE + 0x110, (struct names_time){1}, &first, &module),
			 0);
	for (uint32_t i = 0; i < 3 * NAMES_MOST_GONE; i++) {
		snprintf(name, sizeof(name), "m%u", i);
		names__remove(names, before, 2 * i + 2);
		come(names, name, 2 * i + 3, HERE + 0x1000 * i, "f");
		memcpy(before, name, sizeof(before));
	}
	assert_true(names__modules(names, &modules) <= NAMES_MOST_GONE + 3);
	assert_string_equal(first.name, "f");
	assert_string_equal(first.module, "a");
	assert_int_equal(kallsyms__find(kallsyms, 0xffffffffc0100010, &old), 0);
	assert_string_equal(old.name, "old");
	assert_string_equal(called(names, HERE + 0x110, 1), ""); /* forgotten, not mistaken */
	names__close(names);
}

/* One that comes and goes at the same place takes no more memory, and is the same tenant. */
static void tenants_are_counted(void **state)
{
	struct names *names = open_names();

	(void)state;
	come(names, "a", 1, HERE, "f");
	assert_int_equal(names__tenant(names, HERE + 0x110, (struct names_time){1}), 0);
	names__remove(names, "a", 2);
	come(names, "a", 3, HERE, "f");
	assert_int_equal(names__tenant(names, HERE + 0x110, (struct names_time){3}), 0);
	names__remove(names, "a", 4);
	come(names, "b", 5, HERE, "f");
	assert_int_equal(names__tenant(names, HERE + 0x110, (struct names_time){3}), 0);
	assert_int_equal(names__tenant(names, HERE + 0x110, (struct names_time){5}), 1);
	names__remove(names, "first", 6);
	come(names, "c", 7, 0xffffffffc0100000, "f");
	assert_int_equal(names__tenant(names, 0xffffffffc0100010, (struct names_time){5}), 0);
	assert_int_equal(names__tenant(names, 0xffffffffc0100010, (struct names_time){7}), 1);
	assert_int_equal(names__tenant(names, 0xffffffff81000010, (struct names_time){7}), 0);
	names__close(names);
}

static void time_begins_anew(void **state)
{
	struct names *names = open_names();
	struct names_module *const *modules = NULL;

	(void)state;
	come(names, "a", 1, HERE, "f");
	come(names, "b", 2, HERE + 0x1000, "g");
	names__remove(names, "a", 3);
	names__remove(names, "first", 4);
	names__begin(names);
	assert_string_equal(called(names, HERE + 0x110, 0), "");
	assert_string_equal(called(names, HERE + 0x1110, 0), "g [b]");
	assert_string_equal(called(names, 0xffffffffc0100010, 0), "");
	assert_int_equal(names__modules(names, &modules), 2);
	names__close(names);
}

#define PROGRAM 0xffffffffc0900000ULL /* the first table says: bpf_prog_1 */

static struct kleak_code program(const char *name, uint64_t load_ns)
{
	struct kleak_code code = {.start = PROGRAM, .end = PROGRAM + 0x80, .load_ns = load_ns};

	snprintf(code.name, sizeof(code.name), "%s", name);
	return code;
}

/* What the first table says of BPF programs was true at the start, and is not asked. */
static void programs_are_called_as_lists_say(void **state)
{
	const struct names_time when = {.ns = 200};
	struct kleak_code code = program("bpf_prog_2_g", 100);
	struct names *names = open_names();

	(void)state;
	assert_string_equal(called_at(names, PROGRAM + 0x10, when), "");
	assert_true(names__is_code(names, PROGRAM + 0x10));
	assert_false(names__is_code(names, HERE));
	assert_false(names__is_code(names, 0xffffffff81000010));
	assert_int_equal(names__list_code(names, &code, 1, 0, 0), 0);
	assert_string_equal(called_at(names, PROGRAM + 0x10, when), "bpf_prog_2_g [bpf]");
	assert_string_equal(called_at(names, PROGRAM + 0x10, NAMES_ANYTIME), "bpf_prog_2_g [bpf]");
	assert_string_equal(called_at(names, PROGRAM + 0x90, when), "");
	names__begin(names);
	assert_string_equal(called_at(names, PROGRAM + 0x10, when), "");
	names__close(names);
}

/* A name that was handed out stays when its list is there no more. */
static void names_of_programs_stay(void **state)
{
	const struct names_time when = {.ns = 200};
	struct kleak_code code = program("bpf_prog_2_g", 100);
	const struct names_module *module;
	struct names *names = open_names();
	struct kallsyms_symbol symbol = {};

	(void)state;
	assert_int_equal(names__list_code(names, &code, 1, 0, 0), 0);
	assert_int_equal(names__find(names, PROGRAM, when, &symbol, &module), 0);
	assert_null(module);
	code = program("bpf_prog_3_h", 300);
	for (int i = 0; i < 3; i++)
		assert_int_equal(names__list_code(names, &code, 1, 1, 1), 0);
	assert_string_equal(symbol.name, "bpf_prog_2_g");
	assert_true(symbol.start == PROGRAM && symbol.end == PROGRAM + 0x80);
	names__close(names);
}

/* The same addresses were a module's, then a program's: without a date it may be either's. */
static void a_module_and_a_program_at_one_address(void **state)
{
	struct kleak_code code = program("bpf_prog_2_g", 300);
	struct names *names = open_names();

	(void)state;
	assert_int_equal(names__list_code(names, NULL, 0, 0, 0), 0);
	come(names, "a", 1, PROGRAM, "f");
	names__remove(names, "a", 2);
	assert_int_equal(names__list_code(names, &code, 1, 0, 0), 0);
	assert_string_equal(called_at(names, PROGRAM + 0x10, (struct names_time){1, 0, 200}),
			    "before [a]");
	assert_string_equal(called_at(names, PROGRAM + 0x10, (struct names_time){2, 0, 200}), "");
	assert_string_equal(called_at(names, PROGRAM + 0x10, (struct names_time){2, 0, 400}),
			    "bpf_prog_2_g [bpf]");
	assert_string_equal(called_at(names, PROGRAM + 0x10, NAMES_ANYTIME), "");
	names__close(names);
}

/* One that is loaded again is the same tenant, wherever others were between. */
static void programs_are_tenants_by_name(void **state)
{
	struct kleak_code alpha = program("bpf_prog_1_alpha", 100);
	struct kleak_code beta = program("bpf_prog_1_beta", 300);
	struct names *names = open_names();
	uint32_t was;

	(void)state;
	assert_int_equal(names__list_code(names, &alpha, 1, 0, 0), 0);
	was = names__tenant(names, PROGRAM, (struct names_time){.ns = 200});
	alpha.change = 1;
	assert_int_equal(names__code_goes(names, &alpha), 0);
	beta.change = 2;
	assert_int_equal(names__code_goes(names, &beta), 0);
	alpha.load_ns = 500;
	assert_int_equal(names__list_code(names, &alpha, 1, 2, 2), 0);
	assert_int_equal(names__tenant(names, PROGRAM, (struct names_time){0, 0, 200}), was);
	assert_int_not_equal(names__tenant(names, PROGRAM, (struct names_time){0, 1, 400}), was);
	assert_int_equal(names__tenant(names, PROGRAM, (struct names_time){0, 2, 600}), was);
	names__close(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_called_as_at_its_time),
		cmocka_unit_test(the_first_ones_go_as_well),
		cmocka_unit_test(at_any_time_there_must_be_one),
		cmocka_unit_test(what_was_handed_out_stays),
		cmocka_unit_test(programs_are_called_as_lists_say),
		cmocka_unit_test(names_of_programs_stay),
		cmocka_unit_test(a_module_and_a_program_at_one_address),
		cmocka_unit_test(programs_are_tenants_by_name),
		cmocka_unit_test(tenants_are_counted),
		cmocka_unit_test(time_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
