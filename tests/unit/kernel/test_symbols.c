// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/allocator.h"
#include "kernel/symbols.h"
#include "report/module_info.h"
#include "unit.h"

#include <elf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- debug info, made up ---- */

static const struct image image;
static const struct dwarf_frame *answer;
static size_t nr_answer;
static uint64_t asked;

int dwarf__open(struct dwarf **dwarf, const struct dwarf_sources *sources)
{
	(void)sources;
	*dwarf = NULL;
	return 0;
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

static const struct symbols_frame function = {
	.address = 0xffffffff81000100, .symbol = "f", .offset = 0x20, .module = "m"};

/* A call of kzalloc() in an inlined function. */
static const struct dwarf_frame chain[] = {
	{"kmalloc_noprof", "include/linux/slab.h", 1},
	{"kzalloc_noprof", "include/linux/slab.h", 2},
	{"get", "m.c", 3},
	{NULL, "m.c", 4},
};

static size_t expand(bool first, struct symbols_frame *frames, size_t room)
{
	memset(frames, 0x5a, room * sizeof(*frames));
	return symbols__expand(DWARF, &image, &function, first, frames, room);
}

static void check(const struct symbols_frame *frame, const char *symbol, unsigned int line,
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
	struct symbols_frame frames[8];

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
	struct symbols_frame frames[8];

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
	struct symbols_frame frames[2];

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
	struct symbols_frame frames[4];

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
	struct symbols_frame frames[SYMBOLS_MOST_FRAMES];

	(void)state;
	assert_int_equal(symbols__stack(NULL, addresses, 2, NAMES_ANYTIME, frames), 2);
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

/* ---- modules that come and go ---- */

#define KERNEL                                                                                     \
	"ffffffff81000000 T _text\nffffffff81000000 T kmem_cache_alloc\n"                          \
	"ffffffff81000100 T caller\nffffffff81001000 T _etext\n"
#define KALLOC		0xffffffff81000010ULL
#define CALLER		0xffffffff81000110ULL
#define ADDRESS(module) (0xffffffffc0100000ULL + 0x1000 * (module))

/* The system's files, below a folder of their own. */
static char root[] = "/tmp/kleak-test-XXXXXX";

static void put(const char *path, const char *text)
{
	char whole[PATH_MAX];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0700);
		*slash = '/';
	}
	file = fopen(whole, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static int make_root(void **state)
{
	(void)state;
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

/* Modules first .. last: their functions, versions and taints are called after their numbers. */
static void load(int first, int last)
{
	static char kallsyms[65536], modules[65536];
	size_t k = (size_t)snprintf(kallsyms, sizeof(kallsyms), "%s", KERNEL), m = 0;

	*modules = '\0';
	for (int i = first; i <= last; i++) {
		char path[64], text[16];

		k += (size_t)snprintf(kallsyms + k, sizeof(kallsyms) - k, "%llx t f%d\t[m%d]\n",
				      ADDRESS(i), i, i);
		m += (size_t)snprintf(modules + m, sizeof(modules) - m,
				      "m%d 4096 0 - Live 0x%llx (OE)\n", i, ADDRESS(i));
		snprintf(text, sizeof(text), "1.%d\n", i);
		snprintf(path, sizeof(path), "/sys/module/m%d/version", i);
		put(path, text);
		snprintf(text, sizeof(text), "T%d\n", i);
		snprintf(path, sizeof(path), "/sys/module/m%d/taint", i);
		put(path, text);
	}
	put("/proc/kallsyms", kallsyms);
	put("/proc/modules", modules);
}

static struct symbols *open_symbols(void)
{
	const struct dwarf_sources sources = {};
	struct symbols *symbols;

	assert_int_equal(symbols__open(&symbols, &sources, root), 0);
	return symbols;
}

static uint32_t all_changes(void *nr)
{
	return *(uint32_t *)nr;
}

enum told { TOLD, TOLD_NAME, TOLD_REST }; /* of what is told */

/* Change number `change`: m<module> comes to where m<place> may have been. */
static void tell_part(struct symbols *symbols, uint32_t change, int module, int place,
		      enum told told)
{
	const Elf64_Sym symbol = {.st_name = 1,
				  .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
				  .st_shndx = 1,
				  .st_value = ADDRESS(place),
				  .st_size = 0x100};
	struct kleak_module_record record = {
		.head = {.change = change,
			 .kind = KLEAK_MODULE_COMES,
			 .symbols = sizeof(symbol),
			 .text = {{ADDRESS(place), ADDRESS(place) + 0x100}}}};
	char names[16] = "";

	snprintf(record.head.name, sizeof(record.head.name), "m%d", module);
	record.head.strings = sizeof(names);
	if (told != TOLD_REST)
		symbols__note(&record, symbols);
	if (told == TOLD_NAME)
		return;
	record.head.kind = KLEAK_MODULE_SYMBOLS;
	record.head.nr = sizeof(symbol);
	memcpy(record.bytes, &symbol, sizeof(symbol));
	symbols__note(&record, symbols);
	record.head.kind = KLEAK_MODULE_STRINGS;
	record.head.nr = sizeof(names);
	snprintf(names + 1, sizeof(names) - 1, "f%d", module);
	memcpy(record.bytes, names, sizeof(names));
	symbols__note(&record, symbols);
}

/* Change number `change`, told in full: m<module> comes or goes. */
static void tell(struct symbols *symbols, uint32_t change, int module, bool comes)
{
	struct kleak_module_record record = {.head = {.change = change, .kind = KLEAK_MODULE_GOES}};

	if (comes) {
		tell_part(symbols, change, module, module, TOLD);
		return;
	}
	snprintf(record.head.name, sizeof(record.head.name), "m%d", module);
	symbols__note(&record, symbols);
}

static struct symbols_frame frame_of(struct symbols *symbols, int module, uint32_t when)
{
	const uint64_t address = ADDRESS(module) + 0x10;
	struct symbols_frame frames[SYMBOLS_MOST_FRAMES];

	nr_answer = 0;
	assert_int_equal(symbols__stack(symbols, &address, 1, (struct names_time){when}, frames),
			 1);
	return frames[0];
}

static void check_named(struct symbols *symbols, int module, uint32_t when)
{
	const struct symbols_frame frame = frame_of(symbols, module, when);
	char name[16];

	assert_non_null(frame.symbol);
	snprintf(name, sizeof(name), "f%d", module);
	assert_string_equal(frame.symbol, name);
	snprintf(name, sizeof(name), "m%d", module);
	assert_string_equal(frame.module, name);
}

/* What was taken before may be used after any number of changes. */
static void what_is_kept_stays(void **state)
{
	struct allocator allocator = {};
	const struct kallsyms *kallsyms;
	struct symbols_frame first;
	struct kallsyms_symbol symbol;
	struct symbols *symbols;
	uint32_t changes = 0;

	(void)state;
	load(1, 3);
	symbols = open_symbols();
	assert_int_equal(symbols__begin(symbols), 0);
	kallsyms = symbols__kallsyms(symbols);
	assert_int_equal(allocator__learn(&allocator, symbols__names(symbols)), 0);
	first = frame_of(symbols, 1, 0);
	for (int i = 4; i < 12; i++) {
		load(i - 2, i);
		tell(symbols, ++changes, i - 3, false);
		tell(symbols, ++changes, i, true);
		symbols__settle(symbols, 0, true, all_changes, &changes);
		check_named(symbols, i, changes);
		check_named(symbols, i - 3, changes - 2);
		assert_null(frame_of(symbols, i - 3, changes).symbol);
		assert_int_equal(kallsyms__find(kallsyms, CALLER, &symbol), 0);
		assert_string_equal(symbol.name, "caller");
		assert_false(allocator__is_tracing(&allocator, ADDRESS(i) + 0x10,
						   (struct names_time){changes}));
		assert_true(allocator__is_tracing(&allocator, ADDRESS(i) + 0x10,
						  (struct names_time){changes - 1}));
		assert_true(allocator__contains(&allocator, KALLOC));
		assert_false(allocator__contains(&allocator, ADDRESS(1) + 0x10));
	}
	assert_string_equal(first.symbol, "f1");
	assert_string_equal(first.module, "m1");
	allocator__free(&allocator);
	symbols__close(symbols);
}

/* Before anybody watched, where nobody can, and when some changes were not told. */
static void changes_that_nobody_told_are_looked_for(void **state)
{
	struct symbols *symbols;
	uint32_t changes = 5;

	(void)state;
	load(1, 2);
	symbols = open_symbols();
	load(2, 3);
	assert_null(frame_of(symbols, 3, 0).symbol);
	assert_int_equal(symbols__begin(symbols), 0);
	check_named(symbols, 3, 0);
	check_named(symbols, 2, 0);
	assert_null(frame_of(symbols, 1, 0).symbol);
	load(3, 4);
	symbols__settle(symbols, 5, true, all_changes, &changes);
	check_named(symbols, 4, 5);
	assert_null(frame_of(symbols, 4, 4).symbol);
	check_named(symbols, 2, 4);
	assert_null(frame_of(symbols, 2, 5).symbol);
	load(4, 5);
	assert_int_equal(symbols__look(symbols), 0);
	check_named(symbols, 5, NAMES_UNDATED);
	check_named(symbols, 3, NAMES_UNDATED); /* has gone */
	symbols__close(symbols);
}

static bool is_wanted(const char *module, void *wanted)
{
	return !strcmp(module, wanted);
}

/* A CPU that tells of a module may be held up for as long as it likes. */
static void what_is_still_being_told_is_waited_for(void **state)
{
	struct symbols *symbols;
	uint32_t changes = 1;

	(void)state;
	load(1, 1);
	symbols = open_symbols();
	assert_int_equal(symbols__begin(symbols), 0);
	tell_part(symbols, 1, 2, 2, TOLD_NAME);
	for (int i = 0; i < 5; i++)
		symbols__settle(symbols, 0, false, all_changes, &changes);
	tell_part(symbols, 1, 2, 2, TOLD_REST);
	symbols__settle(symbols, 0, true, all_changes, &changes);
	check_named(symbols, 2, 1);
	symbols__close(symbols);
}

/* A module of which too little was told is nobody else, least of all who was there before. */
static void who_cannot_be_named_is_not_the_one_before(void **state)
{
	const struct names *names;
	struct symbols_frame frame;
	struct symbols *symbols;
	uint32_t changes = 4;

	(void)state;
	load(1, 1);
	symbols = open_symbols();
	names = symbols__names(symbols);
	assert_int_equal(symbols__begin(symbols), 0);
	tell(symbols, 1, 2, true);
	tell(symbols, 2, 2, false);
	tell_part(symbols, 3, 3, 2, TOLD_NAME);
	tell(symbols, 4, 3, false); /* before it was looked for */
	tell_part(symbols, 5, 4, 2, TOLD_NAME);
	symbols__settle(symbols, 0, true, all_changes, &changes); /* looked for, and not there */
	check_named(symbols, 2, 1);
	frame = frame_of(symbols, 2, 3);
	assert_null(frame.symbol);
	assert_string_equal(frame.module, "m3");
	frame = frame_of(symbols, 2, 5);
	assert_null(frame.symbol);
	assert_string_equal(frame.module, "m4");
	assert_int_equal(names__tenant(names, ADDRESS(2) + 0x10, (struct names_time){1}), 0);
	assert_int_equal(names__tenant(names, ADDRESS(2) + 0x10, (struct names_time){3}), 1);
	assert_int_equal(names__tenant(names, ADDRESS(2) + 0x10, (struct names_time){5}), 2);
	symbols__close(symbols);
}

/* Images of what has gone, if they are asked for; and nobody else's. */
static void images_of_modules_that_have_gone(void **state)
{
	struct symbols *symbols;
	struct images images;
	uint32_t changes = 2;

	(void)state;
	load(1, 3);
	symbols = open_symbols();
	assert_int_equal(symbols__begin(symbols), 0);
	load(3, 3);
	tell(symbols, 1, 1, false);
	tell(symbols, 2, 2, false);
	symbols__settle(symbols, 0, true, all_changes, &changes);
	assert_int_equal(symbols__images(symbols, &images, is_wanted, "m2"), 0);
	assert_int_equal(images.nr, 3);
	assert_non_null(images__find(&images, NULL));
	assert_null(images__find(&images, "m1"));
	assert_non_null(images__find(&images, "m2"));
	assert_non_null(images__find(&images, "m3"));
	images__free(&images);
	symbols__close(symbols);
}

/* Each site has its own module's version and taint, however many there are. */
#define MANY 200

static void each_site_has_its_own_module(void **state)
{
	static struct diagnosis_module modules[MANY + 1];
	struct symbols *symbols;
	uint32_t changes = 2;

	(void)state;
	load(1, MANY - 1);
	symbols = open_symbols();
	assert_int_equal(symbols__begin(symbols), 0);
	load(2, MANY); /* one goes, one comes */
	tell(symbols, 1, 1, false);
	tell(symbols, 2, MANY, true);
	symbols__settle(symbols, 0, true, all_changes, &changes);
	for (int i = 1; i <= MANY; i++) {
		const struct symbols_frame frame = frame_of(symbols, i, i > 1 ? 2 : 0);

		assert_int_equal(module_info__of_stack(&modules[i], 1, &frame, 1, symbols), 1);
	}
	for (int i = 1; i <= MANY; i++) {
		char text[16];

		snprintf(text, sizeof(text), "m%d", i);
		assert_string_equal(modules[i].name, text);
		snprintf(text, sizeof(text), "1.%d", i);
		assert_string_equal(modules[i].version, text);
		snprintf(text, sizeof(text), "T%d", i);
		assert_string_equal(modules[i].taint, text);
	}
	symbols__close(symbols);
}

/* What the system says while one more comes may be said of that one. */
static uint32_t one_more_each_time(void *nr)
{
	return ++*(uint32_t *)nr;
}

static void what_may_be_another_ones_is_not_taken(void **state)
{
	struct diagnosis_module module;
	struct symbols_frame frame;
	struct symbols *symbols;
	uint32_t changes = 1;

	(void)state;
	load(1, 1);
	symbols = open_symbols();
	assert_int_equal(symbols__begin(symbols), 0);
	load(1, 2);
	tell(symbols, 1, 2, true);
	symbols__settle(symbols, 0, true, one_more_each_time, &changes);
	frame = frame_of(symbols, 2, 1);
	assert_int_equal(module_info__of_stack(&module, 1, &frame, 1, symbols), 1);
	assert_string_equal(module.name, "m2");
	assert_string_equal(module.version, "");
	changes = 1;
	symbols__settle(symbols, 0, true, all_changes, &changes);
	assert_int_equal(module_info__of_stack(&module, 1, &frame, 1, symbols), 1);
	assert_string_equal(module.version, "1.2");
	symbols__close(symbols);
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
#define MODULES(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)
		MODULES(what_is_kept_stays),
		MODULES(changes_that_nobody_told_are_looked_for),
		MODULES(what_is_still_being_told_is_waited_for),
		MODULES(who_cannot_be_named_is_not_the_one_before),
		MODULES(images_of_modules_that_have_gone),
		MODULES(each_site_has_its_own_module),
		MODULES(what_may_be_another_ones_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
