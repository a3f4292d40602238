/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel's slabs, made up: what reads SLUB's books is tested with it. */
#ifndef KLEAK_UNIT_MADE_UP_SLUB_H
#define KLEAK_UNIT_MADE_UP_SLUB_H

#include "unit.h"

#include "memory/slub.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * A made-up kernel: its memory is an array, mapped from BASE on; struct pages of 64 bytes
 * elsewhere.  How large a page is and how many CPUs may be: see main().
 */
static uint64_t page_size = 4096;
static uint32_t cpus = 2;

#define BASE	   0xffff888000000000ULL
#define PAGES	   0xffffea0000000000ULL
#define PAGE	   page_size
#define MOST_PAGE  65536
#define NR_PAGES   16
#define META	   0xffffffff82000000ULL /* caches, nodes, sheaves */
#define META_SIZE  8192
#define MOST_CPUS  1024
#define LAST	   (cpus - 1)
#define OBJECT	   (PAGE / 16) /* 16 in a slab of one page */
#define USED	   (OBJECT - 64)
#define RANDOM	   0x1234567890abcdefULL
#define PERCPU	   0x100ULL
#define CPU_AREAS  0xffff8880f0000000ULL
#define CPU_AREA   2048ULL
#define CACHE	   (META + 0)
#define CACHE_2	   (META + 256)
#define NODE	   (META + 512)
#define NODE_2	   (META + 576)
#define SHEAVES	   0x400ULL
#define SHEAF(i)   (META + 4096 + (i)*256)
#define BARN	   (META + 3584)
#define TYPE_SLAB  0xf5U
#define TYPE_LARGE 0xf8U

static uint8_t memory[NR_PAGES * MOST_PAGE], pages[READ_AHEAD_BYTES], meta[META_SIZE];
static uint8_t cpu_areas[MOST_CPUS * CPU_AREA];
static uint64_t cpu_offsets[MOST_CPUS];
static int reads, reads_until_change;
static void (*change)(void);

static const struct slub_layout layout = {
	.page = 64,
	.page_flags = 0,
	.page_head = 8,
	.page_type = 48,
	.page_refcount = 52,
	.slab_flag = SLUB_NONE,
	.slab_mask = 0xff000000,
	.slab_type = TYPE_SLAB << 24,
	.large_type = TYPE_LARGE,
	.slab_cache = 8,
	.slab_list = 16,
	.slab_freelist = 32,
	.cache_cpu = 0,
	.cache_sheaves = 8,
	.cache_size = 16,
	.cache_offset = 20,
	.cache_used = 88,
	.cache_random = 24,
	.cache_oo = 32,
	.cache_list = 40,
	.cache_node = 56,
	.node_step = 8,
	.cache_barn = SLUB_NONE,
	.cache_capacity = 80,
	.cache_pad = 84,
	.cpu_freelist = 0,
	.cpu_tid = 8,
	.cpu_slab = 16,
	.cpu_partial = 24,
	.slab_next = 16,
	.sheaves_main = 0,
	.sheaves_spare = 8,
	.sheaves_rcu = 16,
	.sheaf_list = 0,
	.sheaf_size = 16,
	.sheaf_cache = 24,
	.sheaf_objects = 32,
	.node_partial = 0,
	.node_barn = 16,
	.barn_full = 8,
	.barn_empty = 24,
};

static __attribute__((unused)) uint8_t *at(uint64_t address, size_t len)
{
	const struct {
		uint64_t start;
		uint8_t *bytes;
		size_t len;
	} parts[] = {{BASE, memory, sizeof(memory)},
		     {PAGES, pages, sizeof(pages)},
		     {META, meta, sizeof(meta)},
		     {CPU_AREAS, cpu_areas, cpus * CPU_AREA}};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (address - parts[i].start < parts[i].len &&
		    len <= parts[i].len - (address - parts[i].start))
			return parts[i].bytes + (address - parts[i].start);
	return NULL;
}

static __attribute__((unused)) int read_memory(void *arg, uint64_t address, void *to, size_t len)
{
	const uint8_t *from = at(address, len);

	(void)arg;
	assert_in_range(len, 1, KLEAK_READ_MOST);
	reads++;
	if (change && reads_until_change-- <= 0)
		change();
	if (!from)
		return -EFAULT;
	memcpy(to, from, len);
	return 0;
}

static __attribute__((unused)) void put64(uint64_t address, uint64_t word)
{
	memcpy(at(address, 8), &word, 8);
}

static __attribute__((unused)) void put32(uint64_t address, uint32_t half)
{
	memcpy(at(address, 4), &half, 4);
}

static __attribute__((unused)) uint64_t page(int i)
{
	return PAGES + i * 64;
}

static __attribute__((unused)) uint64_t object(int page_number, int i)
{
	return BASE + (uint64_t)page_number * PAGE + (uint64_t)i * OBJECT;
}

/* The chain of free objects: links encoded as the hardened kernel does. */
static __attribute__((unused)) uint64_t chain(const int *indexes, int nr, int page_number)
{
	uint64_t next = 0;

	for (int i = nr - 1; i >= 0; i--) {
		uint64_t here = object(page_number, indexes[i]);

		put64(here + 128, next ^ RANDOM ^ __builtin_bswap64(here + 128));
		next = here;
	}
	return next;
}

#define CHAIN(page_number, ...)                                                                    \
	chain((int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int), page_number)

static __attribute__((unused)) void slab(int i, uint64_t cache, uint64_t freelist, int inuse,
					 bool frozen)
{
	put64(page(i) + layout.slab_cache, cache);
	put64(page(i) + layout.slab_freelist, freelist);
	put64(page(i) + layout.slab_freelist + 8,
	      (uint64_t)inuse | 16U << 16 | (frozen ? 1U << 31 : 0));
	put32(page(i) + layout.page_type, TYPE_SLAB << 24);
	put32(page(i) + layout.page_refcount, 1);
}

static __attribute__((unused)) void cache(uint64_t where, uint64_t node, uint64_t next)
{
	put64(where + layout.cache_cpu, where == CACHE ? PERCPU : 0);
	put32(where + layout.cache_size, OBJECT);
	put32(where + layout.cache_used, USED);
	put32(where + layout.cache_offset, 128);
	put64(where + layout.cache_random, RANDOM);
	put32(where + layout.cache_oo, 0 << 16 | 16);
	put64(where + layout.cache_list, next + layout.cache_list);
	put64(where + layout.cache_node, node);
}

static __attribute__((unused)) struct slub made_up(void)
{
	struct slub slub = {.layout = layout,
			    .read = read_memory,
			    .cpu_offsets = cpu_offsets,
			    .nr_cpus = cpus,
			    .nr_nodes = 1,
			    .page_base = PAGES - BASE / PAGE * 64};

	slub.layout.page_size = (uint32_t)PAGE;
	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		cpu_offsets[cpu] = CPU_AREAS + cpu * CPU_AREA;
	memset(cpu_areas, 0, sizeof(cpu_areas));
	memset(memory, 0, sizeof(memory));
	memset(pages, 0, sizeof(pages));
	memset(meta, 0, sizeof(meta));
	change = NULL;
	cache(CACHE, NODE, CACHE_2);
	cache(CACHE_2, NODE_2, CACHE);
	return slub;
}

static __attribute__((unused)) void sheaf(int i, uint64_t next, const uint64_t *objects,
					  uint32_t nr)
{
	put64(SHEAF(i) + layout.sheaf_list, next);
	put32(SHEAF(i) + layout.sheaf_size, nr);
	for (uint32_t k = 0; k < nr; k++)
		put64(SHEAF(i) + layout.sheaf_objects + k * 8, objects[k]);
}

static __attribute__((unused)) int run(const struct CMUnitTest *tests, size_t nr)
{
	static const uint32_t counts[] = {1, 2, 256, 1024};
	int failed = 0;

	for (int shift = 12; shift <= 16; shift += 2)
		for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
			char name[64];

			page_size = 1ULL << shift;
			cpus = counts[i];
			snprintf(name, sizeof(name), "pages of %d KiB, %u CPUs", 1 << (shift - 10),
				 cpus);
			failed += _cmocka_run_group_tests(name, tests, nr, NULL, NULL);
		}
	return failed;
}

#endif
