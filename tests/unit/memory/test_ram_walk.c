// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/ram_walk.h"
#include "memory/vmemmap.h"

#include <errno.h>
#include <string.h>

/*
 * A machine of some stretches of memory, each of so many pages as 64 KiB have struct pages, from
 * physical address 0 on.  All there is of it are the struct pages; each page holds its number.
 */
#define BASE	  0xffff888000000000ULL
#define VMEMMAP	  0xffffea0000000000ULL
#define STRETCHES 12
#define STRETCH	  1024 /* pages */
#define PAGES	  (STRETCHES * STRETCH)
#define STRUCTS	  65536 /* bytes of a stretch's struct pages */

enum { LRU = 1, POISON, SLAB };

static uint64_t page_size = 4096;
static uint64_t pages[PAGES][8];
static uint8_t buffer[65536], seen[PAGES];
static uint64_t read_bytes; /* of struct pages */
static struct slub slub;
static struct ram ram;

static const struct slub_layout layout = {
	.page = 64,
	.page_flags = 0,
	.page_head = 8,
	.page_mapping = 24,
	.page_index = SLUB_NONE,
	.page_pool = SLUB_NONE,
	.pool_type = SLUB_NONE,
	.large_type = SLUB_NONE,
	.buddy_type = 0xf0000000,
	.page_private = 40,
	.page_order = 64,
	.slab_cache = 24,
	.slab_freelist = 32,
	.page_type = 48,
	.page_refcount = 52,
	.slab_flag = SLAB,
	.lru_flag = LRU,
	.poison_flag = POISON,
	.cache_pad = SLUB_NONE,
	.cache_cpu = SLUB_NONE,
	.cache_sheaves = SLUB_NONE,
	.cache_random = SLUB_NONE,
};

static int read_made_up(void *arg, uint64_t address, void *to, size_t len)
{
	(void)arg;
	if (address >= VMEMMAP && address + len <= VMEMMAP + sizeof(pages)) {
		read_bytes += len;
		memcpy(to, (uint8_t *)pages + (address - VMEMMAP), len);
		return 0;
	}
	if (address < BASE || address + len > BASE + PAGES * page_size)
		return -EFAULT;
	for (size_t i = 0; i < len / 8; i++)
		((uint64_t *)to)[i] = (address - BASE + 8 * i) / page_size;
	return 0;
}

static void *peek(void *arg, uint64_t address, size_t len)
{
	return len <= sizeof(buffer) && !read_made_up(arg, address, buffer, len) ? buffer : NULL;
}

/* `nr` pages from page i on. */
static void set(int i, int nr, uint64_t flags, uint32_t type, uint32_t refcount)
{
	for (int k = i; k < i + nr; k++) {
		memset(pages[k], 0, sizeof(pages[k]));
		pages[k][0] = flags;
		pages[k][6] = type | (uint64_t)refcount << 32;
	}
}

/* A compound page of 2^order pages. */
static void set_compound(int i, int order, uint64_t flags, uint32_t refcount)
{
	set(i, 1 << order, 0, 0xffffffff, 0);
	set(i, 1, flags, 0xffffffff, refcount);
	for (int k = 1; k < 1 << order; k++)
		pages[i + k][1] = (VMEMMAP + 64ULL * (uint64_t)i) | 1;
	pages[i + 1][0] = (uint64_t)order;
}

static void set_free(int i, int order)
{
	set(i, 1 << order, 0, 0xffffffff, 0);
	pages[i][5] = (uint64_t)order;
	pages[i][6] = 0xf0000000;
}

#define KERNEL(i, nr)  set(i, nr, 0, 0xffffffff, 1)
#define PROCESS(i, nr) set(i, nr, 1 << LRU, 0xffffffff, 1)

static int begin(void **state)
{
	FILE *file;
	char text[256];

	snprintf(text, sizeof(text),
		 "00000000-%08llx : System RAM\n"
		 "  00000000-00001000 : Kernel code\n",
		 (unsigned long long)(PAGES * page_size - 1));
	file = fmemopen(text, strlen(text), "r");
	(void)state;
	set(0, PAGES, 0, 0xffffffff, 0);
	slub = (struct slub){.layout = layout, .read = read_made_up};
	slub.layout.page_size = (uint32_t)page_size;
	slub.page_base = VMEMMAP - BASE / page_size * 64;
	ram = (struct ram){.slub = &slub, .peek = peek};
	/* the image begins at 0, which counts as not known */
	assert_int_equal(ram__parse_iomem(&ram, file), -ENODATA);
	fclose(file);
	ram.base = BASE;
	memset(seen, 0, sizeof(seen));
	read_bytes = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	ram__free(&ram);
	slub__free(&slub);
	return 0;
}

static int see(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	(void)arg;
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(words[i], (address + 8 * i - BASE) / page_size);
	for (uint64_t at = address; at < address + nr * 8; at += page_size)
		seen[(at - BASE) / page_size]++;
	return 0;
}

/* Hand out all words: they are those of [first, last), and so much was read to find them. */
static void walk(int first, int last, uint64_t most)
{
	memset(seen, 0, sizeof(seen));
	read_bytes = 0;
	assert_int_equal(ram_walk__words(&ram, see, NULL), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(seen[i], i >= first && i < last);
	assert_int_equal(read_bytes, most);
}

#define LOOK 128 /* bytes: a look at a page, and the next one */

/* Of a block that is free, or a process's, the first page is looked at. */
static void test_blocks(void **state)
{
	(void)state;
	PROCESS(0, PAGES);
	KERNEL(100, 200);
	for (int i = 1; i < 4; i++)
		set_free(i * STRETCH, 10);
	for (int i = 4; i < 8; i++) /* large ones */
		for (int k = 0; k < 2; k++)
			set_compound(i * STRETCH + k * 512, 9, 1 << LRU, 3);
	set_compound(8 * STRETCH, 12, 0, 0); /* of four stretches */
	walk(100, 300, LOOK + STRUCTS + 3 * LOOK + 4 * 2 * LOOK + LOOK);
}

/* Small ones are not worth a look each; behind a large one what is left of its stretch is read. */
static void test_blocks_among_others(void **state)
{
	(void)state;
	PROCESS(0, PAGES);
	for (int i = 0; i < 16; i++)
		set_free(i * 64, 6);
	set_compound(STRETCH, 8, 1 << LRU, 1);
	KERNEL(STRETCH + 256, 10);
	walk(STRETCH + 256, STRETCH + 266,
	     (LOOK + STRUCTS) * (uint64_t)STRETCHES + LOOK - 256 * 64);
}

/* What the kernel has is read, however large. */
static void test_a_large_block_of_the_kernel(void **state)
{
	(void)state;
	set_compound(2 * STRETCH, 11, 0, 1);
	walk(2 * STRETCH, 4 * STRETCH, (LOOK + STRUCTS) * (uint64_t)STRETCHES);
}

/* A block that reaches beyond the memory there is ends the walk. */
static void test_a_block_at_the_end(void **state)
{
	(void)state;
	PROCESS(0, PAGES);
	set_free(8 * STRETCH, 10);
	pages[8 * STRETCH][5] = 13;
	walk(0, 0, (LOOK + STRUCTS) * 8ULL + LOOK);
}

static int count(void *arg, uint64_t address, uint64_t cache)
{
	(void)cache;
	assert_int_equal(address % page_size, 0);
	++*(int *)arg;
	return 0;
}

static void look_at_slabs(int nr, uint64_t most)
{
	int slabs = 0;

	read_bytes = 0;
	assert_int_equal(ram_walk__slabs(&ram, count, &slabs), 0);
	assert_int_equal(slabs, nr);
	assert_int_equal(read_bytes, most);
}

/* Walks after the first one look where it has found something for them. */
static void test_what_is_remembered(void **state)
{
	uint64_t all = (LOOK + STRUCTS) * (uint64_t)STRETCHES;

	(void)state;
	PROCESS(0, PAGES);
	KERNEL(3 * STRETCH + 5, 3);
	set(9 * STRETCH, 1, 1 << SLAB, 0xffffffff, 1);
	set(9 * STRETCH + 7, 1, 1 << SLAB, 0xffffffff, 1);
	look_at_slabs(2, all);
	look_at_slabs(2, all);
	ram__remember(&ram);
	look_at_slabs(2, all);
	look_at_slabs(2, LOOK + STRUCTS);
	set(9 * STRETCH, 8, 0, 0xffffffff, 0); /* freed meanwhile */
	KERNEL(6 * STRETCH, 3);		       /* where there was nothing of the kernel's */
	walk(3 * STRETCH + 5, 3 * STRETCH + 8, 2ULL * (LOOK + STRUCTS));
	ram__remember(&ram);
	look_at_slabs(0, all);
	look_at_slabs(0, 0);
	memset(pages[3 * STRETCH], 0, sizeof(pages[0]) * STRETCH);
	PROCESS(3 * STRETCH, STRETCH);
	walk(6 * STRETCH, 6 * STRETCH + 3, 2ULL * (LOOK + STRUCTS));
}

/* Pages that somebody asked for are read, though nothing of the kernel's was seen around them. */
static void test_what_is_kept_is_not_forgotten(void **state)
{
	(void)state;
	PROCESS(0, PAGES);
	ram__remember(&ram);
	look_at_slabs(0, (LOOK + STRUCTS) * (uint64_t)STRETCHES);
	set(5 * STRETCH + 8, 8, 0, 0xffffffff, 0);
	assert_int_equal(ram__keep(&ram, BASE + (5 * STRETCH + 8) * page_size,
				   BASE + (5 * STRETCH + 12) * page_size),
			 0);
	walk(5 * STRETCH + 8, 5 * STRETCH + 12, LOOK + STRUCTS);
}

/* Pages that hold nothing that counts are not read; what is around them is. */
static void test_blank_pages(void **state)
{
	(void)state;
	PROCESS(0, PAGES);
	KERNEL(100, 200);
	assert_int_equal(ram__add_blank(&ram, BASE + 250 * page_size, BASE + 310 * page_size), 0);
	assert_int_equal(ram__add_blank(&ram, BASE + 90 * page_size, BASE + 101 * page_size), 0);
	assert_int_equal(ram__add_blank(&ram, BASE + 110 * page_size, BASE + 111 * page_size), 0);
	assert_int_equal(ram__add_blank(&ram, BASE + 111 * page_size, BASE + 113 * page_size), 0);
	assert_int_equal(ram.nr_blank, 3); /* the last two are one */
	assert_int_equal(ram_walk__words(&ram, see, NULL), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(seen[i], i >= 101 && i < 250 && !(i >= 110 && i < 113));
	ram__remember(&ram);
	walk(100, 300, (LOOK + STRUCTS) * (uint64_t)STRETCHES);
}

static uint64_t passed[8][2];
static int nr_passed;

static int note_passed(void *arg, uint64_t start, uint64_t end)
{
	(void)arg;
	passed[nr_passed][0] = start;
	passed[nr_passed++][1] = end;
	return nr_passed == 3 ? -4711 : 0;
}

/* The walk that learns tells which blocks it passes over. */
static void test_blocks_that_are_passed(void **state)
{
	int slabs = 0;

	(void)state;
	PROCESS(0, PAGES);
	set_free(3 * STRETCH, 10);
	set_compound(8 * STRETCH, 12, 1 << LRU, 1);
	ram.passed = note_passed;
	nr_passed = 0;
	walk(0, 0, (LOOK + STRUCTS) * 7ULL + 2 * LOOK);
	assert_int_equal(nr_passed, 0);
	ram__remember(&ram);
	look_at_slabs(0, (LOOK + STRUCTS) * 7ULL + 2 * LOOK);
	assert_int_equal(nr_passed, 2);
	assert_true(passed[0][0] == BASE + 3 * STRETCH * page_size);
	assert_true(passed[0][1] == BASE + 4 * STRETCH * page_size);
	assert_true(passed[1][0] == BASE + 8 * STRETCH * page_size);
	assert_true(passed[1][1] == BASE + 12 * STRETCH * page_size);
	ram__remember(&ram);
	assert_int_equal(ram_walk__slabs(&ram, count, &slabs), -4711);
}

/* Where a walk ended early nothing is known. */
static int end_it(void *arg, uint64_t address, uint64_t cache)
{
	(void)address;
	(void)cache;
	(void)arg;
	return -4711;
}

static void test_a_walk_that_ends_early(void **state)
{
	(void)state;
	PROCESS(0, PAGES);
	KERNEL(9 * STRETCH, 3);
	set(STRETCH, 1, 1 << SLAB, 0xffffffff, 1);
	ram__remember(&ram);
	assert_int_equal(ram_walk__slabs(&ram, end_it, NULL), -4711);
	set(STRETCH, 1, 0, 0xffffffff, 0);
	walk(9 * STRETCH, 9 * STRETCH + 3, (LOOK + STRUCTS) * (uint64_t)STRETCHES);
}

static int see_page(void *arg, uint64_t address, const uint8_t *page, enum ram_kind kind)
{
	uint64_t i = (address - BASE) / page_size;

	(void)arg;
	assert_memory_equal(page, pages[i], 64);
	assert_int_equal(kind, i < 10 ? RAM_KERNEL : RAM_OTHER);
	seen[i]++;
	return 0;
}

/* Of a block that is passed over, its first page is handed on. */
static void test_every_page(void **state)
{
	(void)state;
	PROCESS(0, PAGES);
	KERNEL(0, 10);
	set_compound(2 * STRETCH, 11, 1 << LRU, 1);
	set_compound(5 * STRETCH + 16, 3, 1 << LRU, 1);
	ram__remember(&ram);
	assert_int_equal(ram_walk__pages(&ram, see_page, NULL), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(seen[i], !(i > 2 * STRETCH && i < 4 * STRETCH) &&
						  !(i > 5 * STRETCH + 16 && i < 5 * STRETCH + 24));
	assert_int_equal(read_bytes, (LOOK + STRUCTS) * (STRETCHES - 2ULL) + LOOK);
	/* which says nothing of what the others look for */
	walk(0, 10, (LOOK + STRUCTS) * (STRETCHES - 2ULL) + LOOK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_blocks),
		TEST(test_blocks_among_others),
		TEST(test_a_large_block_of_the_kernel),
		TEST(test_a_block_at_the_end),
		TEST(test_what_is_remembered),
		TEST(test_what_is_kept_is_not_forgotten),
		TEST(test_blank_pages),
		TEST(test_blocks_that_are_passed),
		TEST(test_a_walk_that_ends_early),
		TEST(test_every_page),
	};
	int failed = 0;

	for (; page_size <= 65536; page_size *= 4)
		failed += cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}
