// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "report/report_filter.h"
#include "trace/origins.h"

#include <errno.h>

static char why[256];

/* What the options name. */
struct wanted {
	bool origins_given, sort_given;
	uint32_t origins;
	const char *cache;
	enum sites_key sort;
};

static int apply(struct saved_report *saved, const struct wanted *wanted)
{
	const struct trace_options traced = {.origins_given = wanted->origins_given,
					     .origins = wanted->origins,
					     .cache = wanted->cache};
	const struct report_options options = {.sort_given = wanted->sort_given,
					       .sort = wanted->sort};

	return report_filter__apply(saved, &traced, &options, why, sizeof(why));
}

static int sift(struct saved_report *saved, struct wanted options)
{
	*saved = (struct saved_report){.report = golden_report()};
	why[0] = '\0';
	return apply(saved, &options);
}

static struct saved_report good(struct wanted options)
{
	struct saved_report saved;

	if (sift(&saved, options))
		fail_msg("%s", why);
	return saved;
}

static void bad(struct wanted options, const char *part)
{
	struct saved_report saved;

	assert_int_equal(sift(&saved, options), -EINVAL);
	if (!strstr(why, part))
		fail_msg("\"%s\" does not say \"%s\"", why, part);
	arena__free(&saved.arena);
}

static void test_nothing_asked(void **state)
{
	struct saved_report saved = good((struct wanted){});
	const struct report want = golden_report();

	(void)state;
	assert_int_equal(saved.report.nr_sites, 4);
	assert_int_equal(saved.report.nr_sites_all, 4);
	assert_int_equal(saved.report.bytes_all, want.bytes_all);
	assert_memory_equal(saved.report.sites, want.sites, 4 * sizeof(*want.sites));
	arena__free(&saved.arena);
}

static void test_origins(void **state)
{
	struct saved_report saved =
		good((struct wanted){.origins_given = true, .origins = ORIGIN_SLAB});

	(void)state;
	assert_int_equal(saved.report.nr_sites, 2);
	assert_int_equal(saved.report.nr_sites_all, 2);
	assert_int_equal(saved.report.bytes_all, 37120 * 256 + 192);
	assert_string_equal(saved.report.sites[1].cache, "dentry");
	assert_string_equal(saved.report.filter.origins, "slab");
	arena__free(&saved.arena);
	bad((struct wanted){.origins_given = true, .origins = ORIGIN_SLAB | ORIGIN_PAGES},
	    "--origin pages: only slab,vmalloc,percpu was traced");
}

static void test_caches(void **state)
{
	struct saved_report saved = good((struct wanted){.cache = "dentry,kmalloc-25"});

	(void)state;
	assert_int_equal(saved.report.nr_sites, 1);
	assert_int_equal(saved.report.sites[0].id, 1);
	assert_string_equal(saved.report.filter.cache, "dentry,kmalloc-25");
	arena__free(&saved.arena);
	/* of other allocators the "cache" is no slab cache */
	saved = good((struct wanted){.cache = "vmalloc"});
	assert_int_equal(saved.report.nr_sites, 0);
	arena__free(&saved.arena);
}

static void test_cache_not_traced(void **state)
{
	const struct wanted options = {.cache = "dentry"};
	struct saved_report saved = {.report = golden_final()};

	(void)state;
	assert_int_equal(apply(&saved, &options), -EINVAL);
	assert_string_equal(why, "--cache dentry: only kmalloc-256 was traced");
	arena__free(&saved.arena);
}

/* The error of a sum is that of its parts. */
static void test_error(void **state)
{
	const struct wanted options = {.cache = "kmalloc-256"};
	struct saved_report saved = {.report = golden_final()};

	(void)state;
	assert_int_equal(apply(&saved, &options), 0);
	assert_int_equal(saved.report.nr_sites_all, 1);
	assert_true(saved.report.bytes_all_error == 773200);
	arena__free(&saved.arena);
}

static void check_order(enum sites_key sort, const uint64_t ids[4])
{
	struct report_site sites[4];
	struct saved_report saved = {.report = golden_report()};
	const struct wanted options = {.sort_given = true, .sort = sort};

	for (size_t i = 0; i < 4; i++) {
		sites[i] = saved.report.sites[i];
		sites[i].unreferenced_bytes = 0;
	}
	saved.report.sites = sites;
	assert_int_equal(apply(&saved, &options), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(saved.report.sites[i].id, ids[i]);
	arena__free(&saved.arena);
}

static void test_order(void **state)
{
	const uint64_t a = 0x00f3a9c1d2e4b587, b = UINT64_MAX, c = 1, d = 0x0123456789abcdef;

	(void)state;
	check_order(SITES_BY_BYTES, (const uint64_t[]){a, b, c, d});
	check_order(SITES_BY_OBJECTS, (const uint64_t[]){a, b, c, d});
	check_order(SITES_BY_GROWTH, (const uint64_t[]){a, d, c, b});
	check_order(SITES_BY_AGE, (const uint64_t[]){c, b, a, d});
	check_order(SITES_BY_RANK, (const uint64_t[]){a, b, d, c});
}

/* The default of printed reports sorts, that of JSON leaves the order as it was saved. */
static void test_order_by_default(void **state)
{
	struct saved_report saved = good((struct wanted){.sort = SITES_BY_RANK});

	(void)state;
	assert_true(saved.report.by_suspicion && saved.report.verdicts_known);
	assert_int_equal(saved.report.sites[2].id, 0x0123456789abcdef);
	arena__free(&saved.arena);
	saved = good((struct wanted){.sort = SITES_BY_BYTES});
	assert_false(saved.report.by_suspicion);
	assert_int_equal(saved.report.sites[2].id, 1);
	arena__free(&saved.arena);
}

/* Where all sites are there, they can be counted by verdict. */
static void test_verdicts_are_counted(void **state)
{
	struct saved_report saved = good((struct wanted){});
	struct report_site sites[4];

	(void)state;
	assert_true(saved.report.verdicts_known);
	assert_int_equal(saved.report.verdicts[VERDICT_LEAK].sites, 1);
	assert_int_equal(saved.report.verdicts[VERDICT_LEAK].objects,
			 saved.report.sites[0].objects);
	assert_int_equal(saved.report.verdicts[VERDICT_LEAK].bytes, 37120 * 256);
	assert_true(saved.report.verdicts[VERDICT_LEAK].growth_bytes_per_min == 211462.8 * 60);
	assert_int_equal(saved.report.verdicts[VERDICT_HELD].sites, 0);
	arena__free(&saved.arena);
	/* not all are there */
	saved = (struct saved_report){.report = golden_report()};
	saved.report.nr_sites_all++;
	assert_int_equal(apply(&saved, &(struct wanted){}), 0);
	assert_false(saved.report.verdicts_known);
	arena__free(&saved.arena);
	/* or one is without a verdict */
	saved = (struct saved_report){.report = golden_report()};
	memcpy(sites, golden_sites, sizeof(sites));
	sites[3].verdict.is.why = NULL;
	saved.report.sites = sites;
	assert_int_equal(apply(&saved, &(struct wanted){}), 0);
	assert_false(saved.report.verdicts_known);
	arena__free(&saved.arena);
}

/* What nothing refers to comes first, whatever the order. */
static void test_unreferenced_first(void **state)
{
	struct saved_report saved = good((struct wanted){.sort_given = true, .sort = SITES_BY_AGE});

	(void)state;
	assert_int_equal(saved.report.sites[0].id, 0x00f3a9c1d2e4b587);
	assert_int_equal(saved.report.sites[1].id, 1);
	arena__free(&saved.arena);
	saved = good((struct wanted){.sort_given = true, .sort = SITES_BY_GROWTH});
	assert_int_equal(saved.report.sites[0].id, 0x00f3a9c1d2e4b587);
	arena__free(&saved.arena);
}

/* Sums of what is left: of errors the squares, of bytes at most what a number holds. */
static void test_sums(void **state)
{
	struct report_site sites[3] = {golden_sites[0], golden_sites[0], golden_sites[1]};
	const struct wanted slab = {.origins_given = true, .origins = ORIGIN_SLAB};
	struct saved_report saved = {.report = golden_report()};

	(void)state;
	sites[0].bytes_error = 3;
	sites[1].bytes_error = 4;
	sites[2].bytes_error = 100;
	saved.report.sites = sites;
	saved.report.nr_sites = saved.report.nr_sites_all = 3;
	assert_int_equal(apply(&saved, &slab), 0);
	assert_int_equal(saved.report.nr_sites, 2);
	assert_true(saved.report.bytes_all_error == 5);
	assert_int_equal(saved.report.bytes_all, 2 * 37120 * 256);
	arena__free(&saved.arena);
	sites[0].bytes_error = 1e300; /* its square is no number */
	sites[0].bytes = UINT64_MAX - 1;
	saved = (struct saved_report){.report = golden_report()};
	saved.report.sites = sites;
	saved.report.nr_sites = 3;
	assert_int_equal(apply(&saved, &slab), 0);
	assert_true(saved.report.bytes_all_error == 0);
	assert_true(saved.report.bytes_all == UINT64_MAX);
	arena__free(&saved.arena);
}

static void test_both_are_asked_for(void **state)
{
	struct saved_report saved = good((struct wanted){
		.origins_given = true, .origins = ORIGIN_SLAB | ORIGIN_VMALLOC, .cache = "dentry"});

	(void)state;
	assert_int_equal(saved.report.nr_sites, 1);
	assert_int_equal(saved.report.nr_sites_all, 1);
	assert_string_equal(saved.report.filter.origins, "slab");
	assert_string_equal(saved.report.filter.cache, "dentry");
	arena__free(&saved.arena);
	saved = good((struct wanted){.origins_given = true, .origins = ORIGIN_VMALLOC});
	assert_int_equal(saved.report.nr_sites, 1);
	assert_string_equal(saved.report.sites[0].cache, "vmalloc");
	assert_string_equal(saved.report.filter.origins, "vmalloc");
	assert_null(saved.report.filter.cache);
	arena__free(&saved.arena);
}

/* Of what was traced without slab there are no caches; of one that was, all or this one. */
static void test_what_was_traced(void **state)
{
	const struct wanted dentry = {.cache = "dentry"}, traced = {.cache = "kmalloc-256"};
	struct saved_report saved = {.report = golden_report()};

	(void)state;
	saved.report.filter.origins = "vmalloc,percpu";
	assert_int_equal(apply(&saved, &dentry), -EINVAL);
	assert_string_equal(why, "--cache: only vmalloc,percpu was traced");
	arena__free(&saved.arena);
	saved = (struct saved_report){.report = golden_report()};
	saved.report.filter.cache = "kmalloc-256";
	assert_int_equal(apply(&saved, &traced), 0);
	assert_int_equal(saved.report.nr_sites, 1);
	arena__free(&saved.arena);
}

/* What is alike in all that is asked for comes by its bytes, and at last by its id. */
static void test_order_of_what_is_alike(void **state)
{
	static const enum sites_key keys[] = {SITES_BY_BYTES, SITES_BY_OBJECTS, SITES_BY_GROWTH,
					      SITES_BY_AGE};
	static const uint64_t listed[] = {7, 3, 9, 1, 5}, wanted[] = {9, 1, 3, 5, 7};

	(void)state;
	for (size_t k = 0; k < NR(keys); k++) {
		const struct wanted options = {.sort_given = true, .sort = keys[k]};
		struct saved_report saved = {.report = golden_report()};
		struct report_site sites[NR(listed)];

		for (size_t i = 0; i < NR(listed); i++) {
			sites[i] = golden_sites[1];
			sites[i].id = listed[i];
			sites[i].bytes = listed[i] == 9 ? 5000 : 4000;
		}
		saved.report.sites = sites;
		saved.report.nr_sites = NR(listed);
		assert_int_equal(apply(&saved, &options), 0);
		for (size_t i = 0; i < NR(wanted); i++)
			assert_int_equal(saved.report.sites[i].id, wanted[i]);
		arena__free(&saved.arena);
	}
}

/* Each key by itself: bytes, growth, objects and age have four orders here. */
static void test_order_of_each_key(void **state)
{
	static const struct {
		enum sites_key key;
		uint64_t ids[3];
	} wanted[] = {{SITES_BY_BYTES, {1, 2, 3}},
		      {SITES_BY_GROWTH, {2, 3, 1}},
		      {SITES_BY_OBJECTS, {3, 2, 1}},
		      {SITES_BY_AGE, {2, 1, 3}}};
	struct report_site sites[3];

	(void)state;
	for (uint64_t i = 0; i < 3; i++) {
		sites[i] = golden_sites[1];
		sites[i].id = i + 1;
		sites[i].bytes = 30 - i;
		sites[i].growth_bytes_per_min = (double[]){-1, 9, 3}[i];
		sites[i].objects = 10 + i;
		sites[i].age_median_s = (double[]){5, 6, 1}[i];
	}
	for (size_t k = 0; k < NR(wanted); k++) {
		const struct wanted options = {.sort_given = true, .sort = wanted[k].key};
		struct saved_report saved = {.report = golden_report()};

		saved.report.sites = sites;
		saved.report.nr_sites = 3;
		assert_int_equal(apply(&saved, &options), 0);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(saved.report.sites[i].id, wanted[k].ids[i]);
		arena__free(&saved.arena);
	}
}

/* Unless it is asked for the order stays, and so does what was read. */
static void test_order_stays(void **state)
{
	struct report_site sites[] = {golden_sites[3], golden_sites[0]};
	const struct wanted options = {.sort = SITES_BY_BYTES};
	struct saved_report saved = {.report = golden_report()};

	(void)state;
	saved.report.sites = sites;
	saved.report.nr_sites = 2;
	assert_int_equal(apply(&saved, &options), 0);
	assert_int_equal(saved.report.sites[0].id, golden_sites[3].id);
	assert_ptr_not_equal(saved.report.sites, sites);
	arena__free(&saved.arena);
	saved = (struct saved_report){.report = golden_nothing()};
	assert_int_equal(apply(&saved, &(struct wanted){.sort_given = true, .cache = "dentry"}), 0);
	assert_int_equal(saved.report.nr_sites, 0);
	assert_int_equal(saved.report.bytes_all, 0);
	arena__free(&saved.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_asked),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_caches),
		cmocka_unit_test(test_cache_not_traced),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_by_default),
		cmocka_unit_test(test_verdicts_are_counted),
		cmocka_unit_test(test_unreferenced_first),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_both_are_asked_for),
		cmocka_unit_test(test_what_was_traced),
		cmocka_unit_test(test_order_of_what_is_alike),
		cmocka_unit_test(test_order_of_each_key),
		cmocka_unit_test(test_order_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
