/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up machine's memory, for what walks through a kernel's. */
#ifndef KLEAK_UNIT_MACHINE_H
#define KLEAK_UNIT_MACHINE_H

#include "unit.h"

#include "memory/ram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A made-up machine: PAGES pages of RAM from physical address RAM on, at BASE + RAM; their
 * struct pages at VMEMMAP; the kernel's text in the first pages.
 */
static uint64_t page_size = 4096;
#define PAGE	  page_size
#define MOST_PAGE 65536ULL
#define PAGES	  64
#define RAM	  0x1000000ULL
#define BASE	  0xffff888000000000ULL
#define VMEMMAP	  0xffffea0000000000ULL
#define TEXT	  0xffffffff81000000ULL
#define CACHE	  (BASE + RAM + 3 * PAGE)

enum { LOCKED, LRU, POISON, SLAB }; /* page flags */

static const struct slub_layout layout = {
	.page = 64,
	.page_flags = 0,
	.page_head = 8,
	.page_mapping = 24,
	.page_index = SLUB_NONE,
	.page_pool = 8,
	.pool_type = SLUB_NONE,
	.buddy_type = 0xffffff7f,
	.page_order = SLUB_NONE,
	.page_private = 40,
	.slab_cache = 24,
	.slab_freelist = 32,
	.page_type = 48,
	.page_refcount = 52,
	.slab_flag = SLAB,
	.large_type = SLUB_NONE,
	.lru_flag = LRU,
	.poison_flag = POISON,
	.cache_size = 0,
	.cache_offset = 4,
	.cache_random = SLUB_NONE,
	.cache_pad = SLUB_NONE,
	.cache_cpu = SLUB_NONE,
	.cache_sheaves = SLUB_NONE,
	.cache_name = 8,
};

struct machine {
	uint8_t ram[PAGES * MOST_PAGE];
	uint64_t pages[PAGES][8];
	uint8_t buffer[65536];
	uint64_t hole, hole_end; /* cannot be read */
	uint64_t moved;		 /* how far from BASE the direct map begins */
	struct slub slub;
	struct ram memory;
	uint8_t seen[PAGES]; /* pages that were handed out */
	uint64_t last;
	size_t pieces, peeks;
};

static const uint8_t *at(struct machine *m, uint64_t address, size_t len)
{
	if (address >= TEXT && address + len <= TEXT + 2 * PAGE)
		return m->ram + (address - TEXT);
	if (address >= VMEMMAP + RAM / PAGE * 64 &&
	    address + len <= VMEMMAP + RAM / PAGE * 64 + sizeof(m->pages))
		return (uint8_t *)m->pages + (address - (VMEMMAP + RAM / PAGE * 64));
	address -= m->moved;
	if (address < BASE + RAM || address + len > BASE + RAM + PAGES * PAGE)
		return NULL;
	if (address < m->hole_end && m->hole < address + len)
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

	m->peeks++;
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

#define CRASH 60 /* the page that is the crash kernel's */

static int parse(struct ram *memory, const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int err = ram__parse_iomem(memory, file);

	fclose(file);
	return err;
}

static int parse_iomem(struct ram *memory)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "00000000-00000fff : Reserved\n"
		 "%08llx-%08llx : System RAM\n"
		 "  01000000-010017ff : Kernel code\n"
		 "  01002000-01002fff : Kernel bss\n"
		 "  %08llx-%08llx : Crash kernel\n"
		 "c0000000-c0ffffff : PCI Bus 0000:00\n",
		 RAM, (unsigned long long)(RAM + PAGES * PAGE - 1),
		 (unsigned long long)(RAM + CRASH * PAGE),
		 (unsigned long long)(RAM + (CRASH + 1) * PAGE - 1));
	return parse(memory, text);
}

static int begin(void **state)
{
	struct machine *m = test_calloc(1, sizeof(*m));

	for (size_t i = 0; i < PAGES * PAGE; i++)
		m->ram[i] = (uint8_t)(i * 7 + i / PAGE);
	for (int i = 0; i < PAGES; i++)
		set_page(m, i, 0, 0xffffffff, 0, 0);
	m->slub.layout = layout;
	m->slub.layout.page_size = (uint32_t)PAGE;
	m->slub.read = read_made_up;
	m->slub.arg = m;
	m->slub.page_base = VMEMMAP - BASE / PAGE * 64;
	m->memory.slub = &m->slub;
	m->memory.peek = peek;
	assert_int_equal(parse_iomem(&m->memory), 0);
	*state = m;
	return 0;
}

static int end(void **state)
{
	struct machine *m = *state;

	ram__free(&m->memory);
	slub__free(&m->slub);
	test_free(m);
	return 0;
}

/* Run the tests on machines whose pages are of 4, 16 and 64 KiB.  How many failed. */
static int run_on_all(const struct CMUnitTest *tests, size_t nr)
{
	static const char *const names[] = {"4 KiB pages", "16 KiB pages", "64 KiB pages"};
	int failed = 0;

	for (int i = 0; i < 3; i++) {
		page_size = 4096ULL << 2 * i;
		failed += _cmocka_run_group_tests(names[i], tests, nr, NULL, NULL);
	}
	return failed;
}

#endif
