// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/array.h"

#include <stdlib.h>

static void test_room_doubles(void **state)
{
	size_t room = 0;
	int *array = NULL;

	(void)state;
	assert_int_equal(array__reserve((void **)&array, 0, &room, sizeof(*array)), 0);
	assert_null(array);
	assert_int_equal(array__reserve((void **)&array, 1, &room, sizeof(*array)), 0);
	assert_int_equal(room, 256);
	for (int i = 0; i < 256; i++)
		array[i] = i;
	assert_int_equal(array__reserve((void **)&array, 256, &room, sizeof(*array)), 0);
	assert_int_equal(room, 256);
	assert_int_equal(array__reserve((void **)&array, 257, &room, sizeof(*array)), 0);
	assert_int_equal(room, 512);
	assert_int_equal(array__reserve((void **)&array, 5000, &room, sizeof(*array)), 0);
	assert_int_equal(room, 8192);
	for (int i = 0; i < 256; i++)
		assert_int_equal(array[i], i);
	array[8191] = 0;
	free(array);
}

/* What is asked for is enough: no more is taken. */
static void test_room_that_is_just_enough(void **state)
{
	size_t room = 0;
	char *array = NULL;

	(void)state;
	assert_int_equal(array__reserve((void **)&array, 256, &room, 1), 0);
	assert_int_equal(room, 256);
	assert_int_equal(array__reserve((void **)&array, 1024, &room, 1), 0);
	assert_int_equal(room, 1024);
	free(array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room_doubles),
		cmocka_unit_test(test_room_that_is_just_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
