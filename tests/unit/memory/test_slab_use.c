// SPDX-License-Identifier: GPL-2.0-only
#include "made_up_slub.h"
#include "unit.h"

#include "memory/sheaves.h"
#include "memory/slab_use.h"

#define NAME	0x40 /* in a cache: behind the fields of made_up_slub.h */
#define FLAGS	0x48
#define NAMES	(META + 7168)
#define RECLAIM 0x20000

static struct slabinfo_cache lines[] = {
	{"first", 30, 40, 0, 16, 1, 3},
	{"second", 7, 16, 0, 16, 1, 1},
	{"not in the list", 1000, 1000, 64, 64, 1, 16},
};

static const struct slabinfo info = {.caches = lines, .nr = 3};

/* Two caches with names, the second one reclaimable. */
static struct slub with_names(void)
{
	struct slub slub = made_up();

	slub.layout.cache_name = NAME;
	slub.layout.cache_flags = FLAGS;
	slub.layout.reclaim_flag = RECLAIM;
	lines[0].object_size = lines[1].object_size = OBJECT;
	memcpy(at(NAMES, 6), "first", 6);
	memcpy(at(NAMES + 64, 7), "second", 7);
	put64(CACHE + NAME, NAMES);
	put64(CACHE_2 + NAME, NAMES + 64);
	put32(CACHE_2 + FLAGS, RECLAIM | 1);
	return slub;
}

static void check_use(struct slub *slub, int64_t first, int64_t second)
{
	struct slab_use use;

	assert_int_equal(slab_use__read(&use, slub, CACHE_2, &info), 0);
	assert_true(use.known);
	assert_int_equal(use.slabs_bytes[SLAB_USE_UNRECLAIMABLE], 3 * PAGE);
	assert_int_equal(use.slabs_bytes[SLAB_USE_RECLAIMABLE], PAGE);
	assert_int_equal(use.used_bytes[SLAB_USE_UNRECLAIMABLE], first * (int64_t)OBJECT);
	assert_int_equal(use.used_bytes[SLAB_USE_RECLAIMABLE], second * (int64_t)OBJECT);
}

/* By kind of cache; lines whose cache is not in the kernel's list count nowhere. */
static void test_by_kind(void **state)
{
	struct slub slub = with_names();

	(void)state;
	check_use(&slub, 30, 7);
	put32(CACHE + FLAGS, RECLAIM);
	put32(CACHE_2 + FLAGS, 0);
	lines[0].slabs = 1;
	lines[1].slabs = 3;
	check_use(&slub, 7, 30);
	lines[0].slabs = 3;
	lines[1].slabs = 1;
	slub__free(&slub);
}

/* What the slab of a CPU has free: on its own list, and on that of the CPU. */
static void test_slab_of_a_cpu(void **state)
{
	struct slub slub = with_names();

	(void)state;
	slab(1, CACHE, CHAIN(1, 7), 15, true);
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_slab, page(1));
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_freelist, CHAIN(1, 2, 4));
	check_use(&slub, 30 - 1 - 2, 7);
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_freelist, 0);
	check_use(&slub, 30 - 1, 7);
	/* a list that makes no sense: it has just changed */
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_freelist, object(1, 2) + 8);
	check_use(&slub, 30 - 1, 7);
	/* another's by now */
	put64(page(1) + layout.slab_cache, CACHE_2);
	check_use(&slub, 30, 7);
	slub__free(&slub);
}

/* Slabs that a CPU has put aside. */
static void test_slabs_that_wait(void **state)
{
	struct slub slub = with_names();

	(void)state;
	slab(1, CACHE, CHAIN(1, 3, 15, 0), 13, false);
	slab(2, CACHE, CHAIN(2, 1), 15, false);
	slab(3, CACHE_2, CHAIN(3, 1), 15, false);
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_partial, page(1));
	put64(page(1) + layout.slab_next, page(2));
	check_use(&slub, 30 - 3 - 1, 7);
	put64(page(2) + layout.slab_next, page(3)); /* of another cache: not counted */
	check_use(&slub, 30 - 3 - 1, 7);
	slub.layout.cpu_partial = SLUB_NONE;
	check_use(&slub, 30, 7);
	slub__free(&slub);
}

/* A list without an end ends. */
static void test_ring_of_slabs(void **state)
{
	struct slub slub = with_names();
	struct slab_use use;

	(void)state;
	slab(1, CACHE, CHAIN(1, 3), 15, false);
	put64(cpu_offsets[LAST] + PERCPU + layout.cpu_partial, page(1));
	put64(page(1) + layout.slab_next, page(1));
	assert_int_equal(slab_use__read(&use, &slub, CACHE, &info), 0);
	assert_true(use.known);
	slub__free(&slub);
}

static void test_sheaves_are_free(void **state)
{
	const uint64_t objects[] = {object(1, 1), object(1, 2), object(1, 3)};
	struct slub slub = with_names();

	(void)state;
	put64(CACHE + layout.cache_sheaves, SHEAVES);
	put64(cpu_offsets[0] + SHEAVES + layout.sheaves_main, SHEAF(0));
	put64(cpu_offsets[LAST] + SHEAVES + layout.sheaves_spare, SHEAF(1));
	put64(NODE + layout.node_barn, BARN);
	put64(BARN + layout.barn_full, SHEAF(2));
	sheaf(0, 0, objects, 3);
	sheaf(1, 0, objects, 1);
	sheaf(2, BARN + layout.barn_full, objects, 2);
	check_use(&slub, 30 - 6, 7);
	put32(SHEAF(0) + layout.sheaf_size, 5000); /* none is so large */
	check_use(&slub, 30 - 3, 7);
	slub__free(&slub);
}

/* Of what cannot be read nothing is known. */
static void test_nothing_to_read(void **state)
{
	static const struct slabinfo none;
	struct slub slub = with_names();
	struct slab_use use;

	(void)state;
	assert_int_equal(slab_use__read(&use, &slub, CACHE, &none), 0);
	assert_false(use.known);
	put64(CACHE_2 + layout.cache_list, 8); /* the list is broken */
	assert_int_equal(slab_use__read(&use, &slub, CACHE, &info), 0);
	assert_false(use.known);
	slub__free(&slub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_kind),		 cmocka_unit_test(test_slab_of_a_cpu),
		cmocka_unit_test(test_slabs_that_wait),	 cmocka_unit_test(test_ring_of_slabs),
		cmocka_unit_test(test_sheaves_are_free), cmocka_unit_test(test_nothing_to_read),
	};

	return run(tests, sizeof(tests) / sizeof(tests[0]));
}
