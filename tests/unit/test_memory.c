// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A made-up machine: PAGES pages of RAM from physical address RAM on, at BASE + RAM; their
 * struct pages at VMEMMAP; the kernel's text in the first pages.
 */
#define PAGE	4096ULL
#define PAGES	64
#define RAM	0x1000000ULL
#define BASE	0xffff888000000000ULL
#define VMEMMAP 0xffffea0000000000ULL
#define TEXT	0xffffffff81000000ULL
#define CACHE	(BASE + RAM + 3 * PAGE)

enum { LOCKED, LRU, POISON, SLAB }; /* page flags */

static const struct slub_layout layout = {
	.page_size = PAGE,
	.page = 64,
	.page_flags = 0,
	.page_head = 8,
	.page_mapping = 24,
	.slab_cache = 24,
	.slab_freelist = 32,
	.page_type = 48,
	.page_refcount = 52,
	.slab_flag = SLAB,
	.slab_type = SLUB_NONE,
	.large_type = SLUB_NONE,
	.lru_flag = LRU,
	.poison_flag = POISON,
	.cache_size = 0,
	.cache_offset = 4,
	.cache_random = SLUB_NONE,
	.cache_cpu = SLUB_NONE,
	.cache_sheaves = SLUB_NONE,
	.cache_name = 8,
};

struct machine {
	uint8_t ram[PAGES * PAGE];
	uint64_t pages[PAGES][8];
	uint8_t buffer[65536];
	uint64_t hole; /* a page that cannot be read */
	struct slub slub;
	struct memory memory;
	uint8_t seen[PAGES]; /* pages that were handed out */
	uint64_t last;
	size_t pieces;
};

static const uint8_t *at(struct machine *m, uint64_t address, size_t len)
{
	if (address >= TEXT && address + len <= TEXT + 2 * PAGE)
		return m->ram + (address - TEXT);
	if (address >= VMEMMAP + RAM / PAGE * 64 &&
	    address + len <= VMEMMAP + RAM / PAGE * 64 + sizeof(m->pages))
		return (uint8_t *)m->pages + (address - (VMEMMAP + RAM / PAGE * 64));
	if (address < BASE + RAM || address + len > BASE + RAM + sizeof(m->ram))
		return NULL;
	if (m->hole >= address && m->hole < address + len)
		return NULL;
	return m->ram + (address - BASE - RAM);
}

static int read_made_up(void *arg, uint64_t address, void *to, size_t len)
{
	const uint8_t *from = at(arg, address, len);

	if (!from)
		return -EFAULT;
	memcpy(to, from, len);
	return 0;
}

static void *peek(void *arg, uint64_t address, size_t len)
{
	struct machine *m = arg;

	return len <= sizeof(m->buffer) && !read_made_up(m, address, m->buffer, len) ? m->buffer
										     : NULL;
}

static void set_page(struct machine *m, int i, uint64_t flags, uint32_t type, uint32_t refcount,
		     uint64_t mapping)
{
	memset(m->pages[i], 0, sizeof(m->pages[i]));
	m->pages[i][0] = flags;
	m->pages[i][3] = mapping;
	m->pages[i][6] = type | (uint64_t)refcount << 32;
}

static const char iomem[] = "00000000-00000fff : Reserved\n"
			    "01000000-0103ffff : System RAM\n"
			    "  01000000-010017ff : Kernel code\n"
			    "  01002000-01002fff : Kernel bss\n"
			    "  0103c000-0103cfff : Crash kernel\n"
			    "c0000000-c0ffffff : PCI Bus 0000:00\n";

static int parse(struct memory *memory, const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int err = memory__parse_iomem(memory, file);

	fclose(file);
	return err;
}

static int begin(void **state)
{
	struct machine *m = test_calloc(1, sizeof(*m));

	for (size_t i = 0; i < sizeof(m->ram); i++)
		m->ram[i] = (uint8_t)(i * 7 + i / PAGE);
	for (int i = 0; i < PAGES; i++)
		set_page(m, i, 0, 0xffffffff, 0, 0);
	m->slub.layout = layout;
	m->slub.read = read_made_up;
	m->slub.arg = m;
	m->slub.page_base = VMEMMAP - BASE / PAGE * 64;
	m->memory.slub = &m->slub;
	m->memory.peek = peek;
	assert_int_equal(parse(&m->memory, iomem), 0);
	*state = m;
	return 0;
}

static int end(void **state)
{
	struct machine *m = *state;

	memory__free(&m->memory);
	slub__free(&m->slub);
	test_free(m);
	return 0;
}

static void test_iomem(void **state)
{
	struct machine *m = *state;
	struct memory other = {};

	assert_int_equal(m->memory.nr_ram, 2);
	assert_int_equal(m->memory.ram[0].end, 0x103c000);
	assert_int_equal(m->memory.ram[1].start, 0x103d000);
	assert_int_equal(m->memory.code, RAM);
	assert_int_equal(m->memory.image, 0x3000);
	assert_int_equal(parse(&other, "00000000-00000000 : System RAM\n"
				       "  00000000-00000000 : Kernel code\n"),
			 -EPERM);
	assert_int_equal(parse(&other, "01000000-0103ffff : System RAM\n"), -ENODATA);
	memory__free(&other);
}

static void test_base(void **state)
{
	struct machine *m = *state;

	assert_int_equal(memory__find_base(&m->memory, BASE + (5ULL << 30), TEXT), -ENODATA);
	assert_int_equal(memory__find_base(&m->memory, BASE + 12345, TEXT), 0);
	assert_int_equal(m->memory.base, BASE);
	assert_int_equal(memory__in_image(&m->memory, BASE + RAM + 0x2008), TEXT + 0x2008);
	assert_int_equal(memory__in_image(&m->memory, BASE + RAM + 0x3000), 0);
	assert_true(memory__contains(&m->memory, BASE + RAM));
	assert_false(memory__contains(&m->memory, BASE + RAM + 0x3c000));
	assert_int_equal(slub__address_of(m->memory.slub, VMEMMAP + RAM / PAGE * 64 + 64),
			 BASE + RAM + PAGE);
}

static int see(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	struct machine *m = arg;

	assert_true(address >= m->last);
	assert_true(address / 65536 == (address + nr * 8 - 1) / 65536);
	m->last = address + nr * 8;
	m->pieces++;
	for (uint64_t a = address; a < m->last; a += PAGE) {
		m->seen[(a - BASE - RAM) / PAGE]++;
		assert_memory_equal((const uint8_t *)words + (a - address),
				    m->ram + (a - BASE - RAM), PAGE);
	}
	return 0;
}

/* Only what the kernel uses for itself is read. */
static void test_walk(void **state)
{
	struct machine *m = *state;

	assert_int_equal(memory__find_base(&m->memory, BASE, TEXT), 0);
	set_page(m, 0, 0, 0xffffffff, 1, 0);	    /* in use */
	set_page(m, 1, 1 << LRU, 0xffffffff, 1, 0); /* on a list of processes' pages */
	set_page(m, 2, 0, 0xffffffff, 1, BASE);	    /* in the page cache */
	set_page(m, 3, 0, 0, 1, 0);		    /* mapped */
	set_page(m, 4, 0, 0xffffff7f, 0, 0);	    /* free */
	set_page(m, 5, 0, 0xfffffbff, 1, 0);	    /* a page table */
	set_page(m, 6, 1 << POISON, 0xffffffff, 1, 0);
	set_page(m, 8, 0, 0xffffffff, 1, 0); /* a compound page of two */
	m->pages[9][1] = (VMEMMAP + (RAM / PAGE + 8) * 64) | 1;
	m->pages[10][1] = (VMEMMAP + (RAM / PAGE + 1) * 64) | 1; /* the tail of 1 */
	set_page(m, 60, 0, 0xffffffff, 1, 0);			 /* the crash kernel's */
	set_page(m, 61, 0, 0xffffffff, 1, 0);
	assert_int_equal(memory__walk(&m->memory, see, m), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(m->seen[i], i == 0 || i == 8 || i == 9 || i == 61);
	assert_int_equal(m->pieces, 3);
}

/* A page in the middle goes away while it is read. */
static void test_a_hole(void **state)
{
	struct machine *m = *state;

	assert_int_equal(memory__find_base(&m->memory, BASE, TEXT), 0);
	for (int i = 12; i < 40; i++)
		set_page(m, i, 0, 0xffffffff, 1, 0);
	m->hole = BASE + RAM + 20 * PAGE + 8;
	assert_int_equal(memory__walk(&m->memory, see, m), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(m->seen[i], i >= 12 && i < 40 && i != 20);
}

static int see_masked(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	struct machine *m = arg;

	memcpy(m->ram + (address - BASE - RAM), words, nr * 8);
	return 0;
}

static bool is_zero(const struct machine *m, uint64_t from, uint64_t to)
{
	for (; from < to; from++)
		if (m->ram[from])
			return false;
	return true;
}

/* Free objects of a slab, what is left over at its end, and dead stacks are zeros. */
static void test_masks(void **state)
{
	struct machine *m = *state;
	uint64_t slab = BASE + RAM + 10 * PAGE, link[2] = {slab + 2 * 1000, 0};
	uint32_t size[2] = {1000, 16}; /* and the offset of the link */

	assert_int_equal(memory__find_base(&m->memory, BASE, TEXT), 0);
	memcpy(m->ram + 3 * PAGE, size, sizeof(size));
	set_page(m, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	m->pages[10][4] = slab; /* its freelist: 0, then 2 */
	m->pages[10][5] = 2 | 4 << 16;
	memcpy(m->ram + 10 * PAGE + 16, &link[0], 8);
	memcpy(m->ram + 10 * PAGE + 2000 + 16, &link[1], 8);
	set_page(m, 12, 0, 0xffffffff, 1, 0);
	assert_int_equal(
		memory__add_dead(&m->memory, BASE + RAM + 12 * PAGE, BASE + RAM + 12 * PAGE + 512),
		0);
	assert_int_equal(memory__walk(&m->memory, see_masked, m), 0);
	assert_true(is_zero(m, 10 * PAGE, 10 * PAGE + 1000));
	assert_false(is_zero(m, 10 * PAGE + 1000, 10 * PAGE + 1008));
	assert_true(is_zero(m, 10 * PAGE + 2000, 10 * PAGE + 3000));
	assert_false(is_zero(m, 10 * PAGE + 3000, 10 * PAGE + 3008));
	assert_true(is_zero(m, 10 * PAGE + 4000, 11 * PAGE));
	assert_true(is_zero(m, 12 * PAGE, 12 * PAGE + 512));
	assert_false(is_zero(m, 12 * PAGE + 512, 12 * PAGE + 520));
}

/* A freelist that makes no sense: the slab is left as it is. */
static void test_no_freelist(void **state)
{
	struct machine *m = *state;
	uint64_t slab = BASE + RAM + 10 * PAGE, link = slab + 77;
	uint32_t size[2] = {1000, 16};

	assert_int_equal(memory__find_base(&m->memory, BASE, TEXT), 0);
	memcpy(m->ram + 3 * PAGE, size, sizeof(size));
	set_page(m, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	m->pages[10][4] = slab;
	m->pages[10][5] = 2 | 4 << 16;
	memcpy(m->ram + 10 * PAGE + 16, &link, 8);
	assert_int_equal(memory__walk(&m->memory, see, m), 0);
	assert_int_equal(m->seen[10], 1);
}

static void test_kinds(void **state)
{
	struct machine *m = *state;
	uint64_t cache;

	assert_int_equal(memory__find_base(&m->memory, BASE, TEXT), 0);
	set_page(m, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	set_page(m, 11, 0, 0xffffffff, 1, 0);
	assert_int_equal(memory__kind(&m->memory, BASE + RAM + 10 * PAGE + 8, &cache), MEMORY_SLAB);
	assert_int_equal(cache, CACHE);
	assert_int_equal(memory__kind(&m->memory, BASE + RAM + 11 * PAGE, &cache), MEMORY_KERNEL);
	assert_int_equal(memory__kind(&m->memory, BASE + RAM + 12 * PAGE, &cache), MEMORY_OTHER);
	assert_int_equal(memory__kind(&m->memory, 0, &cache), MEMORY_OTHER);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_iomem), TEST(test_base),	  TEST(test_walk),  TEST(test_a_hole),
		TEST(test_masks), TEST(test_no_freelist), TEST(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
