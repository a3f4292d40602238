// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/scan.h"

#include <string.h>

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* A made-up memory: objects of OBJECT bytes from BASE on, roots before it. */
#define BASE   0xffff888100000000ULL
#define ROOTS  0xffffffff82000000ULL
#define OBJECT 64ULL
#define MOST   16

static uint64_t roots[8], memory[MOST][OBJECT / 8];

static uint64_t address(uint32_t i)
{
	return BASE + i * OBJECT;
}

static int begin(void **state)
{
	struct scan *scan = test_calloc(1, sizeof(*scan));

	memset(roots, 0, sizeof(roots));
	memset(memory, 0, sizeof(memory));
	scan__begin(scan);
	for (uint32_t i = 0; i < MOST; i++) {
		uint32_t number;

		assert_int_equal(scan__add(scan, &number), 0);
		assert_int_equal(number, i);
		assert_int_equal(scan__add_range(scan, i, address(i), address(i + 1)), 0);
	}
	*state = scan;
	return 0;
}

static int end(void **state)
{
	scan__free(*state);
	test_free(*state);
	return 0;
}

/* Scan, with the objects' memory in pieces that end anywhere. */
static void look(struct scan *scan)
{
	const uint64_t *words = &memory[0][0];

	assert_int_equal(scan__index(scan), 0);
	assert_int_equal(scan__words(scan, ROOTS, roots, NR(roots)), 0);
	for (size_t i = 0; i < sizeof(memory) / 8; i += 5)
		assert_int_equal(
			scan__words(scan, BASE + i * 8, words + i,
				    i + 5 <= sizeof(memory) / 8 ? 5 : sizeof(memory) / 8 - i),
			0);
	assert_int_equal(scan__finish(scan), 0);
	assert_int_equal(scan->words, NR(roots) + sizeof(memory) / 8);
}

static void check(const struct scan *scan, const char *reached)
{
	char found[MOST + 1] = "";

	for (uint32_t i = 0; i < MOST; i++)
		found[i] = scan->objects[i].reached ? 'x' : '.';
	assert_string_equal(found, reached);
}

static void test_nothing_refers(void **state)
{
	look(*state);
	check(*state, "................");
}

static void test_roots_and_chains(void **state)
{
	roots[3] = address(4);
	memory[4][7] = address(9);
	memory[9][0] = address(2);
	memory[3][0] = address(5); /* nobody refers to 3 */
	look(*state);
	check(*state, "..x.x....x......");
}

static void test_interior_and_one_past_the_end(void **state)
{
	roots[0] = address(3) + OBJECT - 1;
	roots[1] = address(MOST); /* behind the last one */
	roots[2] = BASE - 1;
	look(*state);
	check(*state, "...x............");
}

static void test_self_and_cycles(void **state)
{
	memory[1][1] = address(1) + 8;
	memory[5][0] = address(6);
	memory[6][0] = address(7);
	memory[7][0] = address(5);
	memory[10][0] = address(11);
	memory[11][0] = address(10);
	roots[0] = address(11) + 16;
	look(*state);
	check(*state, "..........xx....");
}

static uint64_t page_size = 4096;

#define PAGE page_size
#define AREA 0xffffc90000010000ULL
#define HELD 0xffffc90000100000ULL

static uint32_t add_area(struct scan *scan, uint64_t start, uint64_t end, uint32_t vm_struct)
{
	uint32_t area;

	assert_int_equal(scan__add(scan, &area), 0);
	assert_int_equal(scan__add_range(scan, area, start, end), 0);
	scan->objects[area].area = true;
	scan->objects[vm_struct].books_of = area;
	scan->objects[vm_struct].silent = true;
	assert_int_equal(scan__add_edge(scan, vm_struct, area), 0);
	return area;
}

#define LIST 0xffff888200001000ULL

/* struct vmap_area, as the kernel lays it out */
#define VMAP_AREA(start, end, vm)                                                                  \
	{                                                                                          \
		(start), (end), 1, 0, LIST + 8, LIST + 16, LIST + 24, (vm)                         \
	}

/* A vmap_area and a vm_struct refer to an area that is theirs, but that does not count. */
static void test_area_with_its_books(void **state)
{
	struct scan *scan = *state;
	uint32_t area, held, other, pages = 5;
	uint64_t own[] = VMAP_AREA(AREA, AREA + 4 * PAGE, address(1));
	uint64_t before[] = VMAP_AREA(AREA - 2 * PAGE, AREA, address(12));
	uint64_t after[] = VMAP_AREA(AREA + 4 * PAGE, HELD, 0x8000);

	scan->vm_words = 7;
	area = add_area(scan, AREA, AREA + 4 * PAGE, 1);
	assert_int_equal(scan__add_edge(scan, area, pages), 0);
	held = add_area(scan, HELD, HELD + 2048 * PAGE, 3);
	other = add_area(scan, HELD + 4096 * PAGE, HELD + 4097 * PAGE, 2);
	memory[1][1] = AREA; /* vm_struct.addr */
	memory[1][4] = address(pages);
	memory[15][0] = address(12);
	roots[0] = HELD + 0x712345; /* far into the large one */
	roots[1] = address(2);	    /* who keeps a vm_struct keeps its area */
	assert_int_equal(scan__index(scan), 0);
	assert_int_equal(scan__words(scan, LIST, own, NR(own)), 0);
	assert_int_equal(scan__words(scan, LIST + 64, before, NR(before)), 0);
	assert_int_equal(scan__words(scan, LIST + 128, after, NR(after)), 0);
	assert_int_equal(scan__words(scan, ROOTS, roots, NR(roots)), 0);
	assert_int_equal(scan__words(scan, BASE, &memory[0][0], sizeof(memory) / 8), 0);
	assert_int_equal(scan__finish(scan), 0);
	check(scan, "..x.........x...");
	assert_false(scan->objects[area].reached);
	assert_true(scan->objects[held].reached);
	assert_true(scan->objects[other].reached);
}

/* What only looks like a vmap_area refers to what it says. */
static void test_area_in_two_words(void **state)
{
	struct scan *scan = *state;
	uint64_t two[] = {AREA, HELD, 0, 0, 0, 0, 0, address(1)};
	uint32_t area, held;

	scan->vm_words = 7;
	area = add_area(scan, AREA, AREA + 4 * PAGE, 1);
	held = add_area(scan, HELD, HELD + 4 * PAGE, 3);
	assert_int_equal(scan__index(scan), 0);
	assert_int_equal(scan__words(scan, LIST, two, NR(two)), 0);
	assert_true(scan->objects[area].reached);
	assert_true(scan->objects[held].reached);
	assert_true(scan->objects[1].reached);
}

/*
 * Arrays of areas begin as a vmap_area does: a small one, whose neighbours are other objects, and a
 * large one.  bpf's programs keep their functions so.
 */
static void test_arrays_of_areas(void **state)
{
	struct scan *scan = *state;
	uint64_t small[] = {AREA, HELD, LIST + 8, LIST + 16, LIST + 24, LIST + 40, LIST + 56, LIST};
	uint64_t large[] = {HELD,
			    HELD + 4096 * PAGE,
			    HELD + 5 * PAGE,
			    HELD + 9 * PAGE,
			    HELD + 7 * PAGE,
			    HELD + 8 * PAGE,
			    AREA + 2 * PAGE,
			    AREA + PAGE};
	uint32_t area, held, array;

	scan->vm_words = 7;
	area = add_area(scan, AREA, AREA + PAGE, 1);
	held = add_area(scan, HELD, HELD + PAGE, 3);
	assert_int_equal(scan__add(scan, &array), 0);
	assert_int_equal(scan__add_range(scan, array, LIST, LIST + 16), 0);
	roots[0] = LIST;
	assert_int_equal(scan__index(scan), 0);
	assert_int_equal(scan__words(scan, ROOTS, roots, NR(roots)), 0);
	assert_int_equal(scan__words(scan, LIST, small, NR(small)), 0);
	assert_int_equal(scan__finish(scan), 0);
	assert_true(scan->objects[area].reached);
	assert_true(scan->objects[held].reached);
	scan->objects[held].reached = false;
	assert_int_equal(scan__words(scan, LIST + 64, large, NR(large)), 0);
	assert_true(scan->objects[held].reached);
}

static bool is_even(void *arg, uint64_t at, uint64_t value)
{
	assert_ptr_equal(arg, roots);
	assert_int_equal(at % 64, 32);
	return (value - BASE) / OBJECT % 2 == 0;
}

/* A word that may be left over counts if the caller says so, and is asked for when it matters. */
static void test_doubts(void **state)
{
	struct scan *scan = *state;

	scan->doubt_every = 64;
	scan->doubt_at = 32;
	scan->is_reference = is_even;
	scan->arg = roots;
	roots[0] = address(1);
	memory[1][0] = address(3);
	roots[4] = address(3);
	look(scan);
	check(scan, ".x.x............"); /* nobody asks about 3 */
	roots[0] = 0;
	for (uint32_t i = 0; i < MOST; i++)
		scan->objects[i].reached = false;
	scan__words(scan, ROOTS, roots, NR(roots));
	assert_int_equal(scan__finish(scan), 0);
	check(scan, "................");
	roots[4] = address(8);
	memory[8][0] = address(9);
	assert_int_equal(scan__words(scan, ROOTS, roots, NR(roots)), 0);
	assert_int_equal(scan__words(scan, BASE, &memory[0][0], sizeof(memory) / 8), 0);
	assert_int_equal(scan__finish(scan), 0);
	check(scan, "........xx......");
}

/* A per-CPU pointer is an offset: a value that is no address. */
static void test_per_cpu_pointer(void **state)
{
	struct scan *scan = *state;
	uint32_t number;

	assert_int_equal(scan__add(scan, &number), 0);
	assert_int_equal(scan__add_range(scan, number, 0x607f12340010ULL, 0x607f12340028ULL), 0);
	roots[0] = 0x607f1234000fULL;
	look(scan);
	assert_false(scan->objects[number].reached);
	roots[0] = 0x607f12340018ULL;
	assert_int_equal(scan__words(scan, ROOTS, roots, NR(roots)), 0);
	assert_true(scan->objects[number].reached);
}

static void test_content_tells_a_change(void **state)
{
	struct scan *scan = *state;
	uint64_t before;

	memory[2][3] = 17;
	look(scan);
	before = scan->objects[2].content;
	assert_true(scan->objects[2].seen);
	assert_true(before != 0);
	end(state);
	begin(state);
	scan = *state;
	memory[2][3] = 18;
	look(scan);
	assert_true(scan->objects[2].content != before);
}

static void test_holders(void **state)
{
	struct scan *scan = *state;

	scan->objects[3].sampled = true;
	roots[2] = address(3) + 8;
	memory[7][2] = address(3);
	look(scan);
	assert_int_equal(scan->nr_holders, 2);
	assert_int_equal(scan->holders[0].from, SCAN_NONE);
	assert_int_equal(scan->holders[0].address, ROOTS + 16);
	assert_int_equal(scan->holders[1].from, 7);
	assert_int_equal(scan->holders[1].address, address(7) + 16);
	/* a root does; what nothing refers to does not, though it refers to a reached object */
	assert_true(scan__holds(scan, &scan->holders[0]));
	assert_false(scan__holds(scan, &scan->holders[1]));
	scan->objects[7].reached = true;
	assert_true(scan__holds(scan, &scan->holders[1]));
}

/* A range within another, one across two others: of whom none can be said to be unreferenced. */
static void test_ranges_that_overlap(void **state)
{
	struct scan *scan = *state;
	uint32_t within, across;

	assert_int_equal(scan__add(scan, &within), 0);
	assert_int_equal(scan__add_range(scan, within, address(3) + 16, address(3) + 32), 0);
	assert_int_equal(scan__add(scan, &across), 0);
	assert_int_equal(scan__add_range(scan, across, address(7) + 8, address(8) + 8), 0);
	memory[3][2] = address(5);  /* within */
	memory[8][0] = address(10); /* across */
	memory[12][0] = address(13);
	scan->objects[3].silent = true; /* what stands there may be another's */
	look(scan);
	check(scan, "...x.x.xx.x.....");
	assert_true(scan->objects[within].reached && scan->objects[across].reached);
	for (uint32_t i = 0; i < scan->nr; i++)
		assert_int_equal(scan->objects[i].disputed,
				 i == 3 || i == 7 || i == 8 || i == within || i == across);
	assert_int_equal(scan__find(scan, address(3) + 24), 3);
	assert_int_equal(scan__find(scan, address(8) + 32), 8);
}

/* Too many edges for the memory there is: then it counts as reached. */
/* Each of many objects is found by its address, wherever that lies among the others. */
static void test_many_objects(void **state)
{
	const uint32_t many = 3000;
	struct scan *scan = *state;
	uint32_t number;

	for (uint32_t i = MOST; i < many; i++) {
		assert_int_equal(scan__add(scan, &number), 0);
		assert_int_equal(scan__add_range(scan, number, address(i), address(i + 1)), 0);
	}
	assert_int_equal(scan__index(scan), 0);
	for (uint32_t i = 0; i < many; i += 2) {
		roots[0] = address(i) + i % OBJECT;
		assert_int_equal(scan__words(scan, ROOTS, roots, 1), 0);
	}
	assert_int_equal(scan__finish(scan), 0);
	for (uint32_t i = 0; i < many; i++) {
		assert_int_equal(scan->objects[i].reached, i % 2 == 0);
		assert_int_equal(scan__find(scan, address(i)), i);
	}
}

static void test_edges_are_bounded(void **state)
{
	struct scan *scan = *state;

	scan->most_edges = 1;
	memory[1][0] = address(2);
	memory[3][0] = address(4);
	look(scan);
	check(scan, "....x...........");
}

struct turns {
	size_t nr, end_at;
};

static int take_turn(void *arg)
{
	struct turns *turns = arg;

	return ++turns->nr == turns->end_at ? -4711 : 0;
}

#define MANY 300000

/* A chain of so many objects, which a root leads into. */
static void add_many(struct scan *scan)
{
	scan__begin(scan);
	for (uint32_t i = 0; i < MANY; i++) {
		uint32_t number;

		assert_int_equal(scan__add(scan, &number), 0);
		assert_int_equal(scan__add_range(scan, i, address(i), address(i + 1)), 0);
		if (i)
			assert_int_equal(scan__add_edge(scan, i - 1, i), 0);
	}
}

/* Others have their turn in all that takes long, and may end it. */
static void test_leaves_time_to_others(void **state)
{
	struct scan *scan = *state;
	struct turns turns = {.end_at = 7};
	uint64_t root = address(0);

	scan->between = take_turn;
	scan->arg = &turns;
	add_many(scan);
	assert_int_equal(scan__index(scan), -4711);
	turns = (struct turns){};
	add_many(scan);
	assert_int_equal(scan__index(scan), 0);
	assert_in_range(turns.nr, 20, 1000);
	assert_int_equal(scan__words(scan, ROOTS, &root, 1), 0);
	turns = (struct turns){.end_at = 3};
	assert_int_equal(scan__finish(scan), -4711);
	turns = (struct turns){};
	assert_int_equal(scan__finish(scan), 0);
	assert_in_range(turns.nr, 20, 1000);
	assert_true(scan->objects[MANY - 1].reached);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_refers),
		TEST(test_roots_and_chains),
		TEST(test_interior_and_one_past_the_end),
		TEST(test_self_and_cycles),
		TEST(test_area_with_its_books),
		TEST(test_area_in_two_words),
		TEST(test_arrays_of_areas),
		TEST(test_doubts),
		TEST(test_per_cpu_pointer),
		TEST(test_content_tells_a_change),
		TEST(test_holders),
		TEST(test_ranges_that_overlap),
		TEST(test_many_objects),
		TEST(test_edges_are_bounded),
		TEST(test_leaves_time_to_others),
	};

	int failed = 0;

	for (; page_size <= 65536; page_size *= 4)
		failed += cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}
