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

/* Room for many times what is there goes, what is there stays. */
static void test_room_is_given_back(void **state)
{
	size_t room = 0;
	int *array = NULL;

	(void)state;
	array__give_back((void **)&array, 0, &room, sizeof(*array));
	assert_null(array);
	assert_int_equal(array__reserve((void **)&array, 1 << 20, &room, sizeof(*array)), 0);
	for (int i = 0; i < 1000; i++)
		array[i] = i;
	array__give_back((void **)&array, 1 << 17, &room, sizeof(*array));
	assert_int_equal(room, 1 << 20);
	array__give_back((void **)&array, 1000, &room, sizeof(*array));
	assert_int_equal(room, 2048);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(array[i], i);
	/* a MiB is not worth it */
	assert_int_equal(array__reserve((void **)&array, 1 << 18, &room, sizeof(*array)), 0);
	array__give_back((void **)&array, 0, &room, sizeof(*array));
	assert_int_equal(room, 1 << 18);
	free(array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room_doubles),
		cmocka_unit_test(test_room_that_is_just_enough),
		cmocka_unit_test(test_room_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
