// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/saved_bound.h"

/* Parts that begin there. */
static struct saved_bound parts(uint64_t most, size_t nr, const uint64_t *starts)
{
	struct saved_bound bound = {.most = most};

	for (size_t i = 0; i < nr; i++)
		saved_bound__begin(&bound, starts[i]);
	return bound;
}

static void test_no_bound(void **state)
{
	const struct saved_bound none = parts(0, 1, (uint64_t[]){0});

	(void)state;
	assert_false(saved_bound__is_long(&none, UINT64_MAX));
	assert_false(saved_bound__is_over(&none, UINT64_MAX / 2, UINT64_MAX / 2));
	assert_true(saved_bound__excess(&none, UINT64_MAX / 2, UINT64_MAX / 2) == 0);
}

static void test_a_sixteenth_is_a_part(void **state)
{
	const struct saved_bound bound = parts(1600, 2, (uint64_t[]){0, 500});

	(void)state;
	assert_false(saved_bound__is_long(&bound, 599));
	assert_true(saved_bound__is_long(&bound, 600));
}

/* Whole parts go, down to three quarters; the end of the last part has room. */
static void test_what_goes(void **state)
{
	const struct saved_bound bound = parts(1600, 4, (uint64_t[]){0, 300, 500, 900});

	(void)state;
	assert_false(saved_bound__is_over(&bound, 1500, 68));
	assert_true(saved_bound__is_over(&bound, 1500, 69));
	assert_true(saved_bound__excess(&bound, 1500, 68) == 0);
	assert_true(saved_bound__excess(&bound, 1400, 200) == 500); /* 900 and 200 stay */
	assert_true(saved_bound__excess(&bound, 1500, 200) == 500);
	assert_true(saved_bound__excess(&bound, 1501, 200) == 900);
	assert_true(saved_bound__excess(&bound, 1500, 700) == 1500); /* all */
	assert_true(saved_bound__excess(&bound, 1500, 70000) == 1500);
}

static void test_cut(void **state)
{
	struct saved_bound bound = parts(1600, 4, (uint64_t[]){0, 300, 500, 900});

	(void)state;
	saved_bound__cut(&bound, 0);
	assert_int_equal(bound.nr, 4);
	saved_bound__cut(&bound, 500);
	assert_int_equal(bound.nr, 2);
	assert_true(bound.starts[0] == 0 && bound.starts[1] == 400);
	saved_bound__cut(&bound, 1000);
	assert_int_equal(bound.nr, 0);
	saved_bound__begin(&bound, 0);
	assert_int_equal(bound.nr, 1);
}

/* There are never more than there is room for, and the first one is known. */
static void test_many_parts(void **state)
{
	struct saved_bound bound = {.most = 1600};

	(void)state;
	for (uint64_t i = 0; i < 3 * SAVED_BOUND_PARTS; i++)
		saved_bound__begin(&bound, 10 * i);
	assert_int_equal(bound.nr, SAVED_BOUND_PARTS);
	assert_true(bound.starts[0] == 0);
	for (size_t i = 1; i < bound.nr; i++) /* the newest ones */
		assert_true(bound.starts[i] == 10 * (2 * SAVED_BOUND_PARTS + i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_bound),   cmocka_unit_test(test_a_sixteenth_is_a_part),
		cmocka_unit_test(test_what_goes),  cmocka_unit_test(test_cut),
		cmocka_unit_test(test_many_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
