// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/overhead_limit.h"

static void test_without_a_budget_nothing_is_exceeded(void **state)
{
	struct overhead_limit budget = {};

	(void)state;
	assert_false(overhead_limit__is_exceeded(&budget, 0.9, 1000));
}

static void test_coarser_as_long_as_it_helps(void **state)
{
	struct overhead_limit budget = {.most = 0.01};

	(void)state;
	assert_false(overhead_limit__is_exceeded(&budget, 0.01, 200));
	assert_true(overhead_limit__is_exceeded(&budget, 0.02, 200));
	assert_true(overhead_limit__is_exceeded(&budget, 0.015, 150));
	assert_false(overhead_limit__is_exceeded(&budget, 0.009, 120));
	/* a busier time: 150 was before, this is cheaper */
	assert_true(overhead_limit__is_exceeded(&budget, 0.011, 110));
	/* no gain any more */
	assert_false(overhead_limit__is_exceeded(&budget, 0.011, 109));
	assert_true(budget.spent);
	assert_false(overhead_limit__is_exceeded(&budget, 0.5, 50));
}

static bool is_about(double a, double b)
{
	return a > b - 1e-12 && a < b + 1e-12;
}

/* 128 possible CPUs, 4 online: 40 ms in 100 are a tenth of what there is, not a 320th. */
static void test_share_is_of_the_cpus_online(void **state)
{
	(void)state;
	assert_true(is_about(overhead_limit__share(40000000, 0.1, 4), 0.1));
	assert_true(is_about(overhead_limit__share(40000000, 0.1, 2), 0.2));
	assert_true(is_about(overhead_limit__share(0, 0.1, 1), 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_budget_nothing_is_exceeded),
		cmocka_unit_test(test_coarser_as_long_as_it_helps),
		cmocka_unit_test(test_share_is_of_the_cpus_online),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
