// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include "memory/places.h"

/* Pages: of the areas' notes, of their vm_structs, of an array, and two that an area has. */
#define NOTES	10
#define STRUCTS 11
#define ARRAY	12
#define FIRST	20
#define SECOND	30

#define NOTE_CACHE   CACHE
#define STRUCT_CACHE (CACHE + 256)
#define NAMES	     (CACHE + 512)
#define SIZE	     128 /* of an object of either */
#define NR	     (PAGE / SIZE)
#define AREA	     0xffffc90000010000ULL
#define CALLER	     (TEXT + 0x100)

static const struct area_layout areas = {
	.vm_struct = 64,
	.vm_addr = 8,
	.vm_size = 16,
	.vm_pages = 32,
	.vm_nr_pages = 40,
	.vm_caller = 56,
	.vmap_area_vm = 56,
};

static uint64_t page(int i)
{
	return BASE + RAM + (uint64_t)i * PAGE;
}

static void put(struct machine *m, uint64_t address, uint64_t word)
{
	memcpy(m->ram + (address - BASE - RAM), &word, sizeof(word));
}

/* A slab all of whose objects are in use. */
static void put_slab(struct machine *m, int i, uint64_t cache)
{
	set_page(m, i, 1 << SLAB, 0xffffffff, 1, cache);
	m->pages[i][4] = 0;
	m->pages[i][5] = NR | NR << 16;
}

static void put_cache(struct machine *m, uint64_t cache, uint64_t name, const char *text)
{
	put(m, cache, SIZE | 64ULL << 32); /* and the offset of the link */
	put(m, cache + 8, name);
	snprintf((char *)m->ram + (name - BASE - RAM), 32, "%s", text);
}

/* An area of two pages, which are apart. */
static void put_area(struct machine *m)
{
	uint64_t vm = page(STRUCTS) + 2 * SIZE;

	memset(m->ram + NOTES * PAGE, 0, PAGE);
	put_cache(m, NOTE_CACHE, NAMES, "vmap_area");
	put_cache(m, STRUCT_CACHE, NAMES + 64, "kmalloc-128");
	put_slab(m, NOTES, NOTE_CACHE);
	put_slab(m, STRUCTS, STRUCT_CACHE);
	put(m, page(NOTES) + 5 * SIZE, AREA);
	put(m, page(NOTES) + 5 * SIZE + 8, AREA + 3 * PAGE); /* and the guard page */
	put(m, page(NOTES) + 5 * SIZE + areas.vmap_area_vm, vm);
	put(m, vm + areas.vm_addr, AREA);
	put(m, vm + areas.vm_size, 3 * PAGE);
	put(m, vm + areas.vm_pages, page(ARRAY));
	put(m, vm + areas.vm_nr_pages, 2);
	put(m, vm + areas.vm_caller, CALLER);
	put(m, page(ARRAY), VMEMMAP + (RAM / PAGE + FIRST) * 64);
	put(m, page(ARRAY) + 8, VMEMMAP + (RAM / PAGE + SECOND) * 64);
	set_page(m, ARRAY, 0, 0xffffffff, 1, 0);
	set_page(m, FIRST, 0, 0xffffffff, 1, 0);
	set_page(m, SECOND, 0, 0xffffffff, 1, 0);
}

static struct places places_of(struct machine *m)
{
	static const uint64_t no_offset[1] = {BASE};

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	return (struct places){.memory = &m->memory,
			       .slub = &m->slub,
			       .layout = &areas,
			       .cpu_offsets = no_offset,
			       .nr_cpus = 1};
}

struct seen {
	uint64_t address[4];
	size_t nr;
};

static int see_page(void *arg, uint64_t address)
{
	struct seen *seen = arg;

	assert_true(seen->nr < 4);
	seen->address[seen->nr++] = address;
	return 0;
}

static void test_an_area(void **state)
{
	struct machine *m = *state;
	struct places places = places_of(m);
	struct seen seen = {}, none = {};
	struct place place;

	put_area(m);
	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places__find(&places, &place, page(SECOND) + 24), 0);
	assert_string_equal(place.kind, "vmalloc");
	assert_int_equal(place.offset, PAGE + 24);
	assert_int_equal(places__each_page(&places, AREA + PAGE + 8, see_page, &seen), 0);
	assert_int_equal(seen.nr, 2);
	assert_int_equal(seen.address[0], page(FIRST));
	assert_int_equal(seen.address[1], page(SECOND));
	assert_int_equal(places__each_page(&places, AREA + 2 * PAGE, see_page, &none), 0);
	assert_int_equal(none.nr, 0);
	places__free(&places);
}

/* Notes in a slab of two pages, which may be more than can be read at once. */
static void test_a_large_slab(void **state)
{
	const int notes = 40;
	struct machine *m = *state;
	struct places places = places_of(m);
	uint64_t last = page(notes + 2) - SIZE;

	put_area(m);
	set_page(m, NOTES, 0, 0, 0, 0);
	put_slab(m, notes, NOTE_CACHE);
	m->pages[notes][5] = 2 * NR | 2 * NR << 16;
	m->pages[notes + 1][1] = (VMEMMAP + (RAM / PAGE + notes) * 64) | 1;
	memset(m->ram + notes * PAGE, 0, 2 * PAGE);
	put(m, last, AREA);
	put(m, last + 8, AREA + 3 * PAGE);
	put(m, last + areas.vmap_area_vm, page(STRUCTS) + 2 * SIZE);
	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places.nr_pages, 2);
	places__free(&places);
}

/* Of an area that has gone the notes still say the same, but its pages are others' by now. */
static void test_an_area_that_has_gone(void **state)
{
	struct machine *m = *state;
	struct places places = places_of(m);
	struct place place;

	put_area(m);
	m->pages[STRUCTS][4] = page(STRUCTS) + 2 * SIZE; /* freed, the only one */
	m->pages[STRUCTS][5] = (NR - 1) | NR << 16;
	put(m, page(STRUCTS) + 2 * SIZE + 64, 0);
	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places.nr_pages, 0);
	assert_int_equal(places__find(&places, &place, page(SECOND) + 24), 0);
	assert_string_equal(place.kind, "page");
	places__free(&places);
}

/* It has gone since the areas were looked at: what is a slab now is one. */
static void test_a_page_that_became_a_slab(void **state)
{
	struct machine *m = *state;
	struct places places = places_of(m);
	struct place place;

	put_area(m);
	assert_int_equal(places__begin(&places), 0);
	put_slab(m, SECOND, STRUCT_CACHE);
	slub__begin(&m->slub);
	assert_int_equal(places__find(&places, &place, page(SECOND) + SIZE + 24), 0);
	assert_string_equal(place.kind, "cache");
	assert_string_equal(place.name, "kmalloc-128");
	assert_int_equal(place.offset, 24);
	places__free(&places);
}

/* Two CPUs, whose copies of the variables are in pages 40 and 44. */
static struct places two_cpus(struct machine *m)
{
	static uint64_t offsets[2];
	struct places places = places_of(m);

	offsets[0] = page(40);
	offsets[1] = page(44);
	places.cpu_offsets = offsets;
	places.nr_cpus = 2;
	set_page(m, 40, 0, 0xffffffff, 1, 0);
	set_page(m, 44, 0, 0xffffffff, 1, 0);
	set_page(m, 50, 0, 0xffffffff, 1, 0);
	assert_int_equal(places__begin(&places), 0);
	return places;
}

static void test_variables_of_cpus(void **state)
{
	struct machine *m = *state;
	struct places places = two_cpus(m);
	struct place place;

	assert_int_equal(places.cpu_room, 4 * PAGE); /* one begins where the other one ends */
	assert_int_equal(places__find(&places, &place, page(40) + 0x120), 0);
	assert_string_equal(place.kind, "per-CPU");
	assert_int_equal(place.variable, 0x120);
	assert_int_equal(place.offset, 0x120);
	assert_int_equal(places__find(&places, &place, page(44) + 0x88), 0);
	assert_string_equal(place.kind, "per-CPU");
	assert_int_equal(place.variable, 0x88);
	assert_int_equal(places__find(&places, &place, page(50) + 8), 0);
	assert_string_equal(place.kind, "page"); /* behind the last one's */
	assert_int_equal(place.variable, 0);
	places__free(&places);
}

static void test_variables_of_the_image(void **state)
{
	struct machine *m = *state;
	struct places places = places_of(m);
	struct place place;

	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places__find(&places, &place, page(0) + 0x200), 0);
	assert_string_equal(place.kind, "variable");
	assert_int_equal(place.offset, 0x200);
	assert_true(place.variable == TEXT + 0x200);
	places__free(&places);
}

/* Each gets the name of the variable that stands there; what is none has none. */
static void test_names_of_variables(void **state)
{
	static const char kallsyms[] = "0000000000000100 A percpu_list\n"
				       "0000000000001000 A last_percpu\n"
				       "ffffffff81000180 D head_of_all\n"
				       "ffffffff81000280 T function\n";
	struct place list[] = {
		{.kind = "variable", .variable = TEXT + 0x190},
		{.kind = "cache", .name = "dentry", .offset = 8},
		{.kind = "per-CPU", .variable = 0x110, .offset = 0x110},
		{.kind = "variable", .variable = TEXT + 0x290, .offset = 0x290},
	};
	FILE *file = fmemopen((void *)kallsyms, sizeof(kallsyms) - 1, "r");

	(void)state;
	assert_int_equal(places__name(list, 4, file), 0);
	fclose(file);
	assert_string_equal(list[0].kind, "variable");
	assert_string_equal(list[0].name, "head_of_all");
	assert_int_equal(list[0].offset, 0x10);
	assert_string_equal(list[1].kind, "cache");
	assert_string_equal(list[1].name, "dentry");
	assert_int_equal(list[1].offset, 8);
	assert_string_equal(list[2].kind, "per-CPU variable");
	assert_string_equal(list[2].name, "percpu_list");
	assert_int_equal(list[2].offset, 0x10);
	assert_string_equal(list[3].name, "");
	assert_int_equal(list[3].offset, 0x290);
}

/* Symbols of which one ends behind CALLER. */
static struct names *names_with(const char *function)
{
	char text[512];
	struct kallsyms *table;
	struct names *names;
	FILE *file;

	/* the call is the last thing that it does */
	snprintf(text, sizeof(text),
		 "%llx T _stext\n%llx T other\n%llx T %s\n%llx T behind\n%llx T _etext\n", TEXT,
		 TEXT, CALLER - 0x10, function, CALLER, CALLER + 0x1000);
	file = fmemopen(text, strlen(text), "r");
	assert_int_equal(kallsyms__parse(&table, file, NULL), 0);
	fclose(file);
	assert_int_equal(names__open(&names, table), 0);
	return names;
}

/* Who made an area tells what it is: a stack, a module, or something that has its name. */
static void test_areas_by_who_made_them(void **state)
{
	static const char *const makers[] = {"alloc_thread_stack_node", "dup_task_struct",
					     "copy_process.isra.0", "kernel_clone"};
	struct machine *m = *state;
	struct places places = places_of(m);
	struct place place;

	put_area(m);
	assert_int_equal(places__begin(&places), 0);
	for (size_t i = 0; i < 8; i++) {
		const char *function = i < 4	? makers[i]
				       : i == 4 ? "load_module"
				       : i == 5 ? "execmem_alloc"
				       : i == 6 ? "my_kernel_clone"
						: "bpf_map_area_alloc";
		struct names *names = names_with(function);

		places.names = names;
		assert_int_equal(places__find(&places, &place, page(SECOND) + 24), 0);
		assert_string_equal(place.kind, i < 4 ? "stack" : "vmalloc");
		assert_string_equal(place.name, i < 4 ? "" : function);
		assert_true(place.variable == (i == 4 || i == 5 ? AREA + PAGE + 24 : 0));
		assert_int_equal(place.offset, PAGE + 24);
		names__close(names);
	}
	places__free(&places);
}

static bool is_used(void *arg, uint64_t start)
{
	(void)arg;
	assert_true(start == AREA);
	return false;
}

static bool is_in_use(void *arg, uint64_t start)
{
	(void)arg;
	(void)start;
	return true;
}

/* Those that no task has; what is no stack is never one of them. */
static void test_stacks_that_are_not_used(void **state)
{
	struct machine *m = *state;
	struct places places = places_of(m);
	struct seen seen = {}, none = {};

	put_area(m);
	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places__each_stack_page(&places, is_used, see_page, &none), 0);
	assert_int_equal(none.nr, 0); /* who made it is not known */
	for (int i = 0; i < 2; i++) {
		struct names *names = names_with(i ? "bpf_map_area_alloc" : "dup_task_struct");

		places.names = names;
		assert_int_equal(places__each_stack_page(&places, is_used, see_page, &seen), 0);
		assert_int_equal(seen.nr, 2);
		assert_int_equal(places__each_stack_page(&places, is_in_use, see_page, &none), 0);
		assert_int_equal(none.nr, 0);
		names__close(names);
	}
	assert_int_equal(seen.address[0], page(FIRST));
	assert_int_equal(seen.address[1], page(SECOND));
	places__free(&places);
}

/* Where a chunk of per-CPU memory is mapped. */
static void test_what_is_not_in_the_direct_map(void **state)
{
	struct machine *m = *state;
	struct places places = places_of(m);
	struct place place;

	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places__find(&places, &place, AREA), 0);
	assert_string_equal(place.kind, "per-CPU");
	assert_string_equal(place.name, "");
	places__free(&places);
}

/* More pages than are read at once. */
static void test_a_large_area(void **state)
{
	struct machine *m = *state;
	struct places places = places_of(m);
	const uint32_t many = 1030;
	struct place place;

	put_area(m);
	put(m, page(NOTES) + 5 * SIZE + 8, AREA + (many + 1) * PAGE);
	put(m, page(STRUCTS) + 2 * SIZE + areas.vm_size, (many + 1) * PAGE);
	put(m, page(STRUCTS) + 2 * SIZE + areas.vm_nr_pages, many);
	for (uint32_t i = 0; i < many; i++)
		put(m, page(ARRAY) + i * 8,
		    VMEMMAP + (RAM / PAGE + (i + 1 < many ? FIRST : SECOND)) * 64);
	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places.nr_pages, many);
	assert_int_equal(places__find(&places, &place, page(SECOND) + 8), 0);
	assert_int_equal(place.offset, (many - 1) * PAGE + 8);
	places__free(&places);
}

/* Its first byte and its last one. */
static void test_limits_of_pages(void **state)
{
	struct machine *m = *state;
	struct places places = places_of(m);
	struct place place;

	put_area(m);
	set_page(m, FIRST + 1, 0, 0xffffffff, 1, 0);
	set_page(m, FIRST - 1, 0, 0xffffffff, 1, 0);
	set_page(m, SECOND + 1, 0, 0xffffffff, 1, 0);
	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places__find(&places, &place, page(FIRST)), 0);
	assert_string_equal(place.kind, "vmalloc");
	assert_int_equal(place.offset, 0);
	assert_int_equal(places__find(&places, &place, page(FIRST) + PAGE - 1), 0);
	assert_string_equal(place.kind, "vmalloc");
	assert_int_equal(places__find(&places, &place, page(FIRST) + PAGE), 0);
	assert_string_not_equal(place.kind, "vmalloc");
	assert_int_equal(places__find(&places, &place, page(FIRST) - 1), 0);
	assert_string_not_equal(place.kind, "vmalloc");
	assert_int_equal(places__find(&places, &place, page(SECOND) + PAGE), 0);
	assert_string_not_equal(place.kind, "vmalloc");
	places__free(&places);
}

static int refuse(void *arg, uint64_t address)
{
	size_t *nr = arg;

	(void)address;
	return ++*nr == 1 ? -EINTR : 0;
}

static void test_pages_until_somebody_refuses(void **state)
{
	struct machine *m = *state;
	struct places places = places_of(m);
	size_t nr = 0;

	put_area(m);
	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places__each_page(&places, AREA, refuse, &nr), -EINTR);
	assert_int_equal(nr, 1);
	nr = 0;
	assert_int_equal(places__each_page(&places, AREA - 1, refuse, &nr), 0);
	assert_int_equal(places__each_page(&places, AREA + 2 * PAGE - 1, refuse, &nr), -EINTR);
	places__free(&places);
	assert_int_equal(places.nr_pages, 0);
}

/* Of one CPU they end somewhere, of those that are far apart as well. */
static void test_room_of_cpus(void **state)
{
	struct machine *m = *state;
	const uint64_t far[] = {BASE + (1ULL << 40), BASE, BASE + (1ULL << 30)};
	const uint64_t near[] = {BASE + 0x30000, BASE, BASE + 0x50000};
	struct places places = places_of(m);

	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places.cpu_room, 4 << 20);
	places.cpu_offsets = far;
	places.nr_cpus = 3;
	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places.cpu_room, 4 << 20);
	places.cpu_offsets = near;
	assert_int_equal(places__begin(&places), 0);
	assert_int_equal(places.cpu_room, 0x20000);
	places__free(&places);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_an_area),
		TEST(test_a_large_slab),
		TEST(test_an_area_that_has_gone),
		TEST(test_a_page_that_became_a_slab),
		TEST(test_variables_of_cpus),
		TEST(test_variables_of_the_image),
		TEST(test_names_of_variables),
		TEST(test_areas_by_who_made_them),
		TEST(test_stacks_that_are_not_used),
		TEST(test_what_is_not_in_the_direct_map),
		TEST(test_a_large_area),
		TEST(test_limits_of_pages),
		TEST(test_pages_until_somebody_refuses),
		TEST(test_room_of_cpus),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
