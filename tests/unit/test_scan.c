// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "scan.h"

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
		assert_int_equal(scan__add_target(scan, i, address(i), address(i + 1)), 0);
		assert_int_equal(scan__add_content(scan, i, address(i), address(i + 1)), 0);
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
	assert_int_equal(scan__words(scan, ROOTS, roots, NR(roots), false), 0);
	for (size_t i = 0; i < sizeof(memory) / 8; i += 5)
		assert_int_equal(
			scan__words(scan, BASE + i * 8, words + i,
				    i + 5 <= sizeof(memory) / 8 ? 5 : sizeof(memory) / 8 - i,
				    false),
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

/* Its vm_struct and vmap_area refer to an area, but that does not count. */
static void test_area_with_its_books(void **state)
{
	struct scan *scan = *state;
	uint64_t books[] = {0xffffc90000010000ULL, 0xffffc90000015000ULL, address(1), address(3)};
	uint32_t area, held, other;

	assert_int_equal(scan__add(scan, &area), 0);
	assert_int_equal(scan__add_target(scan, area, 0xffffc90000010000ULL, 0xffffc90000014000ULL),
			 0);
	assert_int_equal(scan__add(scan, &held), 0);
	assert_int_equal(scan__add_target(scan, held, 0xffffc90000020000ULL, 0xffffc90000820000ULL),
			 0);
	assert_int_equal(scan__add(scan, &other), 0);
	assert_int_equal(
		scan__add_target(scan, other, 0xffffc90000900000ULL, 0xffffc90000901000ULL), 0);
	scan->objects[area].area = scan->objects[1].area = scan->objects[2].area = true;
	scan->objects[held].area = true;
	scan->objects[1].silent = true; /* the area's vm_struct */
	memory[1][0] = 0xffffc90000010000ULL;
	assert_int_equal(scan__add_edge(scan, 1, area), 0);
	assert_int_equal(scan__add_edge(scan, 2, other), 0);
	roots[0] = 0xffffc90000712345ULL; /* far into the large one */
	roots[1] = address(2);		  /* who keeps a vm_struct keeps its area */
	assert_int_equal(scan__index(scan), 0);
	assert_int_equal(scan__words(scan, 0xffff888200000000ULL, books, NR(books), true), 0);
	assert_int_equal(scan__words(scan, ROOTS, roots, NR(roots), false), 0);
	assert_int_equal(scan__words(scan, BASE, &memory[0][0], sizeof(memory) / 8, false), 0);
	assert_int_equal(scan__finish(scan), 0);
	check(scan, "..xx............");
	assert_false(scan->objects[area].reached);
	assert_true(scan->objects[held].reached);
	assert_true(scan->objects[other].reached);
}

/* A per-CPU pointer is an offset: a value that is no address. */
static void test_per_cpu_pointer(void **state)
{
	struct scan *scan = *state;
	uint32_t number;

	assert_int_equal(scan__add(scan, &number), 0);
	assert_int_equal(scan__add_target(scan, number, 0x607f12340010ULL, 0x607f12340028ULL), 0);
	roots[0] = 0x607f1234000fULL;
	look(scan);
	assert_false(scan->objects[number].reached);
	roots[0] = 0x607f12340018ULL;
	assert_int_equal(scan__words(scan, ROOTS, roots, NR(roots), false), 0);
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
}

/* Too many edges for the memory there is: then it counts as reached. */
static void test_edges_are_bounded(void **state)
{
	struct scan *scan = *state;

	scan->most_edges = 1;
	memory[1][0] = address(2);
	memory[3][0] = address(4);
	look(scan);
	check(scan, "....x...........");
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
		TEST(test_per_cpu_pointer),
		TEST(test_content_tells_a_change),
		TEST(test_holders),
		TEST(test_edges_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
