// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/percpu_use.h"

#include <errno.h>
#include <string.h>

#define PAGE	 4096
#define BASE	 0xffff888000100000ULL
#define SIZE	 8192
#define VARIABLE BASE /* pcpu_chunk_lists, pcpu_nr_slots, pcpu_reserved_chunk */
#define LISTS	 (BASE + 1024)
#define SLOTS	 6
#define CHUNK(i) (BASE + 2048 + (i)*64)
#define LIST	 8 /* offsets in a chunk */
#define FREE	 24
#define PAGES	 40

static uint8_t memory[SIZE];
static int reads, read_of_change;
static void (*change)(void);

static void *at(uint64_t address)
{
	return memory + (address - BASE);
}

static void put(uint64_t address, uint64_t word)
{
	memcpy(at(address), &word, sizeof(word));
}

static uint64_t get(uint64_t address)
{
	uint64_t word;

	memcpy(&word, at(address), sizeof(word));
	return word;
}

static int read_made_up(void *arg, uint64_t address, void *to, size_t len)
{
	(void)arg;
	if (++reads == read_of_change)
		change();
	if (address < BASE || address - BASE > SIZE - len)
		return -EFAULT;
	memcpy(to, at(address), len);
	return 0;
}

/* As list_move_tail(). */
static void link_to(uint64_t node, uint64_t head)
{
	uint64_t last = get(head + 8);

	put(node, head);
	put(node + 8, last);
	put(last, node);
	put(head + 8, node);
}

static void unlink_from(uint64_t node)
{
	put(get(node) + 8, get(node + 8));
	put(get(node + 8), get(node));
}

static void chunk(int i, int32_t pages, int32_t free_bytes)
{
	memcpy(at(CHUNK(i) + PAGES), &pages, sizeof(pages));
	memcpy(at(CHUNK(i) + FREE), &free_bytes, sizeof(free_bytes));
}

static void move(int i, int slot)
{
	unlink_from(CHUNK(i) + LIST);
	link_to(CHUNK(i) + LIST, LISTS + 16 * slot);
}

/* Three chunks in two of the lists, 8 pages each, of which 100, 2000 and none are in use. */
static struct percpu_chunks made_up(void)
{
	memset(memory, 0, sizeof(memory));
	reads = read_of_change = 0;
	put(VARIABLE, LISTS);
	put(VARIABLE + 8, SLOTS);
	for (int i = 0; i < 2 * SLOTS; i++) {
		put(LISTS + 16 * i, LISTS + 16 * i);
		put(LISTS + 16 * i + 8, LISTS + 16 * i);
	}
	for (int i = 0; i < 3; i++)
		link_to(CHUNK(i) + LIST, LISTS + 16 * (i ? SLOTS - 1 : 1));
	chunk(0, 8, 8 * PAGE - 100);
	chunk(1, 8, 8 * PAGE - 2000);
	chunk(2, 8, 8 * PAGE);
	return (struct percpu_chunks){
		.layout = {.types = 1, .list = LIST, .free_bytes = FREE, .nr_pages = PAGES},
		.lists = VARIABLE,
		.nr_slots = VARIABLE + 8,
		.reserved = VARIABLE + 16,
		.page_size = PAGE,
		.cpus = 3,
		.read = read_made_up,
	};
}

static void check(const struct percpu_chunks *chunks, int64_t bytes)
{
	struct percpu_use use;

	percpu_use__read(&use, chunks);
	assert_true(use.known);
	assert_int_equal(use.used_bytes, bytes * 3);
}

static void check_unknown(const struct percpu_chunks *chunks)
{
	struct percpu_use use = {.known = true};

	percpu_use__read(&use, chunks);
	assert_false(use.known);
}

static void test_all_chunks(void **state)
{
	struct percpu_chunks chunks = made_up();

	(void)state;
	check(&chunks, 2100);
	/* the one for modules is in no list */
	put(VARIABLE + 16, CHUNK(3));
	chunk(3, 2, 2 * PAGE - 64);
	check(&chunks, 2164);
	chunks.reserved = 0;
	check(&chunks, 2100);
	/* isolated ones are in the last list */
	move(1, SLOTS - 1);
	check(&chunks, 2100);
}

/* Up to 5.13: as many lists again. */
static void test_chunks_of_cgroups(void **state)
{
	struct percpu_chunks chunks = made_up();

	(void)state;
	chunks.layout.types = 2;
	move(1, SLOTS + 2);
	check(&chunks, 2100);
	chunks.layout.types = 1;
	check(&chunks, 100);
}

static void test_what_is_not_known(void **state)
{
	struct percpu_chunks chunks = made_up(), one = chunks;

	(void)state;
	one.layout.types = 0;
	check_unknown(&one);
	one = chunks;
	one.lists = 0;
	check_unknown(&one);
	one = chunks;
	one.nr_slots = 0;
	check_unknown(&one);
	assert_int_equal(reads, 0);
	put(VARIABLE, 0xdead0000); /* cannot be read */
	check_unknown(&chunks);
	put(VARIABLE, LISTS);
	put(VARIABLE + 8, 0);
	check_unknown(&chunks);
	put(VARIABLE + 8, 1 << 20);
	check_unknown(&chunks);
	put(VARIABLE + 8, SLOTS);
	check(&chunks, 2100);
}

/* What makes no sense is no chunk. */
static void test_no_chunks(void **state)
{
	static const int32_t wrong[][2] = {
		{0, 0}, {-1, 0}, {8, -4}, {8, 8 * PAGE + 4}, {1 << 21, 0}, {INT32_MIN, INT32_MIN}};
	struct percpu_chunks chunks = made_up();

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		chunk(1, wrong[i][0], wrong[i][1]);
		check_unknown(&chunks);
	}
	chunk(1, 8, 8 * PAGE);
	check(&chunks, 100);
	put(CHUNK(1) + LIST + 8, CHUNK(2) + LIST); /* does not refer back */
	check_unknown(&chunks);
}

/* A ring that does not come back to its head. */
static void test_ring(void **state)
{
	struct percpu_chunks chunks = made_up();

	(void)state;
	put(CHUNK(2) + LIST, CHUNK(1) + LIST);
	put(CHUNK(1) + LIST + 8, CHUNK(2) + LIST);
	check_unknown(&chunks);
	assert_in_range(reads, 1, 1000000);
}

/* There is always one: it cannot be the right place. */
static void test_no_chunk_at_all(void **state)
{
	struct percpu_chunks chunks = made_up();

	(void)state;
	for (int i = 0; i < 3; i++)
		unlink_from(CHUNK(i) + LIST);
	check_unknown(&chunks);
}

static void move_back(void)
{
	move(1, 0);
}

static void move_forward(void)
{
	move(0, SLOTS - 1);
}

static void allocate(void)
{
	chunk(2, 8, 8 * PAGE - 500);
}

/* Whenever a chunk moves, it is neither counted twice nor left out. */
static void test_while_chunks_move(void **state)
{
	void (*const changes[])(void) = {move_back, move_forward};

	(void)state;
	for (int i = 0; i < 2; i++)
		for (int when = 1; when < 40; when++) {
			struct percpu_chunks chunks = made_up();

			read_of_change = when;
			change = changes[i];
			check(&chunks, 2100);
		}
}

/* What is allocated meanwhile is there or not. */
static void test_while_some_is_allocated(void **state)
{
	(void)state;
	for (int when = 1; when < 40; when++) {
		struct percpu_chunks chunks = made_up();
		struct percpu_use use;

		read_of_change = when;
		change = allocate;
		percpu_use__read(&use, &chunks);
		assert_true(use.known);
		assert_true(use.used_bytes == 3 * 2100 || use.used_bytes == 3 * 2600);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_chunks),
		cmocka_unit_test(test_chunks_of_cgroups),
		cmocka_unit_test(test_what_is_not_known),
		cmocka_unit_test(test_no_chunks),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_no_chunk_at_all),
		cmocka_unit_test(test_while_chunks_move),
		cmocka_unit_test(test_while_some_is_allocated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
