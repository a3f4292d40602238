// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/radix_select.h"

#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Every so many-th of the values, against sorting them. */
static void assert_selects(const float *values, size_t nr)
{
	float *sorted = test_malloc(nr * sizeof(*sorted)), *list = test_malloc(nr * sizeof(*list));

	memcpy(sorted, values, nr * sizeof(*sorted));
	memcpy(list, values, nr * sizeof(*list));
	qsort(sorted, nr, sizeof(*sorted), by_value);
	for (size_t k = 0; k < nr; k += nr / 37 + 1)
		assert_true(radix_select__kth(list, nr, k) == sorted[k]);
	assert_true(radix_select__kth(list, nr, nr - 1) == sorted[nr - 1]);
	test_free(sorted);
	test_free(list);
}

/* Few are selected in another way than many. */
static void test_as_sorted(void **state)
{
	static const size_t numbers[] = {1, 2, 3, 100, 1023, 1024, 1025, 50000};

	(void)state;
	srand(1);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		size_t nr = numbers[i];
		float *values = test_malloc(nr * sizeof(*values));

		for (size_t k = 0; k < nr; k++)
			values[k] = (float)rand();
		assert_selects(values, nr);
		/* close to each other: the last digits tell */
		for (size_t k = 0; k < nr; k++)
			values[k] = 1e6f + (float)(rand() % 1000) / 8;
		assert_selects(values, nr);
		/* of every size */
		for (size_t k = 0; k < nr; k++)
			values[k] = (float)rand() / (float)(1U << rand() % 31);
		assert_selects(values, nr);
		for (size_t k = 0; k < nr; k++)
			values[k] = k % 3 ? 0 : 7;
		assert_selects(values, nr);
		test_free(values);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
