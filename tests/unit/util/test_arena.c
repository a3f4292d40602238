// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/arena.h"

#include <string.h>

static void test_memory_is_zeros_and_apart(void **state)
{
	struct arena arena = {};
	unsigned char *first = arena__new(&arena, 3, 100), *second = arena__new(&arena, 1, 5);

	(void)state;
	for (int i = 0; i < 300; i++)
		assert_int_equal(first[i], 0);
	memset(first, 1, 300);
	for (int i = 0; i < 5; i++)
		assert_int_equal(second[i], 0);
	assert_int_equal((uintptr_t)first % _Alignof(max_align_t), 0);
	assert_non_null(arena__new(&arena, 0, 8));
	assert_non_null(arena__new(&arena, 3, 0));
	arena__free(&arena);
	assert_null(arena.pieces);
	arena__free(&arena);
}

/* AddressSanitizer's malloc() fails as any other, and does not end the program. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void test_more_than_there_can_be(void **state)
{
	struct arena arena = {};

	(void)state;
	assert_null(arena__new(&arena, SIZE_MAX / 8, 16));
	assert_null(arena__new(&arena, SIZE_MAX / 8 + 1, 8)); /* the sum would be small again */
	assert_null(arena__new(&arena, SIZE_MAX / 4, 1));     /* a size, but nobody has as much */
	assert_null(arena.pieces);
	arena__free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_zeros_and_apart),
		cmocka_unit_test(test_more_than_there_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
