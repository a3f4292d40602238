// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/best.h"

struct item {
	int value, came;
};

static bool is_more(const void *a, const void *b)
{
	return ((const struct item *)a)->value > ((const struct item *)b)->value;
}

/* A list of at most three; `most` itself is the place behind it, which stays. */
static size_t keep(const int *values, size_t nr_values, size_t most, struct item list[4])
{
	size_t nr = 0;

	list[most] = (struct item){-1, -1};
	for (size_t i = 0; i < nr_values; i++) {
		const struct item item = {values[i], (int)i};

		best__keep(list, &nr, most, sizeof(item), &item, is_more);
	}
	assert_int_equal(list[most].value, -1);
	return nr;
}

static void test_the_best_in_order(void **state)
{
	struct item list[4];

	(void)state;
	assert_int_equal(keep((const int[]){3, 9, 1, 7, 8, 2}, 6, 3, list), 3);
	assert_int_equal(list[0].value, 9);
	assert_int_equal(list[1].value, 8);
	assert_int_equal(list[2].value, 7);
	assert_int_equal(keep((const int[]){3, 9}, 2, 3, list), 2);
	assert_int_equal(list[0].value, 9);
	assert_int_equal(list[1].value, 3);
	assert_int_equal(keep(NULL, 0, 3, list), 0);
}

/* Of equals the one that came first stays before the others. */
static void test_equals(void **state)
{
	struct item list[4];

	(void)state;
	assert_int_equal(keep((const int[]){5, 5, 7, 5, 5}, 5, 3, list), 3);
	assert_int_equal(list[0].came, 2);
	assert_int_equal(list[1].came, 0);
	assert_int_equal(list[2].came, 1);
}

static void test_no_room_at_all(void **state)
{
	struct item list[4];

	(void)state;
	assert_int_equal(keep((const int[]){5, 6}, 2, 0, list), 0);
	assert_int_equal(keep((const int[]){5, 6, 4}, 3, 1, list), 1);
	assert_int_equal(list[0].value, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_best_in_order),
		cmocka_unit_test(test_equals),
		cmocka_unit_test(test_no_room_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
