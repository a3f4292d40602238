// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "budget.h"

static void test_without_a_budget_nothing_is_exceeded(void **state)
{
	struct budget budget = {};

	(void)state;
	assert_false(budget__is_exceeded(&budget, 0.9, 1000));
}

static void test_coarser_as_long_as_it_helps(void **state)
{
	struct budget budget = {.most = 0.01};

	(void)state;
	assert_false(budget__is_exceeded(&budget, 0.01, 200));
	assert_true(budget__is_exceeded(&budget, 0.02, 200));
	assert_true(budget__is_exceeded(&budget, 0.015, 150));
	assert_false(budget__is_exceeded(&budget, 0.009, 120));
	/* a busier time: 150 was before, this is cheaper */
	assert_true(budget__is_exceeded(&budget, 0.011, 110));
	/* no gain any more */
	assert_false(budget__is_exceeded(&budget, 0.011, 109));
	assert_true(budget.spent);
	assert_false(budget__is_exceeded(&budget, 0.5, 50));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_budget_nothing_is_exceeded),
		cmocka_unit_test(test_coarser_as_long_as_it_helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
