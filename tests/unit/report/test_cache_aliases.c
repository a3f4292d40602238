// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/cache_aliases.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the kernel has of them: the first `nr_now`. */
static const struct slabnames_cache kernels[] = {
	{"pid", ":0000128", 0},
	{"kmalloc-128", "kmalloc-128", 0},
	{"tcp_bind_bucket", ":0000128", 0},
	{"request_sock_TCP", "request_sock_TCP", 0},
	{"fasync_cache", ":0000128", 0},
};
static size_t nr_now, reads;

static int read_some(struct slabnames *names)
{
	reads++;
	names->caches = calloc(nr_now + 1, sizeof(kernels[0]));
	assert_non_null(names->caches);
	memcpy(names->caches, kernels, nr_now * sizeof(kernels[0]));
	names->nr = nr_now;
	return 0;
}

static int read_nothing(struct slabnames *names)
{
	reads++;
	names->nr = 1; /* nonsense, as of a failure */
	return -ENOENT;
}

static struct cache_aliases *begin(int (*read)(struct slabnames *), size_t nr)
{
	struct cache_aliases *aliases = calloc(1, sizeof(*aliases));

	assert_non_null(aliases);
	aliases->read = read;
	nr_now = nr;
	reads = 0;
	return aliases;
}

static void end(struct cache_aliases *aliases)
{
	cache_aliases__free(aliases);
	free(aliases);
}

static void test_merged_caches_are_one(void **state)
{
	struct cache_aliases *a = begin(read_some, 5);

	(void)state;
	assert_string_equal(cache_aliases__of(a, 3, "pid"), "tcp_bind_bucket, fasync_cache");
	assert_string_equal(cache_aliases__of(a, 9, "fasync_cache"), "pid, tcp_bind_bucket");
	assert_string_equal(cache_aliases__of(a, 4, "kmalloc-128"), "");
	assert_string_equal(cache_aliases__of(a, KLEAK_MAX_CACHES - 1, "request_sock_TCP"), "");
	assert_int_equal(reads, 1);
	end(a);
}

/* The kernel is asked when a cache is new, or an entry is another cache's now. */
static void test_new_caches_are_looked_for(void **state)
{
	struct cache_aliases *a = begin(read_some, 2);

	(void)state;
	assert_string_equal(cache_aliases__of(a, 3, "pid"), "");
	assert_string_equal(cache_aliases__of(a, 3, "pid"), "");
	assert_int_equal(reads, 1);
	nr_now = 5;
	assert_string_equal(cache_aliases__of(a, 3, "tcp_bind_bucket"), "pid, fasync_cache");
	assert_int_equal(reads, 2);
	assert_string_equal(cache_aliases__of(a, 4, "kmalloc-large"), "");
	assert_string_equal(cache_aliases__of(a, 4, "kmalloc-large"), "");
	assert_int_equal(reads, 3);
	end(a);
}

/* What was merged since is seen when it is asked for anew. */
static void test_what_is_forgotten_is_read_again(void **state)
{
	struct cache_aliases *a = begin(read_some, 3);

	(void)state;
	assert_string_equal(cache_aliases__of(a, 3, "pid"), "tcp_bind_bucket");
	nr_now = 5;
	assert_string_equal(cache_aliases__of(a, 3, "pid"), "tcp_bind_bucket");
	cache_aliases__forget(a);
	assert_string_equal(cache_aliases__of(a, 3, "pid"), "tcp_bind_bucket, fasync_cache");
	end(a);
}

static void test_a_kernel_without_names(void **state)
{
	struct cache_aliases *a = begin(read_nothing, 0);

	(void)state;
	assert_string_equal(cache_aliases__of(a, 3, "pid"), "");
	assert_string_equal(cache_aliases__of(a, 3, "pid"), "");
	assert_int_equal(reads, 1);
	end(a);
}

static void test_of_a_report(void **state)
{
	const struct report_cache caches[] = {{.name = "pid", .aliases = "a, b"},
					      {.name = "dentry", .aliases = ""}};
	const struct report report = {.caches = caches, .nr_caches = 2};

	(void)state;
	assert_string_equal(cache_aliases__in(&report, "pid"), "a, b");
	assert_string_equal(cache_aliases__in(&report, "dentry"), "");
	assert_string_equal(cache_aliases__in(&report, "vmalloc"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merged_caches_are_one),
		cmocka_unit_test(test_new_caches_are_looked_for),
		cmocka_unit_test(test_what_is_forgotten_is_read_again),
		cmocka_unit_test(test_a_kernel_without_names),
		cmocka_unit_test(test_of_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
