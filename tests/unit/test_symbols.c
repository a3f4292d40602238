// SPDX-License-Identifier: GPL-2.0-only
#include "symbols.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- debug info, made up ---- */

static const struct image image;
static const struct dwarf_frame *answer;
static size_t nr_answer;
static uint64_t asked;

int dwarf__open(struct dwarf **dwarf, const struct dwarf_sources *sources)
{
	(void)dwarf, (void)sources;
	return -1;
}

size_t dwarf__find(struct dwarf *dwarf, const struct image *of, uint64_t address,
		   const struct dwarf_frame **frames)
{
	assert_non_null(dwarf);
	assert_ptr_equal(of, &image);
	asked = address;
	*frames = answer;
	return nr_answer;
}

const char *dwarf__file(struct dwarf *dwarf, const struct image *of)
{
	(void)dwarf, (void)of;
	return NULL;
}

void dwarf__close(struct dwarf *dwarf)
{
	(void)dwarf;
}

#define DWARF ((struct dwarf *)&image)

static const struct report_frame function = {
	.address = 0xffffffff81000100, .symbol = "f", .offset = 0x20, .module = "m"};

/* A call of kzalloc() in an inlined function. */
static const struct dwarf_frame chain[] = {
	{"kmalloc_noprof", "include/linux/slab.h", 1},
	{"kzalloc_noprof", "include/linux/slab.h", 2},
	{"get", "m.c", 3},
	{NULL, "m.c", 4},
};

static size_t expand(bool first, struct report_frame *frames, size_t room)
{
	memset(frames, 0x5a, room * sizeof(*frames));
	return symbols__expand(DWARF, &image, &function, first, frames, room);
}

static void check(const struct report_frame *frame, const char *symbol, unsigned int line,
		  bool inlined)
{
	assert_string_equal(frame->symbol, symbol);
	assert_int_equal(frame->line, line);
	assert_int_equal(frame->inlined, inlined);
	assert_int_equal(frame->offset, inlined ? 0 : function.offset);
	assert_int_equal(frame->address, function.address);
	assert_string_equal(frame->module, "m");
}

static void inlined_functions_stand_before_theirs(void **state)
{
	struct report_frame frames[8];

	(void)state;
	answer = chain;
	nr_answer = 4;
	assert_int_equal(expand(false, frames, 8), 4);
	assert_int_equal(asked, function.address - 1);
	check(&frames[0], "kmalloc_noprof", 1, true);
	check(&frames[1], "kzalloc_noprof", 2, true);
	check(&frames[2], "get", 3, true);
	check(&frames[3], "f", 4, false);
	assert_string_equal(frames[0].file, "include/linux/slab.h");
	assert_string_equal(frames[3].file, "m.c");
}

/* Who allocates is the first function outside of the allocators, inlined or not. */
static void the_allocators_own_are_left_out_at_the_top(void **state)
{
	struct report_frame frames[8];

	(void)state;
	answer = chain;
	nr_answer = 4;
	assert_int_equal(expand(true, frames, 8), 2);
	check(&frames[0], "get", 3, true);
	check(&frames[1], "f", 4, false);
	nr_answer = 1;
	answer = &chain[3];
	assert_int_equal(expand(true, frames, 8), 1);
	check(&frames[0], "f", 4, false);
}

static void the_function_itself_is_never_cut_off(void **state)
{
	struct report_frame frames[2];

	(void)state;
	answer = chain;
	nr_answer = 4;
	assert_int_equal(expand(false, frames, 2), 2);
	check(&frames[0], "get", 3, true);
	check(&frames[1], "f", 4, false);
	assert_int_equal(expand(false, frames, 1), 1);
	check(&frames[0], "f", 4, false);
	assert_int_equal(expand(false, frames, 0), 0);
}

static void without_debug_info_it_is_as_before(void **state)
{
	struct report_frame frames[4];

	(void)state;
	nr_answer = 0;
	assert_int_equal(expand(true, frames, 4), 1);
	assert_memory_equal(frames, &function, sizeof(function));
	assert_int_equal(symbols__expand(NULL, &image, &function, true, frames, 4), 1);
	assert_int_equal(symbols__expand(DWARF, NULL, &function, true, frames, 4), 1);
	assert_null(frames[0].file);
}

static void hidden_symbols_are_numbers(void **state)
{
	static const uint64_t addresses[] = {0x1000, 0x2000};
	struct report_frame frames[SYMBOLS_MOST_FRAMES];

	(void)state;
	assert_int_equal(symbols__stack(NULL, addresses, 2, frames), 2);
	assert_int_equal(frames[1].address, 0x2000);
	assert_null(frames[1].symbol);
}

static void sources_are_checked(void **state)
{
	const char *const folders[] = {"/", "/proc/self/status", "/no/such/folder"};
	struct dwarf_sources sources = {.folders = folders, .nr_folders = 1};
	char why[256] = "";

	(void)state;
	assert_int_equal(symbols__check(&sources, why, sizeof(why)), 0);
	sources.nr_folders = 2;
	assert_true(symbols__check(&sources, why, sizeof(why)) < 0);
	assert_string_equal(why, "--debug-dir /proc/self/status: Not a directory");
	sources = (struct dwarf_sources){.folders = folders + 2, .nr_folders = 1};
	assert_true(symbols__check(&sources, why, sizeof(why)) < 0);
	assert_string_equal(why, "--debug-dir /no/such/folder: No such file or directory");
	sources = (struct dwarf_sources){.debuginfod = true};
	unsetenv("DEBUGINFOD_URLS");
	assert_true(symbols__check(&sources, why, sizeof(why)) < 0);
	assert_non_null(strstr(why, "DEBUGINFOD_URLS"));
	setenv("DEBUGINFOD_URLS", "http://127.0.0.1:1/", 1);
	assert_int_equal(symbols__check(&sources, why, sizeof(why)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inlined_functions_stand_before_theirs),
		cmocka_unit_test(the_allocators_own_are_left_out_at_the_top),
		cmocka_unit_test(the_function_itself_is_never_cut_off),
		cmocka_unit_test(without_debug_info_it_is_as_before),
		cmocka_unit_test(hidden_symbols_are_numbers),
		cmocka_unit_test(sources_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
