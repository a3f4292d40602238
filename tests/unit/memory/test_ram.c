// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"
#include "memory/ram_walk.h"
#include "memory/vmemmap.h"

#include <errno.h>

static void test_iomem(void **state)
{
	struct machine *m = *state;
	struct ram other = {};

	assert_int_equal(m->memory.nr_ram, 2);
	assert_int_equal(m->memory.ram[0].end, RAM + CRASH * PAGE);
	assert_int_equal(m->memory.ram[1].start, RAM + (CRASH + 1) * PAGE);
	assert_int_equal(m->memory.code, RAM);
	assert_int_equal(m->memory.image, 0x3000);
	assert_int_equal(parse(&other, "00000000-00000000 : System RAM\n"
				       "  00000000-00000000 : Kernel code\n"),
			 -EPERM);
	assert_int_equal(parse(&other, "01000000-0103ffff : System RAM\n"), -ENODATA);
	ram__free(&other);
}

static void test_base(void **state)
{
	struct machine *m = *state;

	assert_int_equal(ram__find_base(&m->memory, BASE + (5ULL << 30), TEXT), -ENODATA);
	assert_int_equal(ram__find_base(&m->memory, BASE + 12345, TEXT), 0);
	assert_int_equal(m->memory.base, BASE);
	assert_int_equal(ram__in_image(&m->memory, BASE + RAM + 0x2008), TEXT + 0x2008);
	assert_int_equal(ram__in_image(&m->memory, BASE + RAM + 0x3000), 0);
	assert_true(ram__contains(&m->memory, BASE + RAM));
	assert_false(ram__contains(&m->memory, BASE + RAM + CRASH * PAGE));
	assert_int_equal(vmemmap__address_of(m->memory.slub, VMEMMAP + RAM / PAGE * 64 + 64),
			 BASE + RAM + PAGE);
}

/* Where the direct map begins is a multiple of 512 MiB on arm64 with pages of 64 KiB. */
static void test_bases(void **state)
{
	struct machine *m = *state;

	m->moved = 512ULL << 20;
	assert_int_equal(ram__find_base(&m->memory, BASE + m->moved + 12345, TEXT), 0);
	assert_int_equal(m->memory.base, BASE + m->moved);
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

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
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
	set_page(m, CRASH, 0, 0xffffffff, 1, 0);
	set_page(m, 61, 0, 0xffffffff, 1, 0);
	assert_int_equal(ram_walk__words(&m->memory, see, m), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(m->seen[i], i == 0 || i == 8 || i == 9 || i == 61);
	/* 8 and 9 lie in one piece, or each is one */
	assert_int_equal(m->pieces, PAGE < sizeof(m->buffer) ? 3 : 4);
}

/* The pages [first, last) go away while they are read: each is tried once, or once more. */
static void check_hole(struct machine *m, int first, int last)
{
	m->last = 0;
	m->peeks = 0;
	memset(m->seen, 0, sizeof(m->seen));
	m->hole = BASE + RAM + first * PAGE + 8;
	m->hole_end = BASE + RAM + last * PAGE - 8;
	assert_int_equal(ram_walk__words(&m->memory, see, m), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(m->seen[i], i >= 12 && i < 40 && (i < first || i >= last));
	assert_in_range(m->peeks, 1, 1 + 28 + 28);
}

static void test_a_hole(void **state)
{
	struct machine *m = *state;

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	for (int i = 12; i < 40; i++)
		set_page(m, i, 0, 0xffffffff, 1, 0);
	check_hole(m, 20, 21);
	check_hole(m, 12, 13);
	check_hole(m, 39, 40);
	check_hole(m, 15, 33);
	check_hole(m, 12, 40);
}

/* The kernel's variables are read where its image is, if the direct map leaves them out. */
static void test_an_image_beside_the_direct_map(void **state)
{
	struct machine *m = *state;

	if (PAGE > 0x1000)
		return; /* the image ends within its page */
	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	for (int i = 0; i < 4; i++)
		set_page(m, i, 0, 0xffffffff, 1, 0);
	memset(m->ram + PAGE, 0x5a, PAGE);
	m->hole = BASE + RAM + PAGE;
	m->hole_end = BASE + RAM + 2 * PAGE;
	assert_int_equal(ram_walk__words(&m->memory, see, m), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(m->seen[i], 1);
}

/* What a hole costs: the pages of its piece are read one by one, those behind it are not. */
static void test_behind_a_hole(void **state)
{
	struct machine *m = *state;
	size_t pages = sizeof(m->buffer) / PAGE;

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	for (int i = 16; i < 48; i++)
		set_page(m, i, 0, 0xffffffff, 1, 0);
	m->hole = BASE + RAM + 16 * PAGE;
	m->hole_end = m->hole + 8;
	assert_int_equal(ram_walk__words(&m->memory, see, m), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(m->seen[i], i > 16 && i < 48);
	assert_int_equal(m->pieces, pages - 1 + 32 / pages - 1);
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

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	memcpy(m->ram + 3 * PAGE, size, sizeof(size));
	set_page(m, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	m->pages[10][4] = slab; /* its freelist: 0, then 2 */
	m->pages[10][5] = 2 | 4 << 16;
	memcpy(m->ram + 10 * PAGE + 16, &link[0], 8);
	memcpy(m->ram + 10 * PAGE + 2000 + 16, &link[1], 8);
	set_page(m, 12, 0, 0xffffffff, 1, 0);
	assert_int_equal(
		ram__add_dead(&m->memory, BASE + RAM + 12 * PAGE, BASE + RAM + 12 * PAGE + 512), 0);
	assert_int_equal(ram_walk__words(&m->memory, see_masked, m), 0);
	assert_true(is_zero(m, 10 * PAGE, 10 * PAGE + 1000));
	assert_false(is_zero(m, 10 * PAGE + 1000, 10 * PAGE + 1008));
	assert_true(is_zero(m, 10 * PAGE + 2000, 10 * PAGE + 3000));
	assert_false(is_zero(m, 10 * PAGE + 3000, 10 * PAGE + 3008));
	assert_true(is_zero(m, 10 * PAGE + 4000, 11 * PAGE));
	assert_true(is_zero(m, 12 * PAGE, 12 * PAGE + 512));
	assert_false(is_zero(m, 12 * PAGE + 512, 12 * PAGE + 520));
}

/* A slab of two pages, which may be larger than a piece: of free objects no part is left. */
static void test_masks_a_large_slab(void **state)
{
	struct machine *m = *state;
	uint32_t size[2] = {(uint32_t)PAGE / 2 - 8, 16};
	uint64_t slab = BASE + RAM + 10 * PAGE, link[2] = {slab + 2 * size[0], 0};

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	memcpy(m->ram + 3 * PAGE, size, sizeof(size));
	set_page(m, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	m->pages[11][1] = (VMEMMAP + (RAM / PAGE + 10) * 64) | 1;
	m->pages[10][4] = slab; /* its freelist: 0, then 2, which lies in both pages */
	m->pages[10][5] = 2 | 4 << 16;
	memcpy(m->ram + 10 * PAGE + 16, &link[0], 8);
	memcpy(m->ram + 10 * PAGE + 2 * size[0] + 16, &link[1], 8);
	assert_int_equal(ram_walk__words(&m->memory, see_masked, m), 0);
	for (uint32_t i = 0; i < 4; i++)
		for (uint32_t at = 0; at < size[0]; at += 8)
			assert_true(is_zero(m, 10 * PAGE + i * size[0] + at,
					    10 * PAGE + i * size[0] + at + 8) == (i % 2 == 0));
	assert_true(is_zero(m, 12 * PAGE - 32, 12 * PAGE));
}

/* A freelist that makes no sense: the slab is left as it is. */
static void test_no_freelist(void **state)
{
	struct machine *m = *state;
	uint64_t slab = BASE + RAM + 10 * PAGE, link = slab + 77;
	uint32_t size[2] = {1000, 16};

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	memcpy(m->ram + 3 * PAGE, size, sizeof(size));
	set_page(m, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	m->pages[10][4] = slab;
	m->pages[10][5] = 2 | 4 << 16;
	memcpy(m->ram + 10 * PAGE + 16, &link, 8);
	assert_int_equal(ram_walk__words(&m->memory, see, m), 0);
	assert_int_equal(m->seen[10], 1);
}

static void test_kinds(void **state)
{
	struct machine *m = *state;
	uint64_t cache;

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	set_page(m, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	set_page(m, 11, 0, 0xffffffff, 1, 0);
	assert_int_equal(ram__kind(&m->memory, BASE + RAM + 10 * PAGE + 8, &cache), RAM_SLAB);
	assert_int_equal(cache, CACHE);
	assert_int_equal(ram__kind(&m->memory, BASE + RAM + 11 * PAGE, &cache), RAM_KERNEL);
	assert_int_equal(ram__kind(&m->memory, BASE + RAM + 12 * PAGE, &cache), RAM_OTHER);
	assert_int_equal(cache, 0);
	assert_int_equal(ram__kind(&m->memory, 0, &cache), RAM_OTHER);
	cache = 77;
	assert_int_equal(ram__kind(&m->memory, 0, &cache), RAM_OTHER);
	assert_int_equal(cache, 0);
}

/* A page_pool's pages are the kernel's, though they have something where a mapping stands. */
static void test_pages_of_a_pool(void **state)
{
	struct machine *m = *state;
	uint64_t cache;

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	set_page(m, 10, 0, 0xffffffff, 1, BASE + 64);
	assert_int_equal(ram__kind(&m->memory, BASE + RAM + 10 * PAGE, &cache), RAM_OTHER);
	m->pages[10][1] = 0xdead000000000042ULL | 77ULL << 7; /* bits that say something else */
	assert_int_equal(ram__kind(&m->memory, BASE + RAM + 10 * PAGE, &cache), RAM_KERNEL);
	assert_false(vmemmap__is_mapped(&m->slub, VMEMMAP + (RAM / PAGE + 10) * 64));
	m->pages[10][1] = 0xdead000000000100ULL; /* LIST_POISON1 */
	assert_int_equal(ram__kind(&m->memory, BASE + RAM + 10 * PAGE, &cache), RAM_OTHER);
	assert_true(vmemmap__is_mapped(&m->slub, VMEMMAP + (RAM / PAGE + 10) * 64));
	m->slub.layout.pool_type = 0xf9; /* from some kernel on they have a type */
	set_page(m, 10, 0, 0xf9000000, 1, BASE + 64);
	assert_int_equal(ram__kind(&m->memory, BASE + RAM + 10 * PAGE, &cache), RAM_KERNEL);
}

/* Of a block only the first page says that somebody has it. */
static void test_pages_of_a_block(void **state)
{
	struct machine *m = *state;
	const uint64_t first = BASE + RAM + 10 * PAGE;

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	set_page(m, 10, 0, 0xffffffff, 1, 0);
	assert_int_equal(ram__kind_in_block(&m->memory, first, first), RAM_KERNEL);
	assert_int_equal(ram__kind_in_block(&m->memory, first + PAGE, first), RAM_KERNEL);
	assert_int_equal(ram__kind_in_block(&m->memory, first + PAGE, first + PAGE), RAM_OTHER);
	set_page(m, 11, 0, 0xf0000080, 0, 0); /* free, as its type says */
	assert_int_equal(ram__kind_in_block(&m->memory, first + PAGE, first), RAM_OTHER);
	set_page(m, 11, 1 << LRU, 0xffffffff, 1, 4711);
	assert_int_equal(ram__kind_in_block(&m->memory, first + PAGE, first), RAM_OTHER);
	set_page(m, 11, 0, 0xffffffff, 0, 0);
	set_page(m, 10, 0, 0xffffffff, 0, 0);
	assert_int_equal(ram__kind_in_block(&m->memory, first + PAGE, first), RAM_OTHER);
	set_page(m, 11, 0, 0xffffffff, 1, 0); /* split */
	assert_int_equal(ram__kind_in_block(&m->memory, first + PAGE, first), RAM_KERNEL);
}

/* Pages that nobody seems to have are read if somebody knows better. */
static void test_pages_that_are_kept(void **state)
{
	struct machine *m = *state;

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	set_page(m, 20, 1 << LRU, 0xffffffff, 1, 0);
	assert_int_equal(ram__keep(&m->memory, BASE + RAM + 30 * PAGE, BASE + RAM + 31 * PAGE), 0);
	assert_int_equal(ram__keep(&m->memory, BASE + RAM + 12 * PAGE, BASE + RAM + 14 * PAGE), 0);
	assert_int_equal(ram_walk__words(&m->memory, see, m), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(m->seen[i], i == 12 || i == 13 || i == 30);
	ram__forget_kept(&m->memory);
	memset(m->seen, 0, sizeof(m->seen));
	m->last = 0;
	assert_int_equal(ram_walk__words(&m->memory, see, m), 0);
	assert_int_equal(m->seen[12], 0);
}

/* More caches than there is room for have no names; those that were given out stay. */
static void test_names_are_full(void **state)
{
	struct machine *m = *state;
	uint64_t words[2] = {0, CACHE + 64};
	const char *first;

	memcpy(m->ram + 3 * PAGE, words, sizeof(words));
	strcpy((char *)m->ram + 3 * PAGE + 64, "dentry");
	first = ram__cache_name(&m->memory, CACHE);
	assert_string_equal(first, "dentry");
	for (uint64_t i = 1; i < 5000; i++)
		assert_string_equal(ram__cache_name(&m->memory, 0x1000 + i), "");
	memcpy(m->ram + 3 * PAGE + 128, words, sizeof(words));
	assert_string_equal(ram__cache_name(&m->memory, CACHE + 128), "");
	assert_ptr_equal(ram__cache_name(&m->memory, CACHE), first);
	assert_string_equal(first, "dentry");
}

static int see_nothing(void *arg, uint64_t address, uint64_t cache)
{
	(void)arg;
	(void)address;
	(void)cache;
	return 0;
}

/* Where one was destroyed there is another. */
static void test_names_are_those_of_now(void **state)
{
	struct machine *m = *state;
	uint64_t words[2] = {0, CACHE + 64};

	memcpy(m->ram + 3 * PAGE, words, sizeof(words));
	strcpy((char *)m->ram + 3 * PAGE + 64, "dentry");
	assert_string_equal(ram__cache_name(&m->memory, CACHE), "dentry");
	strcpy((char *)m->ram + 3 * PAGE + 64, "inode");
	assert_int_equal(ram_walk__slabs(&m->memory, see_nothing, NULL), 0);
	assert_string_equal(ram__cache_name(&m->memory, CACHE), "inode");
}

/* kmemleak's books hold the address of every object: a slab of two pages, and one of another cache.
 */
static void test_leaves_out_kmemleak(void **state)
{
	struct machine *m = *state;
	uint64_t words[2] = {0, CACHE + 64};

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	memcpy(m->ram + 3 * PAGE, words, sizeof(words));
	strcpy((char *)m->ram + 3 * PAGE + 64, "kmemleak_object");
	set_page(m, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	m->pages[11][1] = (VMEMMAP + (RAM / PAGE + 10) * 64) | 1;
	set_page(m, 12, 1 << SLAB, 0xffffffff, 1, CACHE + 128);
	set_page(m, 13, 0, 0xffffffff, 1, 0);
	assert_int_equal(ram_walk__words(&m->memory, see, m), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(m->seen[i], i == 12 || i == 13);
}

/* Pages that say whose they are, if that one is known. */
static void test_leaves_pages_to_their_owners(void **state)
{
	struct machine *m = *state;
	const uint64_t owner = BASE + RAM + 200, other = BASE + RAM + 100;

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	for (int i = 10; i < 14; i++)
		set_page(m, i, 0, 0xffffffff, 1, 0);
	m->pages[11][5] = owner;
	m->pages[12][5] = owner + 8;
	m->pages[13][5] = other;
	assert_int_equal(ram__leave_to(&m->memory, owner), 0);
	assert_int_equal(ram__leave_to(&m->memory, other), 0);
	assert_int_equal(ram_walk__words(&m->memory, see, m), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(m->seen[i], i == 10 || i == 12);
	ram__forget_owners(&m->memory);
	m->last = 0;
	assert_int_equal(ram_walk__words(&m->memory, see, m), 0);
	assert_int_equal(m->seen[11], 1);
}

static int end_later(void *arg)
{
	return (*(int *)arg)-- ? 0 : -EINTR;
}

/* A walk can be ended before it is done. */
static void test_a_walk_that_is_over(void **state)
{
	struct machine *m = *state;
	int left = 1000;

	m->memory.between = end_later;
	m->memory.between_arg = &left;
	assert_int_equal(ram_walk__slabs(&m->memory, see_nothing, NULL), 0);
	assert_true(left < 1000);
	left = 0;
	assert_int_equal(ram_walk__slabs(&m->memory, see_nothing, NULL), -EINTR);
}

/* The crash kernel may have the beginning of a range, its end, or all of it. */
static void test_where_the_crash_kernel_is(void **state)
{
	static const struct {
		const char *where;
		size_t nr;
		uint64_t start, end; /* of the first range */
	} known[] = {
		{"01000000-010fffff", 1, 0x1100000, 0x2000000},
		{"01f00000-01ffffff", 1, 0x1000000, 0x1f00000},
		{"01800000-018fffff", 2, 0x1000000, 0x1800000},
		{"01000000-01ffffff", 0, 0, 0},
		{"00f00000-010fffff", 1, 0x1000000, 0x2000000}, /* it is not all in there */
		{"01f00000-02ffffff", 1, 0x1000000, 0x2000000},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct ram other = {};

		snprintf(text, sizeof(text),
			 "01000000-01ffffff : System RAM\n  %s : Crash kernel\n"
			 "  01000000-010017ff : Kernel code\n",
			 known[i].where);
		assert_int_equal(parse(&other, text), known[i].nr ? 0 : -ENODATA);
		assert_int_equal(other.nr_ram, known[i].nr);
		if (known[i].nr) {
			assert_int_equal(other.ram[0].start, known[i].start);
			assert_int_equal(other.ram[0].end, known[i].end);
		}
		if (known[i].nr == 2) {
			assert_int_equal(other.ram[1].start, 0x1900000);
			assert_int_equal(other.ram[1].end, 0x2000000);
		}
		ram__free(&other);
		assert_null(other.ram);
	}
}

/* A crash kernel in no RAM, and again from the beginning. */
static void test_iomem_anew(void **state)
{
	struct ram other = {};

	(void)state;
	assert_int_equal(parse(&other, "  01000000-010fffff : Crash kernel\n"), -ENODATA);
	assert_int_equal(parse(&other, "01000000-01ffffff : System RAM\n"
				       "  01000000-010017ff : Kernel code\n"
				       "02000000-02ffffff : System RAM (kmem)\n"
				       "  03000000-03ffffff : System RAM\n"),
			 0);
	assert_int_equal(other.nr_ram, 2);
	assert_int_equal(other.image, 0x1800);
	assert_int_equal(parse(&other, "01000000-01ffffff : System RAM\n"), -ENODATA);
	assert_int_equal(other.nr_ram, 1);
	ram__free(&other);
}

struct slabs {
	uint64_t address[8], cache[8];
	size_t nr;
	int err;
};

static int see_slab(void *arg, uint64_t address, uint64_t cache)
{
	struct slabs *slabs = arg;

	slabs->address[slabs->nr] = address;
	slabs->cache[slabs->nr++] = cache;
	return slabs->err;
}

/* Each is seen once, however many pages it has; pages of other kinds are none. */
static void test_slabs(void **state)
{
	struct machine *m = *state;
	struct slabs slabs = {}, first = {.err = -EINTR};

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	set_page(m, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	m->pages[11][1] = (VMEMMAP + (RAM / PAGE + 10) * 64) | 1;
	set_page(m, 12, 0, 0xffffffff, 1, 0);
	set_page(m, 13, 1 << SLAB, 0xffffffff, 1, CACHE + 64);
	set_page(m, PAGES - 1, 1 << SLAB, 0xffffffff, 1, CACHE);
	assert_int_equal(ram_walk__slabs(&m->memory, see_slab, &slabs), 0);
	assert_int_equal(slabs.nr, 3);
	assert_true(slabs.address[0] == BASE + RAM + 10 * PAGE);
	assert_true(slabs.address[1] == BASE + RAM + 13 * PAGE);
	assert_true(slabs.address[2] == BASE + RAM + (PAGES - 1) * PAGE);
	assert_true(slabs.cache[0] == CACHE && slabs.cache[1] == CACHE + 64);
	assert_int_equal(ram_walk__slabs(&m->memory, see_slab, &first), -EINTR);
	assert_int_equal(first.nr, 1);
}

/* In any order, over pages that are not the kernel's, and none once they are forgotten. */
static void test_masks_what_is_dead(void **state)
{
	struct machine *m = *state;
	static const int starts[] = {3008, 0, 1024}, ends[] = {3016, 8, 2048};

	assert_int_equal(ram__find_base(&m->memory, BASE, TEXT), 0);
	set_page(m, 12, 0, 0xffffffff, 1, 0);
	set_page(m, 40, 0, 0xffffffff, 1, 0);
	for (int i = 0; i < 3; i++)
		for (int page = 12; page <= 40; page += 14) /* 26 is free */
			assert_int_equal(ram__add_dead(&m->memory,
						       BASE + RAM + page * PAGE + starts[i],
						       BASE + RAM + page * PAGE + ends[i]),
					 0);
	assert_int_equal(ram__add_dead(&m->memory, BASE + RAM + 12 * PAGE, BASE + RAM + 12 * PAGE),
			 0); /* nothing */
	assert_int_equal(m->memory.nr_dead, 9);
	memset(m->ram + 12 * PAGE, 1, PAGE);
	memset(m->ram + 40 * PAGE, 1, PAGE);
	assert_int_equal(ram_walk__words(&m->memory, see_masked, m), 0);
	for (int page = 12; page <= 40; page += 28)
		for (int at = 0; at < 4096; at++) {
			bool dead =
				at < 8 || (at >= 1024 && at < 2048) || (at >= 3008 && at < 3016);

			assert_int_equal(m->ram[page * PAGE + at], !dead);
		}
	ram__forget_dead(&m->memory);
	memset(m->ram + 12 * PAGE, 1, PAGE);
	assert_int_equal(ram_walk__words(&m->memory, see_masked, m), 0);
	assert_int_equal(m->ram[12 * PAGE], 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_a_walk_that_is_over),
		TEST(test_iomem),
		TEST(test_base),
		TEST(test_walk),
		TEST(test_a_hole),
		TEST(test_masks),
		TEST(test_an_image_beside_the_direct_map),
		TEST(test_behind_a_hole),
		TEST(test_kinds),
		TEST(test_pages_of_a_block),
		TEST(test_pages_that_are_kept),
		TEST(test_pages_of_a_pool),
		TEST(test_no_freelist),
		TEST(test_masks_a_large_slab),
		TEST(test_bases),
		TEST(test_names_are_full),
		TEST(test_names_are_those_of_now),
		TEST(test_leaves_out_kmemleak),
		TEST(test_leaves_pages_to_their_owners),
		TEST(test_where_the_crash_kernel_is),
		TEST(test_iomem_anew),
		TEST(test_slabs),
		TEST(test_masks_what_is_dead),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
