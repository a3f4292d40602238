// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/order.h"

#include <math.h>

static void test_order(void **state)
{
	(void)state;
	assert_int_equal(ORDER_UP(1, 2), -1);
	assert_int_equal(ORDER_UP(2, 1), 1);
	assert_int_equal(ORDER_UP(2, 2), 0);
	assert_int_equal(ORDER_DOWN(1, 2), 1);
	assert_int_equal(ORDER_DOWN(2, 1), -1);
	/* where a difference would not fit, or is none */
	assert_int_equal(ORDER_UP(INT64_MIN, INT64_MAX), -1);
	assert_int_equal(ORDER_UP(UINT64_MAX, UINT64_C(7)), 1);
	assert_int_equal(ORDER_UP(1e300, -1e300), 1);
	assert_int_equal(ORDER_UP(NAN, 1.0), 0);
}

static void test_keys_behind_each_other(void **state)
{
	(void)state;
	assert_int_equal(ORDER_UP(1, 1) ?: ORDER_DOWN(1, 2), 1);
	assert_int_equal(ORDER_UP(1, 2) ?: ORDER_DOWN(1, 2), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_keys_behind_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
