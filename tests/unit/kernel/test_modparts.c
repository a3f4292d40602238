// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/modparts.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char strings[] = "\0f\0g\0data\0missing";

#define FUNC(name, value, size)                                                                    \
	{                                                                                          \
		.st_name = name, .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC), .st_shndx = 1,     \
		.st_value = value, .st_size = size                                                 \
	}

static const Elf64_Sym symbols[] = {
	{},
	FUNC(1, 0x1000, 0x20),
	FUNC(3, 0x2000, 0), /* nothing tells its end */
	{.st_name = 5,
	 .st_info = ELF64_ST_INFO(STB_LOCAL, STT_OBJECT),
	 .st_shndx = 2,
	 .st_value = 1},
	{.st_name = 10,
	 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
	 .st_value = 1},       /* another's */
	FUNC(9999, 0x3000, 8), /* no name of ours */
	FUNC(1, UINT64_MAX, 8),
};

static struct kleak_module_record record(uint32_t change, uint32_t kind)
{
	return (struct kleak_module_record){.head = {
						    .change = change,
						    .kind = kind,
						    .symbols = sizeof(symbols),
						    .strings = sizeof(strings),
						    .name = "m",
					    }};
}

static struct modparts_load *take(struct modparts *parts, const struct kleak_module_record *record)
{
	struct modparts_load *done;

	assert_int_equal(modparts__take(parts, record, &done), 0);
	return done;
}

/* `nr` bytes of a table. */
static struct modparts_load *give(struct modparts *parts, uint32_t change, uint32_t kind,
				  const void *bytes, uint32_t nr)
{
	struct kleak_module_record r = record(change, kind);

	r.head.nr = nr;
	memcpy(r.bytes, bytes, nr);
	return take(parts, &r);
}

static void come(struct modparts *parts, uint32_t change)
{
	const struct kleak_module_record r = record(change, KLEAK_MODULE_COMES);

	assert_null(take(parts, &r));
}

/* Two at the same time, in pieces. */
static void functions_are_put_together(void **state)
{
	const uint32_t half = 2 * sizeof(symbols[0]);
	struct modparts parts = {};
	struct modparts_load *load;
	struct names_function *functions;
	size_t nr;

	(void)state;
	come(&parts, 5);
	assert_null(give(&parts, 5, KLEAK_MODULE_SYMBOLS, symbols, half));
	come(&parts, 6);
	assert_null(give(&parts, 6, KLEAK_MODULE_SYMBOLS, symbols, sizeof(symbols)));
	assert_null(give(&parts, 5, KLEAK_MODULE_SYMBOLS, (const char *)symbols + half,
			 sizeof(symbols) - half));
	assert_null(give(&parts, 7, KLEAK_MODULE_STRINGS, strings, sizeof(strings))); /* whose? */
	load = give(&parts, 5, KLEAK_MODULE_STRINGS, strings, sizeof(strings));
	assert_non_null(load);
	assert_int_equal(load->change, 5);
	assert_string_equal(load->name, "m");
	assert_int_equal(modparts__functions(load, &functions, &nr), 0);
	assert_int_equal(nr, 2);
	assert_string_equal(functions[0].name, "f");
	assert_int_equal(functions[0].start, 0x1000);
	assert_int_equal(functions[0].end, 0x1020);
	assert_string_equal(functions[1].name, "g");
	assert_int_equal(functions[1].end, 0x2000 + 4096);
	free(functions);
	modparts__drop(load);
	assert_non_null(give(&parts, 6, KLEAK_MODULE_STRINGS, strings, sizeof(strings)));
	modparts__free(&parts);
}

static void what_is_incomplete_is_found(void **state)
{
	struct kleak_module_record large = record(2, KLEAK_MODULE_COMES);
	struct modparts parts = {};
	struct modparts_load *load;

	(void)state;
	assert_null(modparts__find(&parts, NULL));
	come(&parts, 1);
	give(&parts, 1, KLEAK_MODULE_SYMBOLS, symbols, sizeof(symbols[0]));
	assert_null(modparts__find(&parts, "n"));
	load = modparts__find(&parts, "m");
	assert_ptr_equal(load, modparts__find(&parts, NULL));
	assert_int_equal(load->change, 1);
	modparts__drop(load);
	large.head.symbols = large.head.strings = 0; /* they will not come */
	large.head.text[1] = (struct kleak_range){0x3000, 0x4000};
	take(&parts, &large);
	load = modparts__find(&parts, NULL);
	assert_int_equal(load->change, 2);
	assert_int_equal(load->text[1].end, 0x4000);
	modparts__drop(load);
	assert_null(modparts__find(&parts, NULL));
	modparts__free(&parts);
}

/* Bytes that are more than were told, and more modules than there is room for. */
static void nonsense_is_survived(void **state)
{
	struct kleak_module_record r = record(1, KLEAK_MODULE_SYMBOLS);
	struct modparts parts = {};

	(void)state;
	take(&parts, &r);
	come(&parts, 1);
	r.head.nr = sizeof(r.bytes);
	assert_null(take(&parts, &r));
	r.head.nr = UINT32_MAX;
	assert_null(take(&parts, &r));
	for (uint32_t i = 2; i < 3 * MODPARTS_MOST; i++)
		come(&parts, i);
	assert_non_null(modparts__find(&parts, NULL));
	modparts__free(&parts);
}

static void come_as(struct modparts *parts, uint32_t change)
{
	struct kleak_module_record r = record(change, KLEAK_MODULE_COMES);

	snprintf(r.head.name, sizeof(r.head.name), "m%u", change);
	assert_null(take(parts, &r));
}

static bool is_there(struct modparts *parts, uint32_t change)
{
	char name[16];
	const struct modparts_load *load;

	snprintf(name, sizeof(name), "m%u", change);
	load = modparts__find(parts, name);
	if (load)
		assert_int_equal(load->change, change);
	return load;
}

/* The oldest one makes room, wherever it stands. */
static void the_oldest_makes_room(void **state)
{
	struct modparts parts = {};

	(void)state;
	for (uint32_t i = 1; i <= MODPARTS_MOST; i++)
		come_as(&parts, i);
	modparts__drop(modparts__find(&parts, "m3"));
	come_as(&parts, 9); /* into its place */
	for (uint32_t i = 1; i <= 9; i++)
		assert_int_equal(is_there(&parts, i), i != 3);
	for (uint32_t i = 10; i <= 12; i++)
		come_as(&parts, i);
	for (uint32_t i = 1; i <= 12; i++)
		assert_int_equal(is_there(&parts, i), i > 4);
	modparts__free(&parts);
	assert_null(modparts__find(&parts, NULL));
}

/* A table without an end, and a name without one. */
static void what_has_no_end_gets_one(void **state)
{
	const Elf64_Sym last = FUNC(2, 0x1000, 0x20);
	struct kleak_module_record r = record(4, KLEAK_MODULE_COMES);
	struct modparts parts = {};
	struct modparts_load *load;
	struct names_function *functions;
	size_t nr;

	(void)state;
	memset(r.head.name, 'n', sizeof(r.head.name));
	r.head.symbols = sizeof(last);
	r.head.strings = 5;
	take(&parts, &r);
	assert_null(give(&parts, 4, KLEAK_MODULE_STRINGS, "\0xabc", 5));
	load = give(&parts, 4, KLEAK_MODULE_SYMBOLS, &last, sizeof(last));
	assert_non_null(load);
	assert_int_equal(strlen(load->name), sizeof(load->name) - 1);
	assert_int_equal(modparts__functions(load, &functions, &nr), 0);
	assert_int_equal(nr, 1);
	assert_string_equal(functions[0].name, "abc");
	free(functions);
	modparts__free(&parts);
}

/* What is more than was told, or of another kind, is not taken; what fits, is. */
static void no_byte_too_many(void **state)
{
	struct kleak_module_record r = record(4, KLEAK_MODULE_COMES);
	struct modparts parts = {};

	(void)state;
	r.head.symbols = 24;
	r.head.strings = 4;
	take(&parts, &r);
	assert_null(give(&parts, 4, KLEAK_MODULE_STRINGS, "\0abcd", 5));
	assert_null(give(&parts, 4, KLEAK_MODULE_STRINGS, "\0a", 2));
	assert_null(give(&parts, 4, KLEAK_MODULE_STRINGS, "bcd", 3));
	assert_null(give(&parts, 4, KLEAK_MODULE_GOES, symbols, 24));
	assert_null(give(&parts, 4, KLEAK_MODULE_SYMBOLS, symbols, 24));
	assert_int_equal(modparts__find(&parts, "m")->nr_strings, 2);
	assert_non_null(give(&parts, 4, KLEAK_MODULE_STRINGS, "b", 2));
	/* of none that came, also not of "none" */
	assert_null(give(&parts, 0, KLEAK_MODULE_STRINGS, "b", 2));
	modparts__free(&parts);
}

/* The first symbol has no name, and the name at the very end of the table is none. */
static void symbols_that_are_no_functions(void **state)
{
	const Elf64_Sym list[] = {
		FUNC(0, 0x1000, 8),
		FUNC(sizeof(strings) - 1, 0x1000, 8),
		FUNC(sizeof(strings), 0x1000, 8),
		FUNC(1, 0, 8),
		FUNC(1, 0x1000, UINT64_MAX),
		FUNC(3, 0x2000, 1),
	};
	struct kleak_module_record r = record(4, KLEAK_MODULE_COMES);
	struct modparts parts = {};
	struct modparts_load *load;
	struct names_function *functions;
	size_t nr;

	(void)state;
	r.head.symbols = sizeof(list);
	take(&parts, &r);
	assert_null(give(&parts, 4, KLEAK_MODULE_SYMBOLS, list, sizeof(list)));
	load = give(&parts, 4, KLEAK_MODULE_STRINGS, strings, sizeof(strings));
	assert_non_null(load);
	assert_int_equal(modparts__functions(load, &functions, &nr), 0);
	assert_int_equal(nr, 1);
	assert_int_equal(functions[0].start, 0x2000);
	assert_int_equal(functions[0].end, 0x2001);
	free(functions);
	modparts__free(&parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_put_together),
		cmocka_unit_test(what_is_incomplete_is_found),
		cmocka_unit_test(nonsense_is_survived),
		cmocka_unit_test(the_oldest_makes_room),
		cmocka_unit_test(what_has_no_end_gets_one),
		cmocka_unit_test(no_byte_too_many),
		cmocka_unit_test(symbols_that_are_no_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
