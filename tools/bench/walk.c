// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the walks of a scan's pass through the struct pages take by themselves, on machines of so
 * many GB: the first one, which looks at all of them, and one after it, which looks where the
 * kernel has something; and beside it what a walk takes that looks at every struct page.  Struct
 * pages are made up as they are looked at: of 32 stretches of 4 MB 11 are free, 12 consist of huge
 * pages, 8 of single pages of the page cache, and 1 is the kernel's.  What they hold comes from a
 * ring larger than the CPU's caches.  No system calls, and no words, are counted in.  One CPU.
 *
 * walk GB...
 */
#include "memory/ram_walk.h"
#include "memory/vmemmap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BASE	0xffff888000000000ULL
#define VMEMMAP 0xffffea0000000000ULL
#define PAGE	4096ULL
#define STRUCT	64ULL
#define STRETCH (KLEAK_READ_MOST / STRUCT) /* pages */
#define RING	(256ULL << 20)		   /* bytes of struct pages */

enum { LRU = 1, POISON, SLAB };
enum kind { FREE, HUGE, SINGLE, KERNEL };

struct machine {
	uint8_t *of_processes, *of_kernel; /* rings */
	uint64_t reads, bytes;		   /* of struct pages */
	uint8_t buffer[KLEAK_READ_MOST];
};

static enum kind kind_of(uint64_t stretch)
{
	uint64_t of = stretch * 2654435761 % 32;

	return of < 11 ? FREE : of < 23 ? HUGE : of < 31 ? SINGLE : KERNEL;
}

static void make_block(uint8_t *to, size_t len, uint64_t page, enum kind kind)
{
	const uint64_t free_one[8] = {[5] = 10, [6] = 0xf0000000};
	const uint64_t huge[16] = {[0] = 1 << LRU,
				   [6] = 0xffffffff | 3ULL << 32,
				   [8] = 9,
				   [9] = page | 1,
				   [14] = 0xffffffff};

	memcpy(to, kind == FREE ? free_one : huge, kind == FREE ? sizeof(free_one) : len);
}

/* Struct pages from `page` on: len bytes of one stretch. */
static void make(struct machine *machine, uint64_t page, uint8_t *to, size_t len)
{
	uint64_t index = (page - VMEMMAP) / STRUCT;
	enum kind kind = kind_of(index / STRETCH);

	machine->reads++;
	machine->bytes += len;
	memcpy(to,
	       (kind == KERNEL ? machine->of_kernel : machine->of_processes) +
		       (page - VMEMMAP) % RING,
	       len);
	if (len <= 2 * STRUCT && (kind == FREE || kind == HUGE))
		make_block(to, len, page, kind);
}

static int read_made_up(void *arg, uint64_t address, void *to, size_t len)
{
	make(arg, address, to, len);
	return 0;
}

static void *peek(void *arg, uint64_t address, size_t len)
{
	struct machine *machine = arg;

	if (address >= VMEMMAP)
		make(machine, address, machine->buffer, len);
	return machine->buffer;
}

static uint8_t *make_ring(uint64_t flags)
{
	uint8_t *ring = malloc(RING + KLEAK_READ_MOST);
	const uint64_t page[8] = {flags, [6] = 0xffffffff | 1ULL << 32};

	for (size_t i = 0; ring && i < RING + KLEAK_READ_MOST; i += sizeof(page))
		memcpy(ring + i, page, sizeof(page));
	return ring;
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int see_slab(void *arg, uint64_t address, uint64_t cache)
{
	(void)arg;
	(void)address;
	(void)cache;
	return 0;
}

static int see(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	(void)address;
	(void)words;
	*(uint64_t *)arg += nr * sizeof(*words);
	return 0;
}

struct cost {
	double s;
	uint64_t reads, bytes;
};

static struct cost cost_since(struct machine *machine, double began_s)
{
	struct cost cost = {cpu_s() - began_s, machine->reads, machine->bytes};

	machine->reads = machine->bytes = 0;
	return cost;
}

static const struct slub_layout layout = {
	.page_size = PAGE,
	.page = STRUCT,
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
};

static void print(uint64_t gb, uint64_t words, const struct cost cost[3])
{
	static const char *const walks[] = {"every struct page", "the first walk", "the next one"};

	printf("%5llu GB, %llu GB of the kernel's", (unsigned long long)gb,
	       (unsigned long long)words >> 30);
	for (int i = 0; i < 3; i++)
		printf("; %s %.2f s (%.1f GB in %.2f million reads)", walks[i], cost[i].s,
		       (double)cost[i].bytes / 1e9, (double)cost[i].reads / 1e6);
	printf("\n");
}

static int measure(struct machine *machine, uint64_t gb)
{
	struct slub slub = {.layout = layout,
			    .read = read_made_up,
			    .arg = machine,
			    .page_base = VMEMMAP - BASE / PAGE * STRUCT};
	struct ram_range range = {0, gb << 30};
	struct ram ram = {.slub = &slub, .peek = peek, .ram = &range, .nr_ram = 1, .base = BASE};
	struct cost cost[3];
	uint64_t words = 0, all = 0;
	double began_s = cpu_s();
	int err;

	slub.layout.page_order = SLUB_NONE; /* no block is told */
	slub.layout.buddy_type = 0;
	err = ram_walk__words(&ram, see, &all);
	cost[0] = cost_since(machine, began_s);
	slub.layout = layout;
	ram__remember(&ram);
	began_s = cpu_s();
	if (!err)
		err = ram_walk__slabs(&ram, see_slab, NULL);
	cost[1] = cost_since(machine, began_s);
	began_s = cpu_s();
	if (!err)
		err = ram_walk__words(&ram, see, &words);
	cost[2] = cost_since(machine, began_s);
	print(gb, words, cost);
	ram.ram = NULL; /* not from the heap */
	ram__free(&ram);
	slub__free(&slub);
	return err || words != all; /* the same is found */
}

int main(int argc, char **argv)
{
	static struct machine machine;
	int err = 0;

	machine.of_processes = make_ring(1 << LRU);
	machine.of_kernel = make_ring(0);
	if (!machine.of_processes || !machine.of_kernel)
		return 1;
	for (int i = 1; i < argc && !err; i++)
		err = measure(&machine, strtoull(argv[i], NULL, 10));
	free(machine.of_processes);
	free(machine.of_kernel);
	return err;
}
