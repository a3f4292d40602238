// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/origins.h"

#include <errno.h>

static void test_a_list_is_read_as_it_is_printed(void **state)
{
	char text[64];

	(void)state;
	for (uint32_t origins = 1; origins < 1U << ORIGINS; origins++) {
		uint32_t read = 0;

		origins__print(text, sizeof(text), origins);
		assert_int_equal(origins__parse(text, &read), 0);
		assert_int_equal(read, origins);
	}
	origins__print(text, sizeof(text), ORIGIN_PAGES | ORIGIN_SLAB);
	assert_string_equal(text, "slab,pages");
	assert_string_equal(origins__name(KLEAK_SPACE_PERCPU), "percpu");
}

static void test_what_is_no_origin(void **state)
{
	static const char *const wrong[] = {"",		  "heap", "slab,", ",slab", "slab,,pages",
					    "slab pages", "slabs"};
	uint32_t origins;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(origins__parse(wrong[i], &origins), -EINVAL);
}

static void test_what_the_programs_look_at(void **state)
{
	const struct kleak_config config = {.vmalloc = 1, .pages = 1};

	(void)state;
	assert_int_equal(origins__of(&config), ORIGIN_VMALLOC | ORIGIN_PAGES);
}

static void test_a_list_is_cut_to_its_room(void **state)
{
	char text[8];

	(void)state;
	origins__print(text, sizeof(text), ORIGIN_SLAB | ORIGIN_VMALLOC);
	assert_string_equal(text, "slab,vm");
	origins__print(text, sizeof(text), 0);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_list_is_read_as_it_is_printed),
		cmocka_unit_test(test_what_is_no_origin),
		cmocka_unit_test(test_what_the_programs_look_at),
		cmocka_unit_test(test_a_list_is_cut_to_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
