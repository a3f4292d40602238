// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include "memory/blank_structs.h"

/* Struct pages, mapped 2 MiB at a time (x86), and the pages that they are of. */
#define MAPPED	 (VMEMMAP + 0xa00000)
#define FIRST	 (BASE + 0xa00000 / 64 * 4096)
#define TABLE(i) (10 + (i)) /* pages, from the top one on */
#define FLAGS	 0x8000000000000163ULL
#define HUGE	 (1 << 7)

static void put(struct machine *m, int table, uint64_t index, uint64_t entry)
{
	memcpy(m->ram + TABLE(table) * PAGE + index * 8, &entry, sizeof(entry));
}

static uint64_t table_at(int i)
{
	return (RAM + TABLE(i) * PAGE) | FLAGS;
}

static struct page_tables begin_tables(struct machine *m)
{
	m->memory.base = BASE;
	memset(m->ram + TABLE(0) * PAGE, 0, 4 * PAGE);
	put(m, 0, MAPPED >> 39 & 511, table_at(1));
	put(m, 1, MAPPED >> 30 & 511, table_at(2));
	put(m, 2, MAPPED >> 21 & 511, RAM | FLAGS | HUGE);
	return (struct page_tables){.memory = &m->memory, .top = BASE + RAM + TABLE(0) * PAGE};
}

static void assert_blank(const struct machine *m, size_t i, uint64_t from, uint64_t to)
{
	assert_true(m->memory.blank[i].start == BASE + RAM + from);
	assert_true(m->memory.blank[i].end == BASE + RAM + to);
}

/* The first few stay, and what shares a page with them. */
static void test_huge_pages(void **state)
{
	struct machine *m = *state;
	struct page_tables tables = begin_tables(m);
	struct blank_structs blank = {.memory = &m->memory, .tables = &tables};

	if (PAGE != 4096)
		return;
	blank_structs__begin(&blank);
	assert_int_equal(blank_structs__add(&blank, FIRST, FIRST + 512 * PAGE), 0);
	assert_int_equal(blank_structs__add(&blank, FIRST + 512 * PAGE, FIRST + 1024 * PAGE), 0);
	assert_int_equal(m->memory.nr_blank, 2);
	assert_blank(m, 0, 0x1000, 0x8000);
	assert_blank(m, 1, 0x9000, 0x10000);
	/* too small for a whole page of them */
	assert_int_equal(blank_structs__add(&blank, FIRST + 1024 * PAGE, FIRST + 1152 * PAGE), 0);
	assert_int_equal(m->memory.nr_blank, 3);
	assert_blank(m, 2, 0x11000, 0x12000);
	assert_int_equal(blank_structs__add(&blank, FIRST + 1152 * PAGE, FIRST + 1216 * PAGE), 0);
	assert_int_equal(m->memory.nr_blank, 3);
}

/* One that goes on where nothing is mapped: that part is not known. */
static void test_two_mappings(void **state)
{
	struct machine *m = *state;
	struct page_tables tables = begin_tables(m);
	struct blank_structs blank = {.memory = &m->memory, .tables = &tables};

	if (PAGE != 4096)
		return;
	assert_int_equal(blank_structs__add(&blank, FIRST, FIRST + 65536 * PAGE), 0);
	assert_int_equal(m->memory.nr_blank, 1);
	assert_blank(m, 0, 0x1000, 2 << 20);
	ram__remember(&m->memory);
	assert_int_equal(m->memory.nr_blank, 0);
	put(m, 2, (MAPPED >> 21 & 511) + 1, (RAM + (2 << 20)) | FLAGS | HUGE);
	m->memory.ram[0].end = RAM + (4 << 20);
	blank_structs__begin(&blank);
	assert_int_equal(blank_structs__add(&blank, FIRST, FIRST + 65536 * PAGE), 0);
	assert_int_equal(m->memory.nr_blank, 1);
	assert_blank(m, 0, 0x1000, 4 << 20);
}

/* Several huge pages' may be in one page then (HugeTLB Vmemmap Optimization). */
static void test_struct_pages_that_are_mapped_one_page_at_a_time(void **state)
{
	struct machine *m = *state;
	struct page_tables tables = begin_tables(m);
	struct blank_structs blank = {.memory = &m->memory, .tables = &tables};

	if (PAGE != 4096)
		return;
	put(m, 2, MAPPED >> 21 & 511, table_at(3));
	for (uint64_t i = 0; i < 512; i++)
		put(m, 3, i, (RAM + 40 * PAGE) | FLAGS);
	assert_int_equal(blank_structs__add(&blank, FIRST, FIRST + 512 * PAGE), 0);
	assert_int_equal(m->memory.nr_blank, 0);
	tables.top = 0;
	assert_int_equal(blank_structs__add(&blank, FIRST, FIRST + 512 * PAGE), 0);
	assert_int_equal(m->memory.nr_blank, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_huge_pages),
		TEST(test_two_mappings),
		TEST(test_struct_pages_that_are_mapped_one_page_at_a_time),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
