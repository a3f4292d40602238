// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/modparts.h"

#include <elf.h>
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
	assert_true(functions[1].end > 0x2000);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_put_together),
		cmocka_unit_test(what_is_incomplete_is_found),
		cmocka_unit_test(nonsense_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
