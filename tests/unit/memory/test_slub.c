// SPDX-License-Identifier: GPL-2.0-only
#include "memory/sheaves.h"
#include "unit.h"

#include "made_up_slub.h"
#include "memory/slub.h"
#include "memory/slub_mask.h"
#include "memory/vmemmap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void assert_state(struct slub *slub, uint64_t address, int expected)
{
	int state = slub__state(slub, address, 0, OBJECT, false);

	if (state != expected)
		fail_msg("object %#llx: state %d, expected %d", (unsigned long long)address, state,
			 expected);
}

static void test_freelist_of_a_slab(void **state)
{
	struct slub slub = made_up();

	(void)state;
	slab(1, CACHE, CHAIN(1, 3, 15, 0), 13, false);
	slab(2, CACHE_2, 0, 16, false);
	for (int i = 0; i < 16; i++)
		assert_state(&slub, object(1, i),
			     i == 3 || i == 15 || i == 0 ? SLUB_FREE : SLUB_LIVE);
	for (int i = 0; i < 16; i++)
		assert_state(&slub, object(2, i), SLUB_LIVE);
	assert_state(&slub, object(2, 1) + 8, SLUB_UNKNOWN); /* no object starts there */
	slub__free(&slub);
}

/* slub_debug=Z: a red zone before each object, and before the first one. */
static void test_red_zones(void **state)
{
	const uint64_t pad = 64, first = object(1, 3) + pad, second = object(1, 15) + pad;
	struct slub slub = made_up();
	uint64_t start;
	uint32_t size, nr;

	(void)state;
	put32(CACHE + layout.cache_pad, pad);
	slab(1, CACHE, first, 14, false);
	put64(first + 128, second ^ RANDOM ^ __builtin_bswap64(first + 128));
	put64(second + 128, RANDOM ^ __builtin_bswap64(second + 128));
	for (int i = 0; i < 16; i++)
		assert_state(&slub, object(1, i) + pad, i == 3 || i == 15 ? SLUB_FREE : SLUB_LIVE);
	assert_state(&slub, object(1, 1), SLUB_UNKNOWN);
	assert_int_equal(slub__slab_of(&slub, object(1, 1), &start, &size, &nr), 0);
	assert_true(start == object(1, 0) + pad && size == OBJECT && nr == 16);
	/* a link that would not fit before the next one: no such cache */
	slub__begin(&slub);
	put32(CACHE + layout.cache_pad, OBJECT - 128);
	assert_state(&slub, object(1, 0) + pad, SLUB_UNKNOWN);
	slub__free(&slub);
}

static void test_list_of_a_cpu(void **state)
{
	struct slub slub = made_up();

	(void)state;
	/* frozen for CPU 1: what others freed is on the slab, the rest on the CPU */
	slab(1, CACHE, CHAIN(1, 7), 16, true);
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_slab, page(1));
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_freelist, CHAIN(1, 2, 4));
	for (int i = 0; i < 16; i++)
		assert_state(&slub, object(1, i),
			     i == 7 || i == 2 || i == 4 ? SLUB_FREE : SLUB_LIVE);
	slub__free(&slub);
}

static void test_sheaves(void **state)
{
	const uint64_t first[] = {object(1, 1), object(1, 2)}, second[] = {object(1, 3)},
		       third[] = {object(1, 4)}, fourth[] = {object(1, 5)};
	struct slub slub = made_up();

	(void)state;
	slab(1, CACHE, 0, 16, false);
	put64(CACHE + layout.cache_sheaves, SHEAVES);
	put64(cpu_offsets[0] + SHEAVES + layout.sheaves_main, SHEAF(0));
	put64(cpu_offsets[LAST] + SHEAVES + layout.sheaves_rcu, SHEAF(1));
	put64(NODE + layout.node_barn, BARN);
	put64(BARN + layout.barn_full, SHEAF(2));
	sheaf(0, 0, first, 1); /* the second one was taken out again */
	put64(SHEAF(0) + layout.sheaf_objects + 8, first[1]);
	sheaf(1, 0, second, 1);
	sheaf(2, SHEAF(3), third, 1);
	sheaf(3, BARN + layout.barn_full, fourth, 1);
	for (int i = 0; i < 16; i++)
		assert_state(&slub, object(1, i),
			     i == 1 || i == 3 || i == 4 || i == 5 ? SLUB_FREE : SLUB_LIVE);
	slub__free(&slub);
}

/* 7.0: no CPU has a slab.  7.1: the barn beside the node. */
static void test_sheaves_alone(void **state)
{
	const uint64_t first[] = {object(1, 4)}, second[] = {object(1, 9)};
	struct slub slub = made_up();

	(void)state;
	slub.layout.cache_cpu = SLUB_NONE;
	slub.nr_nodes = 2;
	slub.layout.cache_barn = 88;
	slub.layout.node_step = 16;
	slab(1, CACHE, CHAIN(1, 7), 15, false);
	put64(CACHE + layout.cache_sheaves, SHEAVES);
	put64(cpu_offsets[LAST] + SHEAVES + layout.sheaves_spare, SHEAF(0));
	sheaf(0, 0, first, 1);
	put64(CACHE + 88 + 16, BARN); /* of the second node */
	put64(BARN + layout.barn_full, SHEAF(1));
	sheaf(1, BARN + layout.barn_full, second, 1);
	for (int i = 0; i < 16; i++)
		assert_state(&slub, object(1, i),
			     i == 4 || i == 7 || i == 9 ? SLUB_FREE : SLUB_LIVE);
	slub__free(&slub);
}

static uint64_t seen[8];
static int nr_seen;

static int see_sheaf(void *arg, uint64_t start, uint64_t end)
{
	(void)arg;
	assert_in_range(nr_seen, 0, 7);
	assert_int_equal(end - start, 5 * 8);
	seen[nr_seen++] = start - layout.sheaf_objects;
	return nr_seen == 4 ? -EINTR : 0;
}

/* Full ones, empty ones and those of CPUs; not what says that it is another cache's. */
static void test_each_sheaf(void **state)
{
	struct slub slub = made_up();

	(void)state;
	nr_seen = 0;
	put64(CACHE + layout.cache_sheaves, SHEAVES);
	put32(CACHE + layout.cache_capacity, 5);
	put64(cpu_offsets[0] + SHEAVES + layout.sheaves_main, SHEAF(0));
	put64(cpu_offsets[LAST] + SHEAVES + layout.sheaves_spare, SHEAF(1));
	put64(NODE + layout.node_barn, BARN);
	put64(BARN + layout.barn_full, SHEAF(2));
	put64(SHEAF(2) + layout.sheaf_list, BARN + layout.barn_full);
	put64(BARN + layout.barn_empty, SHEAF(3));
	put64(SHEAF(3) + layout.sheaf_list, BARN + layout.barn_empty);
	for (int i = 0; i < 4; i++)
		put64(SHEAF(i) + layout.sheaf_cache, i == 1 ? CACHE_2 : CACHE);
	assert_int_equal(sheaves__each(&slub, CACHE_2, see_sheaf, NULL), 0);
	assert_int_equal(nr_seen, 3);
	assert_true(seen[0] == SHEAF(0) && seen[1] == SHEAF(2) && seen[2] == SHEAF(3));
	assert_int_equal(sheaves__each(&slub, CACHE, see_sheaf, NULL), -EINTR);
	slub.layout.cache_capacity = SLUB_NONE;
	assert_int_equal(sheaves__each(&slub, CACHE, see_sheaf, NULL), 0);
	assert_int_equal(nr_seen, 4);
	slub__free(&slub);
}

static void test_page_that_is_no_slab_any_more(void **state)
{
	struct slub slub = made_up();

	(void)state;
	put32(page(1) + layout.page_refcount, 0);
	assert_state(&slub, object(1, 0), SLUB_FREE);
	put32(page(2) + layout.page_refcount, 1); /* somebody else's */
	assert_state(&slub, object(2, 0), SLUB_FREE);
	slab(3, CACHE, 0, 16, false);
	assert_int_equal(slub__state(&slub, object(3, 0), 0, 2 * OBJECT, false), SLUB_FREE);
	assert_int_equal(slub__state(&slub, object(3, 0), 0, 0, false), SLUB_LIVE);
	/* another cache's, whose objects have the same size */
	assert_int_equal(slub__state(&slub, object(3, 0), CACHE, OBJECT, false), SLUB_LIVE);
	assert_int_equal(slub__state(&slub, object(3, 0), CACHE_2, OBJECT, false), SLUB_FREE);
	/* unmapped: nobody knows */
	assert_state(&slub, BASE + 1000ULL * PAGE, SLUB_UNKNOWN);
	slub__free(&slub);
}

static void test_large_kmalloc(void **state)
{
	struct slub slub = made_up();

	(void)state;
	put32(page(1) + layout.page_type, TYPE_LARGE << 24);
	assert_int_equal(slub__state(&slub, object(1, 0), 0, 0, true), SLUB_LIVE);
	slab(2, CACHE, 0, 16, false);
	assert_int_equal(slub__state(&slub, object(2, 0), 0, 0, true), SLUB_FREE);
	assert_int_equal(slub__state(&slub, object(3, 0), 0, 0, true), SLUB_FREE);
	slub__free(&slub);

	slub = made_up(); /* kernels without a type for it: a page in use may be it */
	slub.layout.large_type = SLUB_NONE;
	put32(page(1) + layout.page_refcount, 1);
	assert_int_equal(slub__state(&slub, object(1, 0), 0, 0, true), SLUB_LIVE);
	assert_int_equal(slub__state(&slub, object(2, 0), 0, 0, true), SLUB_FREE);
	slub__free(&slub);
}

static void test_kernel_that_flags_slabs(void **state)
{
	struct slub slub = made_up();

	(void)state;
	slub.layout.slab_mask = 0;
	slub.layout.large_type = SLUB_NONE;
	slub.layout.slab_flag = 9;
	slab(1, CACHE, CHAIN(1, 5), 15, false);
	put64(page(1) + layout.page_flags, 1 << 9);
	assert_state(&slub, object(1, 5), SLUB_FREE);
	assert_state(&slub, object(1, 6), SLUB_LIVE);
	assert_state(&slub, object(2, 6), SLUB_FREE);
	slub__free(&slub);
}

static void test_tail_pages_belong_to_their_head(void **state)
{
	struct slub slub = made_up();

	(void)state;
	/* two pages: 32 objects */
	slab(4, CACHE, CHAIN(4, 20, 1), 30, false);
	put64(page(4) + layout.slab_freelist + 8, 30 | 32U << 16);
	put64(page(5) + layout.page_head, page(4) | 1);
	assert_state(&slub, object(4, 20), SLUB_FREE); /* in the second page */
	assert_state(&slub, object(4, 21), SLUB_LIVE);
	assert_state(&slub, object(4, 1), SLUB_FREE);
	/* 7.1: a mask that makes the head's address of the tail's */
	put64(page(5) + layout.page_head, ~0ULL << 7 | 1);
	slub__begin(&slub);
	assert_state(&slub, object(4, 20), SLUB_FREE);
	assert_state(&slub, object(4, 21), SLUB_LIVE);
	slub__free(&slub);
	assert_true(vmemmap__head_of(0xffffea0000000140, 0xffffea0000000101) == 0xffffea0000000100);
	assert_true(vmemmap__head_of(0xffffea0000000140, 0xffffffffffffff01) == 0xffffea0000000100);
	assert_true(vmemmap__head_of(0xffffea0000000140, 0xffffea0000000100) == 0xffffea0000000140);
}

static void test_what_is_broken_is_unknown(void **state)
{
	struct slub slub = made_up();

	(void)state;
	slab(1, CACHE, CHAIN(1, 3, 5), 10, false); /* the count disagrees */
	assert_state(&slub, object(1, 3), SLUB_UNKNOWN);
	slab(2, CACHE, object(2, 3) + 4, 15, false); /* no object */
	assert_state(&slub, object(2, 3), SLUB_UNKNOWN);
	slab(3, CACHE, object(4, 0), 15, false); /* not of this slab */
	assert_state(&slub, object(3, 0), SLUB_UNKNOWN);
	slab(5, CACHE, object(5, 1), 15, false); /* a circle */
	put64(object(5, 1) + 128, object(5, 1) ^ RANDOM ^ __builtin_bswap64(object(5, 1) + 128));
	assert_state(&slub, object(5, 1), SLUB_UNKNOWN);
	slab(6, META + META_SIZE - 8, 0, 16, false); /* its cache cannot be read */
	assert_state(&slub, object(6, 0), SLUB_UNKNOWN);
	slub__free(&slub);
}

static int turn;

static void flip(void)
{
	/* every read finds another freelist */
	put64(page(1) + layout.slab_freelist, CHAIN(1, turn++ % 16));
}

static void settle_down(void)
{
	change = NULL;
	slab(1, CACHE, CHAIN(1, 9), 15, false);
}

static void test_change_while_reading(void **state)
{
	struct slub slub = made_up();

	(void)state;
	slab(1, CACHE, CHAIN(1, 3), 15, false);
	change = flip;
	reads_until_change = 0;
	assert_state(&slub, object(1, 3), SLUB_UNKNOWN);
	/* once, after any of the reads that it takes */
	for (int after = 0, most = 1; after < most; after++) {
		slub__begin(&slub);
		slab(1, CACHE, CHAIN(1, 3), 15, false);
		change = NULL;
		reads = 0;
		assert_state(&slub, object(1, 3), SLUB_FREE);
		most = reads;
		slub__begin(&slub);
		change = settle_down;
		reads_until_change = after;
		assert_state(&slub, object(1, 9), SLUB_FREE);
		assert_state(&slub, object(1, 3), SLUB_LIVE);
	}
	slub__free(&slub);
}

static void partial(uint64_t node, int i)
{
	put64(node + layout.node_partial, page(i) + layout.slab_list);
}

static void test_learns_where_pages_are(void **state)
{
	struct slub slub = made_up();
	uint64_t expected = slub.page_base;

	(void)state;
	slub.page_base = 0;
	slab(3, CACHE, CHAIN(3, 2), 15, false);
	slab(7, CACHE_2, CHAIN(7, 9), 15, false);
	partial(NODE, 3);
	partial(NODE_2, 7);
	assert_int_equal(vmemmap__learn(&slub, CACHE), -ENODATA); /* two votes are too few */

	/* a third cache */
	cache(META + 640, META + 768, CACHE);
	put64(CACHE_2 + layout.cache_list, META + 640 + layout.cache_list);
	slab(9, META + 640, CHAIN(9, 0), 15, false);
	partial(META + 768, 9);
	assert_int_equal(vmemmap__learn(&slub, CACHE), 0);
	assert_true(slub.page_base == expected);

	/* one that disagrees */
	slab(9, META + 640, CHAIN(10, 0), 15, false);
	assert_int_equal(vmemmap__learn(&slub, CACHE), -ENODATA);
	slub__free(&slub);
}

/* Node 0 has no memory: other nodes have the slabs. */
static void test_node_without_memory(void **state)
{
	const uint64_t caches[] = {CACHE, CACHE_2, META + 640};
	struct slub slub = made_up();
	uint64_t expected = slub.page_base;

	(void)state;
	slub.page_base = 0;
	for (int i = 0; i < 3; i++) {
		uint64_t node = META + 832 + (uint64_t)i * 64;

		cache(caches[i], i ? NODE_2 : 0, caches[(i + 1) % 3]);
		put64(caches[i] + layout.cache_node + 8, 0);
		put64(caches[i] + layout.cache_node + 16, node);
		slab(3 + i, caches[i], CHAIN(3 + i, 2), 15, false);
		partial(node, 3 + i);
	}
	put64(NODE_2 + layout.node_partial, NODE_2 + layout.node_partial); /* there, with no slab */
	assert_int_equal(vmemmap__learn(&slub, CACHE), -ENODATA);
	slub.nr_nodes = 3;
	assert_int_equal(vmemmap__learn(&slub, CACHE), 0);
	assert_true(slub.page_base == expected);
	slub__free(&slub);
}

/* Have a CPU work with the slab in page `i`, of which one object is free. */
static void put_on_cpu(uint32_t cpu, int i)
{
	slab(i, CACHE, 0, 16, true);
	put64(cpu_offsets[cpu] + PERCPU + layout.cpu_slab, page(i));
	put64(cpu_offsets[cpu] + PERCPU + layout.cpu_freelist, CHAIN(i, 5));
}

/* Reads that it takes to look at the slabs in the pages [first, last). */
static int reads_for(struct slub *slub, int first, int last)
{
	reads = 0;
	for (int i = first; i < last; i++)
		assert_true(slub__state(slub, object(i, 0), 0, OBJECT, false) != SLUB_UNKNOWN);
	return reads;
}

#define READS_OF_CACHE 1
#define READS_OF_SLAB  6
#define READS_OF_FULL  4 /* one without free objects: what is in it need not be known */
#define READS_OF_LIST  2 /* of a CPU */

/* What a slab costs has nothing to do with how many CPUs there are. */
static void test_reads(void **state)
{
	struct slub slub = made_up();

	(void)state;
	for (int i = 1; i < 16; i++)
		slab(i, CACHE, CHAIN(i, 5), 15, false);
	assert_int_equal(reads_for(&slub, 1, 16), READS_OF_CACHE + 15 * READS_OF_SLAB);

	/* one that a CPU works with, and those that wait for CPUs (up to 6.7) */
	slub__begin(&slub);
	for (int i = 1; i < 15; i++)
		slab(i, CACHE, CHAIN(i, 5), 15, true);
	put_on_cpu(LAST, 15);
	assert_int_equal(reads_for(&slub, 1, 2), READS_OF_CACHE + READS_OF_SLAB + (int)cpus);
	assert_in_range(reads_for(&slub, 2, 16), 14 * READS_OF_SLAB + READS_OF_LIST,
			14 * (READS_OF_SLAB + 1) + READS_OF_LIST + cpus);
	assert_state(&slub, object(15, 5), SLUB_FREE);

	slub__begin(&slub);
	for (int i = 1; i < 16; i++)
		slab(i, CACHE, 0, 16, false);
	assert_int_equal(reads_for(&slub, 1, 16), READS_OF_CACHE + 15 * READS_OF_FULL);
	slub__free(&slub);
}

/* The struct pages of all of them at once; but what changed since is read again. */
static void test_reads_ahead(void **state)
{
	struct slub slub = made_up();

	(void)state;
	slub.reads_ahead = true;
	for (int i = 1; i < 16; i++)
		slab(i, CACHE, 0, 16, false);
	assert_int_equal(reads_for(&slub, 1, 16), READS_OF_CACHE + 1);
	slab(1, CACHE, CHAIN(1, 5), 15, false);
	slub__begin(&slub);
	assert_state(&slub, object(1, 5), SLUB_FREE);
	assert_state(&slub, object(1, 6), SLUB_LIVE);

	/* one of which an object was free when its neighbour was read */
	slab(2, CACHE, CHAIN(2, 3), 15, false);
	slub__begin(&slub);
	assert_state(&slub, object(1, 5), SLUB_FREE);
	slab(2, CACHE, 0, 16, false);
	assert_state(&slub, object(2, 3), SLUB_LIVE);
	slab(3, CACHE, CHAIN(3, 3), 15, false);
	assert_state(&slub, object(3, 3), SLUB_LIVE); /* as it was: none of it was free */
	slub__begin(&slub);
	assert_state(&slub, object(3, 3), SLUB_FREE);
	slub__free(&slub);
}

/* A CPU takes another slab than it had when all were asked: the next one to ask is told. */
static void test_cpu_that_moves_on(void **state)
{
	struct slub slub = made_up();

	(void)state;
	put_on_cpu(LAST, 1);
	put_on_cpu(0, 2);
	assert_state(&slub, object(2, 5), SLUB_FREE);
	put_on_cpu(0, 3);
	for (uint32_t i = 0; i < cpus; i++) {
		slab(4, CACHE, CHAIN(4, 1), 15, true); /* of no CPU */
		slub.nr_slabs = 0;
		idmap__clear(&slub.by_page);
		assert_state(&slub, object(4, 1), SLUB_FREE);
	}
	assert_state(&slub, object(3, 5), SLUB_FREE);
	slub__free(&slub);
}

/* 1,024 CPUs may be, two are: nobody looks at the others, which have given back what they had. */
static void test_few_online(void **state)
{
	const uint32_t online[] = {0, LAST};
	const uint64_t objects[] = {object(1, 1), object(1, 2)};
	struct slub slub = made_up();
	int all;

	(void)state;
	put_on_cpu(LAST, 1);
	put64(CACHE + layout.cache_sheaves, SHEAVES);
	put64(cpu_offsets[LAST] + SHEAVES + layout.sheaves_main, SHEAF(0));
	sheaf(0, 0, objects, 2);
	all = reads_for(&slub, 1, 2);
	slub__begin(&slub);
	slub.online = online;
	slub.nr_online = cpus > 1 ? 2 : 1;
	assert_int_equal(reads_for(&slub, 1, 2), all - 4 * ((int)cpus - (int)slub.nr_online));
	for (int i = 0; i < 16; i++)
		assert_state(&slub, object(1, i),
			     i == 1 || i == 2 || i == 5 ? SLUB_FREE : SLUB_LIVE);
	slub__free(&slub);
}

static struct slub_place place(int i)
{
	struct slub_place place = {.head = page(i), .start = object(i, 0), .bytes = PAGE};

	memcpy(place.counters, at(page(i) + layout.slab_freelist, 16), 16);
	return place;
}

/* A CPU has taken an object since the first slab of its cache was seen: that one is in use. */
static void test_masks_what_a_cpu_has(void **state)
{
	struct slub slub = made_up();
	struct slub_place first, second;

	(void)state;
	slab(1, CACHE, CHAIN(1, 5), 15, true);
	put_on_cpu(LAST, 2);
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_freelist, CHAIN(2, 6, 7));
	first = place(1);
	second = place(2);
	assert_int_equal(slub_mask__note(&slub, &first, CACHE), 0);
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_freelist, object(2, 7));
	for (int i = 0; i < 16; i++)
		put64(object(2, i) + 64, 77);
	assert_int_equal(slub_mask__note(&slub, &second, CACHE), 0);
	slub_mask__whole(&slub, &second, at(object(2, 0), PAGE));
	for (int i = 0; i < 16; i++)
		assert_int_equal(*at(object(2, i) + 64, 1), i == 7 ? 0 : 77);
	slub__free(&slub);
}

/* A slab is looked at in parts: what is no object's becomes zero, also where a part cuts it. */
static void test_masks_parts(void **state)
{
	struct slub slub = made_up();
	uint64_t start, from, to;
	struct slub_place whole;
	uint32_t size, nr;

	(void)state;
	slab(1, CACHE, CHAIN(1, 5, 9), 14, false);
	whole = place(1);
	assert_int_equal(slub__slab_of(&slub, object(1, 0), &start, &size, &nr), 0);
	for (uint64_t cut = 0; cut < PAGE; cut += OBJECT / 2) {
		from = object(1, 0) + cut;
		to = from + OBJECT < object(1, 16) ? from + OBJECT : object(1, 16);
		uint8_t *part = test_malloc(to - from); /* no byte more */

		memset(part, 0xaa, to - from);
		slub_mask__part(&slub, &whole, from, to, part);
		for (uint64_t a = from; a < to; a++) {
			uint64_t i = (a - object(1, 0)) / OBJECT;

			bool is_used = i != 5 && i != 9 && a % OBJECT < USED;

			if (part[a - from] != (is_used ? 0xaa : 0))
				fail_msg("byte %d of object %d", (int)(a % OBJECT), (int)i);
		}
		test_free(part);
	}
	/* what is behind the last object is nobody's */
	whole.bytes = PAGE + 8;
	from = object(1, 16) - 8;
	uint8_t end[16];

	memset(end, 0xaa, sizeof(end));
	slub_mask__part(&slub, &whole, from, from + 16, end);
	for (int i = 0; i < 16; i++)
		assert_int_equal(end[i], 0);
	/* of a slab that nobody has read nothing is known */
	whole.head = page(2);
	memset(end, 0xaa, sizeof(end));
	slub_mask__part(&slub, &whole, from, from + 16, end);
	assert_int_equal(end[15], 0xaa);
	slub__free(&slub);
}

/*
 * What surrounds an object is the allocator's, with the link of the freelist that it was in: a red
 * zone before it (slub_debug=Z), the rest behind it.
 */
static void test_masks_around_objects(void **state)
{
	const uint64_t pad = 32;
	struct slub slub = made_up();
	struct slub_place whole;

	(void)state;
	put32(CACHE + layout.cache_pad, pad);
	slab(1, CACHE, 0, 16, false);
	memset(at(object(1, 0), PAGE), 0xaa, PAGE);
	whole = place(1);
	assert_int_equal(slub_mask__note(&slub, &whole, CACHE), 0);
	slub_mask__whole(&slub, &whole, at(object(1, 0), PAGE));
	for (uint64_t a = 0; a < PAGE; a++)
		assert_int_equal(*at(object(1, 0) + a, 1),
				 a % OBJECT >= pad && a % OBJECT < pad + USED ? 0xaa : 0);
	/* that cannot be: nothing is known, nothing masked */
	slub__begin(&slub);
	put32(CACHE + layout.cache_used, (uint32_t)OBJECT);
	memset(at(object(1, 0), PAGE), 0xaa, PAGE);
	assert_int_equal(slub_mask__note(&slub, &whole, CACHE), 0);
	slub_mask__whole(&slub, &whole, at(object(1, 0), PAGE));
	assert_int_equal(*at(object(1, 1) - 1, 1), 0xaa);
	slub__free(&slub);
}

/* Whole slabs, of a cache of which 100 go into one: more than a word of bits. */
static void test_masks_many_small_objects(void **state)
{
	struct slub slub = made_up();
	struct slub_place whole = {.start = BASE, .bytes = 100 * 24 + 40};
	uint8_t *content = test_calloc(1, whole.bytes);
	uint64_t next = 0;

	(void)state;
	put32(CACHE + layout.cache_size, 24);
	put32(CACHE + layout.cache_used, 20);
	put32(CACHE + layout.cache_offset, 8);
	memset(content, 0xaa, whole.bytes);
	for (int i = 99; i >= 0; i -= 33) {
		uint64_t at = BASE + i * 24, link = next ^ RANDOM ^ __builtin_bswap64(at + 8);

		memcpy(content + i * 24 + 8, &link, 8);
		next = at;
	}
	whole.counters[0] = next;
	whole.counters[1] = 100 << 16 | 96;
	assert_int_equal(slub_mask__note(&slub, &whole, CACHE), 0);
	slub_mask__whole(&slub, &whole, content);
	for (int i = 0; i < 100; i++)
		for (int k = 0; k < 24; k++)
			assert_int_equal(content[i * 24 + k], i % 33 && k < 20 ? 0xaa : 0);
	for (int k = 0; k < 40; k++)
		assert_int_equal(content[2400 + k], 0);
	/* a freelist that makes no sense: nothing is touched */
	memset(content, 0xaa, whole.bytes);
	slub_mask__whole(&slub, &whole, content);
	for (uint64_t k = 0; k < whole.bytes; k++)
		assert_int_equal(content[k], 0xaa);
	test_free(content);
	slub__free(&slub);
}

/* Links as they are, without CONFIG_SLAB_FREELIST_HARDENED; and more objects than a word has bits.
 */
static void test_plain_links(void **state)
{
	static const int free[] = {99, 64, 63, 0};
	struct slub slub = made_up();
	uint64_t next = 0;

	(void)state;
	slub.layout.cache_random = SLUB_NONE;
	put32(CACHE + layout.cache_size, 24);
	put32(CACHE + layout.cache_used, 24);
	put32(CACHE + layout.cache_offset, 16); /* the last word of an object */
	for (size_t i = 0; i < 4; i++) {
		put64(object(1, 0) + free[i] * 24ULL + 16, next);
		next = object(1, 0) + free[i] * 24ULL;
	}
	slab(1, CACHE, next, 96, false);
	put64(page(1) + layout.slab_freelist + 8, 96 | 100U << 16);
	for (int i = 0; i < 100; i++)
		assert_int_equal(slub__state(&slub, object(1, 0) + i * 24ULL, 0, 24, false),
				 i == 99 || i == 64 || i == 63 || !i ? SLUB_FREE : SLUB_LIVE);
	assert_int_equal(slub__state(&slub, object(1, 0) + 2400, 0, 24, false), SLUB_UNKNOWN);
	/* a link that would lie outside of its object */
	slab(1, CACHE, 0, 100, false);
	put64(page(1) + layout.slab_freelist + 8, 100 | 100U << 16);
	slub__begin(&slub);
	assert_int_equal(slub__state(&slub, object(1, 0), 0, 24, false), SLUB_LIVE);
	put32(CACHE + layout.cache_offset, 17);
	slub__begin(&slub);
	assert_int_equal(slub__state(&slub, object(1, 0), 0, 24, false), SLUB_UNKNOWN);
	put32(CACHE + layout.cache_offset, 16);
	put32(CACHE + layout.cache_size, 0);
	slub__begin(&slub);
	assert_int_equal(slub__state(&slub, object(1, 0), 0, 0, false), SLUB_UNKNOWN);
	slub__free(&slub);
}

/* A slab has sixteen pages at most, and one object at least. */
static void test_the_largest_slab(void **state)
{
	struct slub slub = made_up();

	(void)state;
	slab(0, CACHE, CHAIN(0, 255), 255, false);
	put64(page(0) + layout.slab_freelist + 8, 255 | 256U << 16);
	for (int i = 1; i < 16; i++)
		put64(page(i) + layout.page_head, page(0) | 1);
	assert_state(&slub, object(15, 15), SLUB_FREE);
	assert_state(&slub, object(15, 14), SLUB_LIVE);
	put64(page(0) + layout.slab_freelist + 8, 256 | 257U << 16);
	slub__begin(&slub);
	assert_state(&slub, object(0, 0), SLUB_UNKNOWN);
	put64(page(0) + layout.slab_freelist + 8, 0);
	slub__begin(&slub);
	assert_state(&slub, object(0, 0), SLUB_UNKNOWN);
	slub__free(&slub);
}

/* Where a slab lies is known of all that is one, also when its lists will not hold still. */
static void test_slabs_have_places(void **state)
{
	struct slub slub = made_up();
	uint64_t start = 0;
	uint32_t size = 0, nr = 0;

	(void)state;
	slab(1, CACHE, CHAIN(1, 3), 15, false);
	slab(2, CACHE_2, 0, 15, false); /* its count disagrees */
	put32(page(3) + layout.page_refcount, 1);
	slab(4, META + META_SIZE - 8, 0, 16, false); /* its cache cannot be read */
	assert_int_equal(slub__slab_of(&slub, object(1, 7) + 5, &start, &size, &nr), 0);
	assert_true(start == object(1, 0));
	assert_int_equal(size, OBJECT);
	assert_int_equal(nr, 16);
	assert_state(&slub, object(2, 0), SLUB_UNKNOWN);
	assert_int_equal(slub__slab_of(&slub, object(2, 0), &start, &size, &nr), 0);
	assert_true(start == object(2, 0));
	assert_int_equal(slub__slab_of(&slub, object(3, 0), &start, &size, &nr), -ENOENT);
	assert_int_equal(slub__slab_of(&slub, object(4, 0), &start, &size, &nr), -ENOENT);
	assert_int_equal(slub__slab_of(&slub, BASE + 1000ULL * PAGE, &start, &size, &nr), -ENOENT);
	/* caches are read once, whichever comes when */
	for (int i = 0; i < 4; i++) {
		slab(10 + i, i % 2 ? CACHE : CACHE_2, 0, 16, false);
		assert_state(&slub, object(10 + i, 0), SLUB_LIVE);
	}
	assert_int_equal(slub.nr_caches, 3);
	/* nothing is kept of what was read */
	slub__begin(&slub);
	assert_int_equal(slub.nr_slabs, 0);
	assert_int_equal(slub.nr_caches, 0);
	assert_int_equal(slub.nr_bits, 0);
	put32(page(1) + layout.page_type, 0);
	assert_int_equal(slub__slab_of(&slub, object(1, 0), &start, &size, &nr), -ENOENT);
	slub__free(&slub);
	assert_null(slub.slabs);
	assert_int_equal(slub.nr_slabs, 0);
}

/* What CPUs had is asked anew after the kernel has gone on. */
static void test_lists_of_cpus_are_forgotten(void **state)
{
	struct slub slub = made_up();

	(void)state;
	put_on_cpu(LAST, 1);
	assert_state(&slub, object(1, 5), SLUB_FREE);
	assert_int_equal(slub.nr_cpu_lists, 1);
	slub__begin(&slub);
	assert_int_equal(slub.nr_cpu_lists, 0);
	/* it has given the slab back, with all that it had of it */
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_slab, 0);
	slab(1, CACHE, CHAIN(1, 5, 6), 14, false);
	assert_state(&slub, object(1, 5), SLUB_FREE);
	assert_state(&slub, object(1, 6), SLUB_FREE);
	assert_int_equal(slub.nr_cpu_lists, 0);
	slub__free(&slub);
}

/* Objects in sheaves are free as well; a list of a CPU that makes no sense leaves the rest. */
static void test_masks_what_sheaves_hold(void **state)
{
	const uint64_t objects[] = {object(1, 0), object(1, 15), object(2, 3)};
	struct slub slub = made_up();
	struct slub_place whole;

	(void)state;
	put64(CACHE + layout.cache_sheaves, SHEAVES);
	put64(cpu_offsets[LAST] + SHEAVES + layout.sheaves_main, SHEAF(0));
	sheaf(0, 0, objects, 3);
	for (int broken = 0; broken < 2; broken++) {
		slab(1, CACHE, CHAIN(1, 7), 15, false);
		for (int i = 0; i < 16; i++)
			put64(object(1, i) + 64, 77);
		whole = place(1);
		slub__begin(&slub);
		assert_int_equal(slub_mask__note(&slub, &whole, CACHE), 0);
		whole.cpu_freelist =
			broken ? object(1, 9) : 0; /* an object in use: it has no link */
		put64(object(1, 9) + 128, 4711);
		slub_mask__whole(&slub, &whole, at(object(1, 0), PAGE));
		for (int i = 0; i < 16; i++)
			assert_int_equal(*at(object(1, i) + 64, 1),
					 i == 0 || i == 7 || i == 15 ? 0 : 77);
	}
	/* a cache without sheaves has none of them */
	slab(2, CACHE_2, 0, 16, false);
	put64(object(2, 3) + 64, 77);
	whole = place(2);
	assert_int_equal(slub_mask__note(&slub, &whole, CACHE_2), 0);
	slub_mask__whole(&slub, &whole, at(object(2, 0), PAGE));
	assert_int_equal(*at(object(2, 3) + 64, 1), 77);
	/* a cache that cannot be read: nothing is known, nothing masked */
	assert_int_equal(slub_mask__note(&slub, &whole, META + META_SIZE - 8), 0);
	slub_mask__whole(&slub, &whole, at(object(2, 0), PAGE));
	assert_int_equal(*at(object(2, 3) + 64, 1), 77);
	slub__free(&slub);
}

/* No sheaf has so many objects: it is something else by now. */
static void test_sizes_of_sheaves(void **state)
{
	const uint64_t one = object(1, 1);
	struct slub slub = made_up();

	(void)state;
	slab(1, CACHE, 0, 16, false);
	put64(CACHE + layout.cache_sheaves, SHEAVES);
	put64(cpu_offsets[0] + SHEAVES + layout.sheaves_main, SHEAF(0));
	sheaf(0, 0, &one, 1);
	assert_state(&slub, one, SLUB_FREE);
	slub__begin(&slub);
	put32(SHEAF(0) + layout.sheaf_size, 1025);
	assert_state(&slub, one, SLUB_LIVE);
	slub__begin(&slub);
	put32(SHEAF(0) + layout.sheaf_size, 0);
	assert_state(&slub, one, SLUB_LIVE);
	slub__free(&slub);
}

/* The slab on a node's list says whose it is: one of another cache has no vote. */
static void test_votes_of_its_own_slabs_only(void **state)
{
	struct slub slub = made_up();
	uint64_t expected = slub.page_base;

	(void)state;
	cache(META + 640, META + 768, CACHE);
	put64(CACHE_2 + layout.cache_list, META + 640 + layout.cache_list);
	for (int others = 0; others < 2; others++) {
		slab(3, CACHE, CHAIN(3, 2), 15, false);
		slab(7, CACHE_2, CHAIN(7, 9), 15, false);
		slab(9, others ? CACHE : META + 640, CHAIN(9, 0), 15, false);
		partial(NODE, 3);
		partial(NODE_2, 7);
		partial(META + 768, 9);
		assert_int_equal(vmemmap__learn(&slub, CACHE), others ? -ENODATA : 0);
		assert_true(slub.page_base == expected);
	}
	/* nor has one of another order, or without a free object to tell by */
	slab(9, META + 640, 0, 16, false);
	assert_int_equal(vmemmap__learn(&slub, CACHE), -ENODATA);
	slab(9, META + 640, CHAIN(9, 0), 15, false);
	put64(page(9) + layout.slab_freelist + 8, 15 | 17U << 16);
	assert_int_equal(vmemmap__learn(&slub, CACHE), -ENODATA);
	put64(page(9) + layout.slab_freelist + 8, 15 | 16U << 16);
	assert_int_equal(vmemmap__learn(&slub, CACHE), 0);
	put32(META + 640 + layout.cache_oo, 11 << 16 | 16); /* no slab has so many pages */
	assert_int_equal(vmemmap__learn(&slub, CACHE), -ENODATA);
	slub__free(&slub);
}

/* From a process to a cache: its namespaces, its PID namespace, the cache of that. */
static void test_cache_of_a_process(void **state)
{
	struct task_layout tasks = {.nsproxy = 8, .pid_namespace = 24, .pid_cache = 40};
	struct slub slub = made_up();
	uint64_t found = 0;

	(void)state;
	put64(BASE + 8, BASE + 128);
	put64(BASE + 128 + 24, BASE + 256);
	put64(BASE + 256 + 40, CACHE);
	assert_int_equal(vmemmap__find_cache(&slub, &tasks, BASE, &found), 0);
	assert_true(found == CACHE);

	found = 1;
	put64(BASE + 128 + 24, 0);
	assert_int_equal(vmemmap__find_cache(&slub, &tasks, BASE, &found), -EFAULT);
	put64(BASE + 128 + 24, 8); /* cannot be read */
	assert_int_equal(vmemmap__find_cache(&slub, &tasks, BASE, &found), -EFAULT);
	put64(BASE + 128 + 24, BASE + 256);
	for (int i = 0; i < 3; i++) {
		struct task_layout some = tasks;

		*(i == 0   ? &some.nsproxy
		  : i == 1 ? &some.pid_namespace
			   : &some.pid_cache) = SLUB_NONE;
		assert_int_equal(vmemmap__find_cache(&slub, &some, BASE, &found), -ENOTSUP);
	}
	assert_int_equal(found, 1); /* nothing was written */
	slub__free(&slub);
}

static void test_mapped_pages(void **state)
{
	struct slub slub = made_up();

	(void)state;
	slub.layout.page_mapping = 24;
	assert_false(vmemmap__is_mapped(&slub, page(1)));
	put64(page(1) + 24, BASE);
	assert_true(vmemmap__is_mapped(&slub, page(1)));
	assert_false(vmemmap__is_mapped(&slub, 8)); /* cannot be read */
	slub__free(&slub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_freelist_of_a_slab),
		cmocka_unit_test(test_red_zones),
		cmocka_unit_test(test_list_of_a_cpu),
		cmocka_unit_test(test_sheaves),
		cmocka_unit_test(test_sheaves_alone),
		cmocka_unit_test(test_each_sheaf),
		cmocka_unit_test(test_page_that_is_no_slab_any_more),
		cmocka_unit_test(test_large_kmalloc),
		cmocka_unit_test(test_kernel_that_flags_slabs),
		cmocka_unit_test(test_tail_pages_belong_to_their_head),
		cmocka_unit_test(test_what_is_broken_is_unknown),
		cmocka_unit_test(test_change_while_reading),
		cmocka_unit_test(test_learns_where_pages_are),
		cmocka_unit_test(test_node_without_memory),
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_reads_ahead),
		cmocka_unit_test(test_cpu_that_moves_on),
		cmocka_unit_test(test_few_online),
		cmocka_unit_test(test_masks_what_a_cpu_has),
		cmocka_unit_test(test_masks_parts),
		cmocka_unit_test(test_masks_around_objects),
		cmocka_unit_test(test_masks_many_small_objects),
		cmocka_unit_test(test_plain_links),
		cmocka_unit_test(test_the_largest_slab),
		cmocka_unit_test(test_slabs_have_places),
		cmocka_unit_test(test_lists_of_cpus_are_forgotten),
		cmocka_unit_test(test_masks_what_sheaves_hold),
		cmocka_unit_test(test_sizes_of_sheaves),
		cmocka_unit_test(test_votes_of_its_own_slabs_only),
		cmocka_unit_test(test_cache_of_a_process),
		cmocka_unit_test(test_mapped_pages),
	};

	return run(tests, sizeof(tests) / sizeof(tests[0]));
}
