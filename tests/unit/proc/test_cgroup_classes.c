// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/cgroup_classes.h"

#include <string.h>

static struct cgroup_books books;
static struct cgroup_classes classes;

static void put(enum memory_stat_field field, uint64_t bytes)
{
	books.stat_known = books.stat.present[field] = true;
	books.stat.bytes[field] = bytes;
}

static void start(uint64_t usage)
{
	books = (struct cgroup_books){.usage = {true, usage}};
}

static void assert_class(enum cgroup_class class, bool known, int64_t bytes)
{
	assert_int_equal(classes.known[class], known);
	assert_int_equal(classes.bytes[class], bytes);
}

static void they_add_up(void **state)
{
	int64_t sum = 0;

	(void)state;
	start(1000);
	put(MEMORY_STAT_ANON, 100);
	put(MEMORY_STAT_FILE, 300);
	put(MEMORY_STAT_SHMEM, 50);
	put(MEMORY_STAT_KERNEL, 400);
	put(MEMORY_STAT_SLAB_RECLAIMABLE, 150);
	put(MEMORY_STAT_SLAB_UNRECLAIMABLE, 100);
	put(MEMORY_STAT_PERCPU, 30);
	put(MEMORY_STAT_ZSWAP, 20);
	put(MEMORY_STAT_SOCK, 60);
	put(MEMORY_STAT_INACTIVE_FILE, 200);
	put(MEMORY_STAT_ACTIVE_FILE, 40);
	cgroup_classes__of(&classes, &books);
	assert_class(CGROUP_FILE_CACHE, true, 250);
	assert_class(CGROUP_KERNEL_OTHER, true, 100);
	assert_class(CGROUP_OTHER, true, 140);
	assert_class(CGROUP_VMALLOC, false, 0);
	for (int i = 0; i < CGROUP_CLASSES; i++)
		sum += classes.bytes[i];
	assert_int_equal(sum, 1000);
	assert_int_equal(cgroup_books__cache(&books), 240);
}

/* Before 5.18 the kernel's memory has no sum: what is other of it is in the rest. */
static void without_a_sum_of_the_kernels(void **state)
{
	(void)state;
	start(500);
	put(MEMORY_STAT_ANON, 100);
	put(MEMORY_STAT_FILE, 100);
	put(MEMORY_STAT_SHMEM, 0);
	put(MEMORY_STAT_SLAB_UNRECLAIMABLE, 200);
	cgroup_classes__of(&classes, &books);
	assert_class(CGROUP_KERNEL_OTHER, false, 0);
	assert_class(CGROUP_OTHER, true, 100);
	assert_false(cgroup_books__kernel(&books).known);
}

static void counters_that_lag_leave_less_than_nothing(void **state)
{
	(void)state;
	start(100);
	put(MEMORY_STAT_ANON, 120);
	put(MEMORY_STAT_FILE, 0);
	put(MEMORY_STAT_SHMEM, 0);
	cgroup_classes__of(&classes, &books);
	assert_class(CGROUP_OTHER, true, -20);
}

static void what_is_not_read_is_not_known(void **state)
{
	(void)state;
	start(100);
	cgroup_classes__of(&classes, &books);
	for (int i = 0; i < CGROUP_CLASSES; i++)
		assert_class(i, false, 0);
	books.usage.known = false;
	put(MEMORY_STAT_ANON, 1);
	put(MEMORY_STAT_FILE, 1);
	put(MEMORY_STAT_SHMEM, 0);
	cgroup_classes__of(&classes, &books);
	assert_class(CGROUP_OTHER, false, 0);
	assert_class(CGROUP_ANON, true, 1);
}

static void of_v1_the_kernels_is_not_divided(void **state)
{
	(void)state;
	start(100);
	books.v1 = true;
	books.kernel = (struct cgroup_number){true, 30};
	put(MEMORY_STAT_ANON, 40);
	put(MEMORY_STAT_FILE, 20);
	put(MEMORY_STAT_SHMEM, 5);
	cgroup_classes__of(&classes, &books);
	assert_class(CGROUP_KERNEL_OTHER, true, 30);
	assert_class(CGROUP_OTHER, true, 10);
	assert_string_equal(cgroup_class__remark(CGROUP_KERNEL_OTHER, true),
			    "all of it: cgroup v1 does not divide it");
}

static void each_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < CGROUP_CLASSES; i++) {
		assert_true(*cgroup_class__name(i) && *cgroup_class__title(i) &&
			    *cgroup_class__word(i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(cgroup_class__name(i), cgroup_class__name(k));
	}
	assert_null(cgroup_class__remark(CGROUP_ANON, false));
	assert_false(cgroup_class__is_held(CGROUP_FILE_CACHE));
	assert_true(cgroup_class__is_held(CGROUP_SLAB_RECLAIMABLE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_add_up),
		cmocka_unit_test(without_a_sum_of_the_kernels),
		cmocka_unit_test(counters_that_lag_leave_less_than_nothing),
		cmocka_unit_test(what_is_not_read_is_not_known),
		cmocka_unit_test(of_v1_the_kernels_is_not_divided),
		cmocka_unit_test(each_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
