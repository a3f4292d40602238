// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/hook_table.h"
#include "trace/attach_plan.h"
#include "trace/misses.h"

#include <string.h>

/* Where a hook of this role begins that has this many copies at least. */
static size_t find(enum hook_role role, int copies)
{
	for (size_t i = 0; i + copies <= nr_hooks; i++)
		if (hooks[i].role == role && hooks[i].copy == 1 &&
		    hooks[i + copies - 1].copy == copies)
			return i;
	fail_msg("there is no such hook");
	return 0;
}

static void test_programs_without_copies(void **state)
{
	uint64_t of[PLAN_MAX_HOOKS] = {};
	bool on[PLAN_MAX_HOOKS] = {};
	size_t frees = find(HOOK_FREES, 1), allocates = find(HOOK_ALLOCATES, 1);
	struct misses sum;

	(void)state;
	of[frees] = 3;
	of[allocates] = 5;
	sum = misses__sum(of, on);
	assert_int_equal(sum.allocations + sum.frees, 0); /* they do not run */
	on[frees] = on[allocates] = true;
	sum = misses__sum(of, on);
	assert_int_equal(sum.frees, 3);
	assert_int_equal(sum.allocations, 5);
}

/* An event is lost only if every copy missed one: as often as the one that missed fewest. */
static void test_copies_see_for_each_other(void **state)
{
	uint64_t of[PLAN_MAX_HOOKS] = {};
	bool on[PLAN_MAX_HOOKS] = {};
	size_t first = find(HOOK_FREES, 2);

	(void)state;
	on[first] = on[first + 1] = true;
	of[first] = 7;
	of[first + 1] = 2;
	assert_int_equal(misses__sum(of, on).frees, 2);
	of[first] = 1;
	assert_int_equal(misses__sum(of, on).frees, 1);
	on[first + 1] = false;
	of[first] = 7;
	assert_int_equal(misses__sum(of, on).frees, 7);
}

static void test_watchers_miss_no_objects(void **state)
{
	uint64_t of[PLAN_MAX_HOOKS] = {};
	bool on[PLAN_MAX_HOOKS] = {};
	size_t watches = find(HOOK_WATCHES, 1);
	struct misses sum;

	(void)state;
	on[watches] = true;
	of[watches] = 9;
	sum = misses__sum(of, on);
	assert_int_equal(sum.allocations + sum.frees, 0);
}

/* All at once: each hook counts by itself. */
static void test_all_hooks(void **state)
{
	uint64_t of[PLAN_MAX_HOOKS], allocations = 0, frees = 0;
	bool on[PLAN_MAX_HOOKS];
	struct misses sum;

	(void)state;
	for (size_t i = 0; i < nr_hooks; i++) {
		of[i] = 4;
		on[i] = true;
		allocations += hooks[i].role == HOOK_ALLOCATES && hooks[i].copy == 1 ? 4 : 0;
		frees += hooks[i].role == HOOK_FREES && hooks[i].copy == 1 ? 4 : 0;
	}
	sum = misses__sum(of, on);
	assert_int_equal(sum.allocations, allocations);
	assert_int_equal(sum.frees, frees);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_programs_without_copies),
		cmocka_unit_test(test_copies_see_for_each_other),
		cmocka_unit_test(test_watchers_miss_no_objects),
		cmocka_unit_test(test_all_hooks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
