// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/coverage.h"
#include "judge/evidence.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DENTRY = 2, FILP, KMALLOC_64, KMALLOC_CG_64, LARGE, VMAP_AREA };

static struct kleak_cache caches[KLEAK_MAX_CACHES] = {
	[DENTRY] = {.name = "dentry", .size = 192, .flags = KLEAK_CACHE_RECLAIMABLE, .ready = 1},
	[FILP] = {.name = "filp", .size = 256, .ready = 1},
	[KMALLOC_64] = {.size = 64, .object_size = 64, .flags = KLEAK_CACHE_KMALLOC, .ready = 1},
	[KMALLOC_CG_64] = {.size = 64,
			   .object_size = 64,
			   .flags = KLEAK_CACHE_KMALLOC | KLEAK_CACHE_ACCOUNT,
			   .ready = 1},
	[VMAP_AREA] = {.name = "vmap_area", .size = 72, .ready = 1},
	[LARGE] = {.flags = KLEAK_CACHE_KMALLOC | KLEAK_CACHE_LARGE, .ready = 1},
};

static struct cache_sum sums[KLEAK_MAX_CACHES];
static struct slabinfo_cache before[4], now[4];
static struct slabinfo slabs_before = {.caches = before, .nr = 4},
		       slabs_now = {.caches = now, .nr = 4};
static struct coverage_class ledger[COVERAGE_CLASSES];
static const struct cache_kinds kinds = {.cgroup = true};
static struct history history;
static struct marks drained, dropped;

static void set_cache(int i, const char *name, uint64_t size, uint64_t was, uint64_t is)
{
	before[i] = (struct slabinfo_cache){
		.object_size = size, .objects_per_slab = 10, .active_objects = was};
	now[i] = before[i];
	now[i].active_objects = is;
	snprintf(before[i].name, sizeof(before[i].name), "%s", name);
	snprintf(now[i].name, sizeof(now[i].name), "%s", name);
}

static struct evidence_sources judge_with(void)
{
	return (struct evidence_sources){
		.history = &history,
		.before_drain = &drained,
		.before_drop = &dropped,
		.caches = caches,
		.cache_sums = sums,
		.kinds = &kinds,
		.slabs_before = &slabs_before,
		.slabs_now = &slabs_now,
		.ledger = ledger,
		.possible_cpus = 2,
		.online_cpus = 2,
		.available_bytes = 6e9,
	};
}

/* Read in no time. */
static void enter(struct history *into, const struct sites *sites, double now_s, double min_age_s)
{
	struct history_reading reading = {.aged_s = now_s, .counted_s = now_s, .weight = 1};

	assert_int_equal(history__enter(into, sites, &reading, min_age_s), 0);
}

/* 100 objects of 1000 bytes a second from this site, for 40 s. */
static struct site leak(uint32_t space, uint32_t cache)
{
	static float ages[5000];
	struct site site = {.id = 42, .space = space, .cache = cache};
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};

	history__free(&history);
	for (int t = 1; t <= 40; t++) {
		site.allocations = site.objects = site.listed = site.live = 100UL * t;
		site.bytes = site.objects * 1000;
		for (uint64_t i = 0; i < site.objects; i++)
			ages[i] = (uint32_t)((t - (double)i / 100 - 0.005) / SECONDS_PER_TICK);
		enter(&history, &sites, t, 0);
	}
	return site;
}

static int reset(void **state)
{
	(void)state;
	memset(sums, 0, sizeof(sums));
	memset(ledger, 0, sizeof(ledger));
	set_cache(0, "dentry", 192, 5000, 9000);
	set_cache(1, "filp", 256, 5000, 9000);
	set_cache(2, "kmalloc-64", 64, 5000, 25000);
	set_cache(3, "msg_msg-64", 64, 5000, 25000);
	sums[DENTRY].live = sums[FILP].live = 4000;
	sums[KMALLOC_64].live = 30000;
	sums[KMALLOC_CG_64].live = 10000;
	marks__free(&drained);
	marks__free(&dropped);
	return 0;
}

static int clean(void **state)
{
	(void)state;
	history__free(&history);
	marks__free(&drained);
	marks__free(&dropped);
	return 0;
}

static void test_a_leak_in_a_cache(void **state)
{
	struct site site = leak(KLEAK_SPACE_SLAB, FILP);
	struct evidence_sources judge = judge_with();
	struct conclusion verdict = evidence__judge(&judge, &site);

	(void)state;
	assert_int_equal(verdict.is.name, VERDICT_LEAK);
	assert_true(verdict.from.replaced < 0.01);
	assert_true(fabs(verdict.from.slope.per_s - 1e5) < 1);
	assert_true(fabs(verdict.exhausted_s - 6e4) < 1);
	assert_true(isnan(verdict.from.drained) && isnan(verdict.from.shrunk));
}

static void test_reclaimable_is_asked_of_the_cache(void **state)
{
	struct site site = leak(KLEAK_SPACE_SLAB, DENTRY);
	struct evidence_sources judge = judge_with();

	(void)state;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_CACHE);
}

/* What was seen of a site's objects is its own, and only of reclaimable caches asked for. */
static void test_pinned_is_asked_of_the_objects(void **state)
{
	struct site site = leak(KLEAK_SPACE_SLAB, DENTRY);
	struct evidence_sources judge = judge_with();
	struct pins pins = {.nr = 2};

	(void)state;
	pins.list[0] = (struct pins_site){.id = 7};
	pins.list[1] = (struct pins_site){.id = site.id, .count = {.of = 4000, .sampled = 64}};
	pins.list[1].count.by[VFS_REFERENCE] = 64;
	judge.pins = &pins;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_LEAK);
	assert_int_equal(evidence__judge(&judge, &site).from.pins.sampled, 64);
	site.cache = FILP;
	assert_int_equal(evidence__judge(&judge, &site).from.pins.sampled, 0);
	site.cache = DENTRY;
	pins.list[1].id++;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_CACHE);
}

/* vmalloc keeps what it needs no more, and frees it late. */
static void test_vmap_area_is_freed_late(void **state)
{
	struct site site = leak(KLEAK_SPACE_SLAB, VMAP_AREA);
	struct evidence_sources judge = judge_with();

	(void)state;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_CACHE);
	judge.least_s = 41;
	site.cache = FILP;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_GROWING);
}

/* As many older objects were freed: the cache itself did not grow. */
/* A CPU that is possible and not there keeps nothing. */
static void test_many_possible_cpus(void **state)
{
	struct site site = leak(KLEAK_SPACE_SLAB, FILP);
	struct evidence_sources judge = judge_with();

	(void)state;
	set_cache(1, "filp", 256, 5000, 5050);
	judge.possible_cpus = 1024;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_GROWING);
	judge.online_cpus = 1024;
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
}

static void test_objects_that_replace_older_ones(void **state)
{
	struct site site = leak(KLEAK_SPACE_SLAB, FILP);
	struct evidence_sources judge = judge_with();
	struct conclusion verdict;

	(void)state;
	set_cache(1, "filp", 256, 5000, 5050);
	verdict = evidence__judge(&judge, &site);
	assert_true(verdict.from.replaced > 0.9);
	assert_int_equal(verdict.is.name, VERDICT_GROWING);
	/* it even shrank */
	set_cache(1, "filp", 256, 5000, 3000);
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_GROWING);
	/* too few to be told from what the CPUs keep */
	sums[FILP].live = 991; /* 4 * 2 CPUs * 2 (52 + 10) = 992 */
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
	/* not readable */
	sums[FILP].live = 4000;
	judge.slabs_now = &(struct slabinfo){};
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
	judge.slabs_now = &slabs_now;
	judge.slabs_before = &(struct slabinfo){};
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
	/* not in the list */
	judge.slabs_before = &slabs_before;
	set_cache(1, "filp2", 256, 5000, 5050);
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
}

/* kmalloc's classes are compared whole, whatever bucket the kernel took them from. */
static void test_classes_of_kmalloc(void **state)
{
	struct site site = leak(KLEAK_SPACE_SLAB, KMALLOC_64);
	struct evidence_sources judge = judge_with();

	(void)state;
	assert_true(evidence__judge(&judge, &site).from.replaced < 0.01);
	set_cache(0, "kmalloc-64", 64, 5000, 7000);
	set_cache(2, "dentry", 192, 5000, 9000);
	set_cache(3, "msg_msg-64", 64, 5000, 5000);
	/* they grew by 2000, and 2 CPUs may keep 2 * (120 + 10) of each of the two caches */
	assert_true(fabs(evidence__judge(&judge, &site).from.replaced - (1 - 3040 / 40000.0)) <
		    1e-9);
	site.cache = LARGE;
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
}

static void test_vmalloc_is_compared_with_its_class(void **state)
{
	struct site site = leak(KLEAK_SPACE_VMALLOC, KLEAK_CACHE_NONE);
	struct evidence_sources judge = judge_with();

	(void)state;
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
	/* nothing of it was traced: none can have replaced others */
	ledger[COVERAGE_VMALLOC] = (struct coverage_class){.known = true};
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
	ledger[COVERAGE_VMALLOC] = (struct coverage_class){
		.known = true, .traced_bytes = 4000000, .kernel_delta_bytes = 4000000};
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_LEAK);
	ledger[COVERAGE_VMALLOC].kernel_delta_bytes = 1000000;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_GROWING);
	ledger[COVERAGE_VMALLOC].kernel_delta_bytes = -1000000;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_GROWING);
}

/* What the table's entry says of a slab cache says nothing of memory beyond the slabs. */
static void test_what_is_in_no_cache_is_no_cache(void **state)
{
	struct evidence_sources judge = judge_with();
	struct site site = leak(KLEAK_SPACE_VMALLOC, DENTRY);

	(void)state;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_LEAK);
	site.cache = VMAP_AREA;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_LEAK);
}

static void test_drain_and_dropped_caches(void **state)
{
	struct site site = leak(KLEAK_SPACE_SLAB, FILP);
	struct sites sites = {.list = &site, .nr = 1};
	struct evidence_sources judge = judge_with();
	struct conclusion verdict;

	(void)state;
	assert_int_equal(marks__set(&drained, &sites), 0);
	site.objects = 3990;
	verdict = evidence__judge(&judge, &site);
	assert_true(fabs(verdict.from.drained - 0.9975) < 1e-6);
	assert_int_equal(verdict.is.name, VERDICT_LEAK);
	site.objects = 1000;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_CHURN);
	site.objects = 4000;
	assert_int_equal(marks__set(&dropped, &sites), 0);
	site.objects = 1000;
	verdict = evidence__judge(&judge, &site);
	assert_true(fabs(verdict.from.shrunk - 0.75) < 1e-6);
	assert_int_equal(verdict.is.name, VERDICT_CACHE);
}

static void test_missed_frees_may_be_its_own(void **state)
{
	struct site site = leak(KLEAK_SPACE_SLAB, FILP);
	struct evidence_sources judge = judge_with();

	(void)state;
	judge.missed_frees = 3999;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_LEAK);
	judge.missed_frees = 4000;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_INSUFFICIENT);
}

/* Larger objects leave a CPU fewer of them: 4 * 2 CPUs * 2 (kept + 10 of a slab). */
static void test_what_cpus_keep(void **state)
{
	static const struct {
		uint64_t size;
		unsigned int kept;
	} sizes[] = {{255, 120}, {256, 52}, {1023, 52}, {1024, 24}, {4095, 24}, {4096, 6}};
	struct site site = leak(KLEAK_SPACE_SLAB, FILP);
	struct evidence_sources judge = judge_with();

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		set_cache(1, "filp", sizes[i].size, 5000, 5000);
		sums[FILP].live = 4 * 2 * 2 * (sizes[i].kept + 10);
		assert_true(fabs(evidence__judge(&judge, &site).from.replaced - 0.75) < 1e-9);
		sums[FILP].live--;
		assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
	}
	/* a cache that came since: all of it is new */
	set_cache(1, "filp", 256, 0, 4000);
	snprintf(before[1].name, sizeof(before[1].name), "other");
	sums[FILP].live = 4000;
	assert_true(evidence__judge(&judge, &site).from.replaced == 0);
}

static void test_percpu_is_compared_with_its_class(void **state)
{
	struct site site = leak(KLEAK_SPACE_PERCPU, KLEAK_CACHE_NONE);
	struct evidence_sources judge = judge_with();

	(void)state;
	/* 256 KiB of each of two CPUs at least */
	ledger[COVERAGE_PERCPU] = (struct coverage_class){
		.known = true, .traced_bytes = 524288, .kernel_delta_bytes = 131072};
	assert_true(evidence__judge(&judge, &site).from.replaced == 0.75);
	ledger[COVERAGE_PERCPU].traced_bytes--;
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
	ledger[COVERAGE_PERCPU].traced_bytes = 524288;
	ledger[COVERAGE_PERCPU].known = false;
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
	site.space = KLEAK_SPACE_PAGES; /* no book has them */
	ledger[COVERAGE_PERCPU].known = true;
	assert_true(isnan(evidence__judge(&judge, &site).from.replaced));
}

/* However slow it grows: a byte in twenty seconds. */
static void test_memory_lasts_long(void **state)
{
	float ages[1] = {(float)(100 / SECONDS_PER_TICK)};
	struct site site = {.id = 42, .space = KLEAK_SPACE_SLAB, .cache = FILP};
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};
	struct evidence_sources judge = judge_with();

	(void)state;
	history__free(&history);
	site.allocations = site.objects = site.listed = site.live = 1;
	for (int t = 1; t <= 40; t++) {
		site.bytes = 1000 + (uint64_t)t;
		enter(&history, &sites, 20 * t, 0);
	}
	assert_true(fabs(evidence__judge(&judge, &site).exhausted_s - 20 * 6e9) < 1);
}

static void test_memory_lasts_for_ever_where_nothing_grows(void **state)
{
	float ages[1] = {(float)(100 / SECONDS_PER_TICK)};
	struct site site = {.id = 42, .space = KLEAK_SPACE_SLAB, .cache = FILP};
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};
	struct evidence_sources judge = judge_with();

	(void)state;
	history__free(&history);
	site.allocations = site.objects = site.listed = site.live = 1;
	site.bytes = 256;
	assert_true(isnan(evidence__judge(&judge, &site).exhausted_s));
	for (int t = 1; t <= 40; t++)
		enter(&history, &sites, t, 0);
	assert_true(evidence__judge(&judge, &site).exhausted_s == INFINITY);
	site.metadata = true;
	assert_int_equal(evidence__judge(&judge, &site).is.name, VERDICT_CACHE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_leak_in_a_cache, reset),
		cmocka_unit_test_setup(test_reclaimable_is_asked_of_the_cache, reset),
		cmocka_unit_test_setup(test_pinned_is_asked_of_the_objects, reset),
		cmocka_unit_test_setup(test_vmap_area_is_freed_late, reset),
		cmocka_unit_test_setup(test_objects_that_replace_older_ones, reset),
		cmocka_unit_test_setup(test_many_possible_cpus, reset),
		cmocka_unit_test_setup(test_classes_of_kmalloc, reset),
		cmocka_unit_test_setup(test_vmalloc_is_compared_with_its_class, reset),
		cmocka_unit_test_setup(test_what_is_in_no_cache_is_no_cache, reset),
		cmocka_unit_test_setup(test_drain_and_dropped_caches, reset),
		cmocka_unit_test_setup(test_missed_frees_may_be_its_own, reset),
		cmocka_unit_test_setup(test_what_cpus_keep, reset),
		cmocka_unit_test_setup(test_percpu_is_compared_with_its_class, reset),
		cmocka_unit_test_setup(test_memory_lasts_long, reset),
		cmocka_unit_test_setup(test_memory_lasts_for_ever_where_nothing_grows, reset),
	};

	return cmocka_run_group_tests(tests, NULL, clean);
}
