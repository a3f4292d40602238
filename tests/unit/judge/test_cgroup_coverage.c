// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/cgroup_coverage.h"

#include <math.h>
#include <string.h>

enum { PLAIN = 2, CHARGED, LARGE, RECLAIMABLE };

static struct kleak_cache caches[KLEAK_MAX_CACHES];
static struct kleak_site entries[8];
static struct snapshot_site sums[8];
static struct kleak_config config;
static struct cgroup_coverage_traced traced[COVERAGE_CLASSES];

/* A site, of which so many of the objects, of 100 bytes each, were asked for with __GFP_ACCOUNT. */
static void put(uint32_t i, uint32_t space, uint32_t cache, uint64_t objects, uint64_t account)
{
	entries[i].space = space;
	entries[i].cache = cache;
	sums[i] = (struct snapshot_site){.live = objects,
					 .held_bytes = 100 * objects,
					 .account_records = account,
					 .account_bytes = 100 * account};
}

static void sum(void)
{
	const struct snapshot snapshot = {.sites = sums, .nr_sites = 8};

	cgroup_coverage__sum(traced, &snapshot, entries, caches, &config);
}

static int start(void **state)
{
	(void)state;
	memset(sums, 0, sizeof(sums));
	memset(&config, 0, sizeof(config));
	caches[CHARGED].flags = KLEAK_CACHE_CHARGED;
	caches[LARGE].flags = KLEAK_CACHE_LARGE;
	caches[RECLAIMABLE].flags = KLEAK_CACHE_RECLAIMABLE;
	return 0;
}

static void by_flag_and_by_cache(void **state)
{
	(void)state;
	put(1, KLEAK_SPACE_SLAB, PLAIN, 10, 4);
	put(2, KLEAK_SPACE_SLAB, CHARGED, 5, 0);
	put(3, KLEAK_SPACE_SLAB, RECLAIMABLE, 3, 3);
	sum();
	assert_true(traced[COVERAGE_SLAB_UNRECLAIMABLE].told);
	assert_int_equal(traced[COVERAGE_SLAB_UNRECLAIMABLE].charged_bytes, (4 + 5) * 108);
	assert_int_equal(traced[COVERAGE_SLAB_UNRECLAIMABLE].uncharged_bytes, 600);
	assert_int_equal(traced[COVERAGE_SLAB_RECLAIMABLE].charged_bytes, 3 * 108);
	assert_int_equal(traced[COVERAGE_SLAB_RECLAIMABLE].uncharged_bytes, 0);
}

/* They are charged as pages. */
static void beyond_the_caches(void **state)
{
	(void)state;
	put(1, KLEAK_SPACE_SLAB, LARGE, 10, 10);
	sum();
	assert_int_equal(traced[COVERAGE_SLAB_UNRECLAIMABLE].charged_bytes, 1000);
}

static void where_events_do_not_tell(void **state)
{
	(void)state;
	put(1, KLEAK_SPACE_VMALLOC, KLEAK_CACHE_NONE, 2, 0);
	put(2, KLEAK_SPACE_PERCPU, KLEAK_CACHE_NONE, 3, 1);
	put(3, KLEAK_SPACE_PAGES, KLEAK_CACHE_NONE, 9, 9);
	sum();
	assert_false(traced[COVERAGE_VMALLOC].told);
	assert_int_equal(traced[COVERAGE_VMALLOC].charged_bytes, 200);
	assert_int_equal(traced[COVERAGE_PERCPU].charged_bytes, 100);
	assert_int_equal(traced[COVERAGE_PERCPU].uncharged_bytes, 200);
	config.args[KLEAK_EVENT_PERCPU_ALLOC].gfp = KLEAK_ARG_NONE;
	sum();
	assert_false(traced[COVERAGE_PERCPU].told);
	assert_int_equal(traced[COVERAGE_PERCPU].charged_bytes, 300);
}

static void beside_the_books(void **state)
{
	struct cgroup_classes before = {}, now = {};
	struct cgroup_coverage_class classes[COVERAGE_CLASSES];
	const struct cgroup_coverage_class *c;

	(void)state;
	put(1, KLEAK_SPACE_SLAB, CHARGED, 10, 0);
	put(2, KLEAK_SPACE_VMALLOC, KLEAK_CACHE_NONE, 2, 0);
	sum();
	before.known[CGROUP_SLAB_UNRECLAIMABLE] = now.known[CGROUP_SLAB_UNRECLAIMABLE] = true;
	before.known[CGROUP_SLAB_RECLAIMABLE] = now.known[CGROUP_SLAB_RECLAIMABLE] = true;
	before.known[CGROUP_VMALLOC] = now.known[CGROUP_VMALLOC] = true;
	now.known[CGROUP_PERCPU] = true;
	now.bytes[CGROUP_SLAB_UNRECLAIMABLE] = 1200;
	before.bytes[CGROUP_SLAB_RECLAIMABLE] = 50;
	now.bytes[CGROUP_VMALLOC] = 300;
	cgroup_coverage__compare(classes, &before, &now, traced);
	c = &classes[COVERAGE_SLAB_UNRECLAIMABLE];
	assert_string_equal(c->name, "slab_unreclaimable");
	assert_true(c->known && c->explained == 0.9 && c->rest_bytes == 120);
	c = &classes[COVERAGE_SLAB_RECLAIMABLE];
	assert_true(c->known && isnan(c->explained) && c->rest_bytes == -50);
	c = &classes[COVERAGE_VMALLOC];
	assert_true(c->known && c->delta_bytes == 300);
	assert_true(isnan(c->explained) && isnan(c->rest_bytes));
	assert_false(classes[COVERAGE_PERCPU].known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(by_flag_and_by_cache, start),
		cmocka_unit_test_setup(beyond_the_caches, start),
		cmocka_unit_test_setup(where_events_do_not_tell, start),
		cmocka_unit_test_setup(beside_the_books, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
