// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/caches.h"

#include <string.h>

static const struct cache_kinds all_kinds = {.cgroup = true, .dma = true};
static const struct cache_kinds no_kinds = {};

static void assert_name(uint32_t size, uint32_t flags, const struct cache_kinds *kinds,
			const char *expected)
{
	struct kleak_cache cache = {.object_size = size, .flags = KLEAK_CACHE_KMALLOC | flags};
	char name[64];

	cache__name(name, sizeof(name), &cache, kinds);
	assert_string_equal(name, expected);
}

static void test_kmalloc_names(void **state)
{
	(void)state;
	assert_name(8, 0, &all_kinds, "kmalloc-8");
	assert_name(96, 0, &all_kinds, "kmalloc-96");
	assert_name(192, KLEAK_CACHE_ACCOUNT, &all_kinds, "kmalloc-cg-192");
	assert_name(192, KLEAK_CACHE_ACCOUNT, &no_kinds, "kmalloc-192");
	assert_name(1024, 0, &all_kinds, "kmalloc-1k");
	assert_name(8192, KLEAK_CACHE_RECLAIMABLE, &no_kinds, "kmalloc-rcl-8k");
	assert_name(512, KLEAK_CACHE_DMA, &all_kinds, "dma-kmalloc-512");
	assert_name(512, KLEAK_CACHE_DMA, &no_kinds, "kmalloc-512");
	assert_name(0, KLEAK_CACHE_LARGE, &all_kinds, "kmalloc-large");
}

static void test_other_names(void **state)
{
	struct kleak_cache cache = {.size = 192, .name = "dentry"};
	char name[64];

	(void)state;
	cache__name(name, sizeof(name), &cache, &all_kinds);
	assert_string_equal(name, "dentry");

	cache.name[0] = '\0';
	cache__name(name, sizeof(name), &cache, &all_kinds);
	assert_string_equal(name, "(unknown)");

	memset(cache.name, 'x', sizeof(cache.name)); /* no end */
	cache__name(name, sizeof(name), &cache, &all_kinds);
	assert_int_equal(strlen(name), sizeof(cache.name));
}

static void assert_parsed(const char *name, uint32_t size, uint32_t flags)
{
	uint32_t got_size = 0, got_flags = 0;

	assert_true(cache__parse_kmalloc(name, &got_size, &got_flags));
	assert_int_equal(got_size, size);
	assert_int_equal(got_flags, KLEAK_CACHE_KMALLOC | flags);
}

static void test_parse(void **state)
{
	static const char *const no[] = {
		"dentry",	"kmalloc-",  "kmalloc-rnd-01-64",   "kmalloc-large",
		"kmalloc-512x", "kmalloc-0", "kmalloc-99999999999", ""};
	uint32_t size, flags;

	(void)state;
	assert_parsed("kmalloc-512", 512, 0);
	assert_parsed("kmalloc-1k", 1024, 0);
	assert_parsed("kmalloc-cg-8k", 8192, KLEAK_CACHE_ACCOUNT);
	assert_parsed("kmalloc-rcl-96", 96, KLEAK_CACHE_RECLAIMABLE);
	assert_parsed("dma-kmalloc-2k", 2048, KLEAK_CACHE_DMA);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(cache__parse_kmalloc(no[i], &size, &flags));
	assert_true(cache__is_kmalloc_variant("kmalloc-rnd-01-64"));
	assert_false(cache__is_kmalloc_variant("dentry"));
}

static void test_sums_and_approximate(void **state)
{
	static struct cache_sum sums[KLEAK_MAX_CACHES];
	const struct kleak_site entries[] = {
		{.space = KLEAK_SPACE_SLAB, .cache = 7},
		{.space = KLEAK_SPACE_SLAB, .cache = 7},
		{.space = KLEAK_SPACE_VMALLOC, .cache = 7},
		{.space = KLEAK_SPACE_SLAB, .cache = 8},
	};
	struct snapshot_site sites[] = {
		{.allocations = 100, .frees = 60, .implicit = 2, .verified = 1, .live = 37},
		{.allocations = 10, .frees = 10},
		{.allocations = 5},
		{.allocations = 1000, .frees = 900, .implicit = 20, .verified = 10, .live = 70},
	};
	const struct snapshot snapshot = {.sites = sites, .nr_sites = 4};

	(void)state;
	cache__sum(sums, &snapshot, entries);
	assert_int_equal(sums[7].allocations, 110);
	assert_int_equal(sums[7].frees, 70);
	assert_int_equal(sums[7].implicit, 2);
	assert_int_equal(sums[7].verified, 1);
	assert_int_equal(sums[7].live, 37);
	assert_false(cache__is_approximate(&sums[7])); /* 4%, but three only */
	assert_true(cache__is_approximate(&sums[8]));
	sums[8].implicit = 17; /* 27 of 927 */
	assert_false(cache__is_approximate(&sums[8]));
}

static void test_classes_of_kmalloc(void **state)
{
	(void)state;
	assert_int_equal(cache__class_size("kmalloc-512", 512), 512);
	assert_int_equal(cache__class_size("kmalloc-rnd-03-64", 64), 64);
	assert_int_equal(cache__class_size("msg_msg-2k", 2048), 2048);
	assert_int_equal(cache__class_size("msg_msg-64", 128), 0); /* a name that only looks so */
	assert_int_equal(cache__class_size("kmalloc-cg-128", 384), 128); /* slub_debug */
	assert_int_equal(cache__class_size("dentry", 192), 0);
}

/* Its entry may be half written, or its cache may have gone. */
static void test_where_a_cache_is(void **state)
{
	struct kleak_cache cache = {.id = ~0xffff888012345600ULL, .ready = 1};

	(void)state;
	assert_true(cache__kmem(&cache) == 0xffff888012345600ULL);
	cache.ready = 0;
	assert_true(cache__kmem(&cache) == 0);
	cache.ready = 1;
	cache.id = KLEAK_CACHE_CLASS | 64 << 8 | KLEAK_CACHE_KMALLOC;
	assert_true(cache__kmem(&cache) == 0);
	cache.id = KLEAK_CACHE_CLASS | 64 << 8; /* of caches that are not known */
	assert_true(cache__kmem(&cache) == 0);
	cache.id = KLEAK_CACHE_DEAD;
	assert_true(cache__kmem(&cache) == 0);
}

/* Ten frees that were not seen at least, and 3% of all. */
static void test_what_is_approximate(void **state)
{
	struct cache_sum sum = {.allocations = 300, .frees = 291, .implicit = 6, .verified = 3};

	(void)state;
	assert_false(cache__is_approximate(&sum)); /* nine */
	sum.verified = 4;
	sum.frees = 290;
	assert_true(cache__is_approximate(&sum));
}

static void test_names_of_classes_at_their_limits(void **state)
{
	uint32_t size, flags;

	(void)state;
	assert_name(2048, 0, &all_kinds, "kmalloc-2k");
	assert_parsed("kmalloc-9", 9, 0);
	assert_parsed("kmalloc-1", 1, 0);
	assert_false(cache__parse_kmalloc("kmalloc-/", &size, &flags));
	assert_false(cache__parse_kmalloc("kmalloc-:", &size, &flags));
	assert_false(cache__parse_kmalloc("kmalloc-+8", &size, &flags));
}

/* 3% are not more than 3%. */
static void test_three_percent(void **state)
{
	struct cache_sum sum = {.frees = 970, .implicit = 30};

	(void)state;
	assert_false(cache__is_approximate(&sum));
	sum.implicit = 31;
	assert_true(cache__is_approximate(&sum));
}

/* Whole KiB have a k; sizes end at 1 GiB. */
static void test_sizes_in_names(void **state)
{
	uint32_t size, flags;

	(void)state;
	assert_name(1023, 0, &all_kinds, "kmalloc-1023");
	assert_name(1536, 0, &all_kinds, "kmalloc-1536");
	assert_name(3072, 0, &all_kinds, "kmalloc-3k");
	assert_name(1047552, 0, &all_kinds, "kmalloc-1023k");
	assert_parsed("kmalloc-1M", 1 << 20, 0);
	assert_parsed("kmalloc-3M", 3 << 20, 0);
	assert_parsed("kmalloc-1073741824", 1 << 30, 0);
	assert_parsed("kmalloc-1048576k", 1 << 30, 0);
	assert_parsed("kmalloc-1024M", 1 << 30, 0);
	assert_false(cache__parse_kmalloc("kmalloc-1073741825", &size, &flags));
	assert_false(cache__parse_kmalloc("kmalloc-1048577k", &size, &flags));
	assert_false(cache__parse_kmalloc("kmalloc-1025M", &size, &flags));
	assert_false(cache__parse_kmalloc("kmalloc-18014398509481985k", &size, &flags));
	assert_int_equal(cache__class_size("x-1M", 1 << 20), 1 << 20);
	assert_int_equal(cache__class_size("x-0", 0), 0);
	assert_true(cache__is_lazy("vmap_area"));
	assert_false(cache__is_lazy("vmap_area2"));
}

/* Nothing is left of the sums of before; a cache beyond the table is another one's place. */
static void test_sums_anew(void **state)
{
	static struct cache_sum sums[KLEAK_MAX_CACHES];
	const struct kleak_site entries[] = {{.space = KLEAK_SPACE_SLAB, .cache = 7}};
	struct snapshot_site sites[] = {{.allocations = 9, .frees = 5, .live = 4}};
	const struct snapshot snapshot = {.sites = sites, .nr_sites = 1};

	(void)state;
	memset(sums, 0xff, sizeof(sums));
	for (int times = 0; times < 2; times++) {
		cache__sum(sums, &snapshot, entries);
		assert_int_equal(sums[7].allocations, 9);
		assert_int_equal(sums[0].live, 0);
		assert_int_equal(sums[KLEAK_MAX_CACHES - 1].allocations, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kmalloc_names),
		cmocka_unit_test(test_other_names),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_sums_and_approximate),
		cmocka_unit_test(test_classes_of_kmalloc),
		cmocka_unit_test(test_where_a_cache_is),
		cmocka_unit_test(test_what_is_approximate),
		cmocka_unit_test(test_names_of_classes_at_their_limits),
		cmocka_unit_test(test_three_percent),
		cmocka_unit_test(test_sizes_in_names),
		cmocka_unit_test(test_sums_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
