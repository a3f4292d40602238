// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include "memory/page_tables.h"

#include <errno.h>

#define MAPPED	 0xffffea0000a03000ULL
#define TABLE(i) (10 + (i)) /* pages, from the top one on */
#define FLAGS	 0x8000000000000163ULL

static uint64_t physical(int i)
{
	return RAM + (uint64_t)i * PAGE;
}

static void put(struct machine *m, int i, uint64_t index, uint64_t entry)
{
	memcpy(m->ram + (uint64_t)i * PAGE + index * 8, &entry, sizeof(entry));
}

static struct page_tables begin_tables(struct machine *m, bool is_arm64)
{
	m->memory.base = BASE;
	memset(m->ram + TABLE(0) * PAGE, 0, 4 * PAGE);
	return (struct page_tables){
		.memory = &m->memory, .top = BASE + physical(TABLE(0)), .is_arm64 = is_arm64};
}

/* x86: four tables of 512 entries. */
static void test_four_levels(void **state)
{
	struct machine *m = *state;
	struct page_tables tables = begin_tables(m, false);
	struct page_mapping mapping;

	if (PAGE != 4096)
		return;
	assert_int_equal(page_tables__find(&tables, MAPPED, &mapping), -EFAULT);
	put(m, TABLE(0), MAPPED >> 39 & 511, physical(TABLE(1)) | FLAGS);
	put(m, TABLE(1), MAPPED >> 30 & 511, physical(TABLE(2)) | FLAGS);
	assert_int_equal(page_tables__find(&tables, MAPPED, &mapping), -EFAULT);
	put(m, TABLE(2), MAPPED >> 21 & 511, physical(TABLE(3)) | FLAGS);
	put(m, TABLE(3), MAPPED >> 12 & 511, physical(40) | FLAGS);
	assert_int_equal(page_tables__find(&tables, MAPPED + 8, &mapping), 0);
	assert_true(mapping.mapped == MAPPED);
	assert_true(mapping.address == BASE + physical(40));
	assert_int_equal(mapping.bytes, 4096);
	put(m, TABLE(3), MAPPED >> 12 & 511, (physical(40) | FLAGS) & ~1ULL); /* not present */
	assert_int_equal(page_tables__find(&tables, MAPPED, &mapping), -EFAULT);
	put(m, TABLE(3), MAPPED >> 12 & 511, (physical(PAGES)) | FLAGS); /* no RAM */
	assert_int_equal(page_tables__find(&tables, MAPPED, &mapping), -EFAULT);
	tables.top = 0;
	assert_int_equal(page_tables__find(&tables, MAPPED, &mapping), -EFAULT);
}

/* Two MiB in one go: struct pages mostly are. */
static void test_huge_pages(void **state)
{
	struct machine *m = *state;
	struct page_mapping mapping;

	if (PAGE != 4096)
		return;
	for (int arm64 = 0; arm64 < 2; arm64++) {
		struct page_tables tables = begin_tables(m, arm64);
		/* arm64: bit 1 says that a table follows */
		uint64_t table = arm64 ? 3 : FLAGS,
			 block = arm64 ? 0x60000000000701ULL : FLAGS | 1 << 7;
		/* where the direct map begins tells that 47 bits are looked up there */
		int top = arm64 ? 255 : 511;

		put(m, TABLE(0), MAPPED >> 39 & top, physical(TABLE(1)) | table);
		put(m, TABLE(1), MAPPED >> 30 & 511, physical(TABLE(2)) | table);
		put(m, TABLE(2), MAPPED >> 21 & 511, RAM | block);
		assert_int_equal(page_tables__find(&tables, MAPPED + 8, &mapping), 0);
		assert_true(mapping.mapped == (MAPPED & ~0x1fffffULL));
		assert_true(mapping.address == BASE + RAM);
		assert_int_equal(mapping.bytes, 2 << 20);
	}
}

/* Five tables where the direct map begins that low (57 bits), as x86 can have it. */
static void test_five_levels(void **state)
{
	struct machine *m = *state;
	struct page_tables tables = begin_tables(m, false);
	struct page_mapping mapping;
	uint64_t mapped = 0xffd4000000a03000ULL;
	uint64_t low = 0xff11000000000000ULL;

	if (PAGE != 4096)
		return;
	m->moved = low - BASE;
	m->memory.base = low;
	tables.top = low + physical(TABLE(0));
	memset(m->ram + TABLE(0) * PAGE, 0, 5 * PAGE);
	for (int i = 0; i < 5; i++)
		put(m, TABLE(i), mapped >> (48 - 9 * i) & 511,
		    physical(i < 4 ? TABLE(i + 1) : 40) | FLAGS);
	assert_int_equal(page_tables__find(&tables, mapped, &mapping), 0);
	assert_true(mapping.address == low + physical(40));
}

/* arm64 with larger pages: the first table has what is left of the bits. */
static void test_tables_of_arm64(void **state)
{
	struct machine *m = *state;
	struct page_tables tables = begin_tables(m, true);
	struct page_mapping mapping;
	uint64_t base = 0xffff000000000000ULL;
	uint32_t page = PAGE == 4096 ? 12 : PAGE == 16384 ? 14 : 16, per = page - 3, shift = page;
	uint64_t mapped = 0xfffffdffc0000000ULL;
	int levels = 1;

	m->moved = base - BASE;
	m->memory.base = base;
	tables.top = base + physical(TABLE(0));
	memset(m->ram + TABLE(0) * PAGE, 0, 5 * PAGE);
	for (; shift + per < 48; shift += per)
		levels++;
	put(m, TABLE(0), mapped >> shift & ((1ULL << (48 - shift)) - 1),
	    physical(levels > 1 ? TABLE(1) : 40) | 3);
	for (int i = 1; i < levels; i++) {
		shift -= per;
		put(m, TABLE(i), mapped >> shift & ((1ULL << per) - 1),
		    physical(i < levels - 1 ? TABLE(i + 1) : 40) | 3);
	}
	assert_int_equal(page_tables__find(&tables, mapped + 24, &mapping), 0);
	assert_true(mapping.mapped == mapped);
	assert_true(mapping.address == base + physical(40));
	assert_int_equal(mapping.bytes, PAGE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_four_levels),
		TEST(test_huge_pages),
		TEST(test_five_levels),
		TEST(test_tables_of_arm64),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
