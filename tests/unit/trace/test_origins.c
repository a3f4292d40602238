// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/origins.h"

static void test_a_list(void **state)
{
	char text[64];

	(void)state;
	origins__print(text, sizeof(text), ORIGIN_PAGES | ORIGIN_SLAB);
	assert_string_equal(text, "slab,pages");
	assert_string_equal(origins__name(KLEAK_SPACE_PERCPU), "percpu");
	assert_null(origins__names[ORIGINS]);
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
		cmocka_unit_test(test_a_list),
		cmocka_unit_test(test_what_the_programs_look_at),
		cmocka_unit_test(test_a_list_is_cut_to_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
