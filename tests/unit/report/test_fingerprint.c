// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/fingerprint.h"

#include <string.h>

static struct image kernel = {.build_id = {1, 2, 3}, .build_id_length = 3};
static struct image module = {.name = "foo", .build_id = {9, 8}, .build_id_length = 2};
static bool no_images;

static const struct image *image_of(const struct symbols_frame *frame, void *arg)
{
	assert_ptr_equal(arg, &no_images);
	if (no_images)
		return NULL;
	return frame->module ? &module : &kernel;
}

static const struct fingerprint_images images = {image_of, &no_images};

static struct symbols_frame stack[] = {
	{.address = 0xffffffffc0001010, .symbol = "foo_alloc", .offset = 0x10, .module = "foo"},
	{.address = 0xffffffff81001234, .symbol = "vfs_write", .offset = 0x34},
};

static uint64_t of(const char *origin)
{
	return fingerprint__of(origin, stack, 2, &images);
}

static void test_the_same_elsewhere(void **state)
{
	const uint64_t here = of("slab");

	(void)state;
	assert_true(here != 0);
	for (size_t i = 0; i < 2; i++)
		stack[i].address += 0x1000000; /* another boot */
	assert_true(of("slab") == here);
	for (size_t i = 0; i < 2; i++)
		stack[i].address -= 0x1000000;
	/* the number is part of files and of what others wrote: it does not change */
	assert_true(here == 0x7fb00bb86364d8f3);
}

/* Another build, function, offset, order, depth or allocator is another one. */
static void test_what_makes_it_another_one(void **state)
{
	const uint64_t here = of("slab");
	struct symbols_frame swapped[] = {stack[1], stack[0]};

	(void)state;
	assert_true(of("vmalloc") != here);
	kernel.build_id[1]++;
	assert_true(of("slab") != here);
	kernel.build_id[1]--;
	module.build_id_length--;
	assert_true(of("slab") != here);
	module.build_id_length++;
	stack[1].offset++;
	assert_true(of("slab") != here);
	stack[1].offset--;
	stack[0].symbol = "foo_allot";
	assert_true(of("slab") != here);
	stack[0].symbol = "foo_alloc";
	assert_true(fingerprint__of("slab", swapped, 2, &images) != here);
	assert_true(fingerprint__of("slab", stack, 1, &images) != here);
	assert_true(of("slab") == here);
}

/* Debug info adds lines, and no frames. */
static void test_inlined_functions_do_not_count(void **state)
{
	const struct symbols_frame more[] = {
		stack[0], {.address = 1, .symbol = "fdput", .inlined = true}, stack[1]};

	(void)state;
	assert_true(fingerprint__of("slab", more, 3, &images) == of("slab"));
	assert_true(fingerprint__of("slab", more + 1, 1, &images) == 0);
}

static void test_not_known(void **state)
{
	(void)state;
	assert_true(fingerprint__of("slab", NULL, 0, &images) == 0);
	no_images = true;
	assert_true(of("slab") == 0);
	assert_true(fingerprint__of_function(&stack[0], &images) == 0);
	no_images = false;
	module.build_id_length = 0;
	assert_true(of("slab") == 0);
	module.build_id_length = 2;
	stack[1].symbol = NULL;
	assert_true(of("slab") == 0);
	assert_true(fingerprint__of_function(&stack[1], &images) == 0);
	stack[1].symbol = "vfs_write";
	assert_true(of("slab") != 0);
}

static void test_of_a_function(void **state)
{
	const uint64_t here = fingerprint__of_function(&stack[0], &images);

	(void)state;
	assert_true(here != 0);
	stack[0].offset++; /* it calls from another place */
	assert_true(fingerprint__of_function(&stack[0], &images) == here);
	stack[0].offset--;
	assert_true(fingerprint__of_function(&stack[1], &images) != here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same_elsewhere),
		cmocka_unit_test(test_what_makes_it_another_one),
		cmocka_unit_test(test_inlined_functions_do_not_count),
		cmocka_unit_test(test_not_known),
		cmocka_unit_test(test_of_a_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
