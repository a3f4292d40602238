// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "render/weight.h"
#include "report/report.h"

#include <math.h>

static void test_what_a_site_weighs(void **state)
{
	struct report_site site = {.bytes = 4096,
				   .objects = 8,
				   .unreferenced_bytes = 512,
				   .growth_bytes_per_min = 100.6};

	(void)state;
	assert_int_equal(weight__of(&site, WEIGHT_BYTES), 4096);
	assert_int_equal(weight__of(&site, WEIGHT_OBJECTS), 8);
	assert_int_equal(weight__of(&site, WEIGHT_UNREFERENCED), 512);
	assert_int_equal(weight__of(&site, WEIGHT_GROWTH), 101);
}

/* What shrinks, or is not known to grow, weighs nothing. */
static void test_growth_at_its_limits(void **state)
{
	struct report_site site = {.growth_bytes_per_min = -5};

	(void)state;
	assert_int_equal(weight__of(&site, WEIGHT_GROWTH), 0);
	site.growth_bytes_per_min = NAN;
	assert_int_equal(weight__of(&site, WEIGHT_GROWTH), 0);
	site.growth_bytes_per_min = 0.49;
	assert_int_equal(weight__of(&site, WEIGHT_GROWTH), 0);
	site.growth_bytes_per_min = 0.5;
	assert_int_equal(weight__of(&site, WEIGHT_GROWTH), 1);
	site.growth_bytes_per_min = 0x1p62;
	assert_true(weight__of(&site, WEIGHT_GROWTH) == UINT64_C(1) << 62);
	site.growth_bytes_per_min = 0x1p63;
	assert_int_equal(weight__of(&site, WEIGHT_GROWTH), INT64_MAX);
	site.growth_bytes_per_min = 1e30;
	assert_int_equal(weight__of(&site, WEIGHT_GROWTH), INT64_MAX);
}

static void test_amounts_for_people(void **state)
{
	(void)state;
	assert_string_equal(weight__human(1536, WEIGHT_BYTES).text, "1.5K");
	assert_string_equal(weight__human(1536, WEIGHT_OBJECTS).text, "1536");
	assert_string_equal(weight__human(1e15, WEIGHT_OBJECTS).text, "1e+15");
	assert_string_equal(weight__human(1536, WEIGHT_GROWTH).text, "+1.5K/min");
	assert_string_equal(weight__human(1536, WEIGHT_UNREFERENCED).text, "1.5K");
	assert_string_equal(weight__human(-1, WEIGHT_BYTES).text, "-1");
	assert_string_equal(weight__title(WEIGHT_BYTES), "outstanding bytes");
	assert_string_equal(weight__title(WEIGHT_UNREFERENCED), "bytes that nothing refers to");
	assert_string_equal(weight__title(WEIGHT_OBJECTS), "outstanding objects");
	assert_string_equal(weight__title(WEIGHT_GROWTH), "growth in bytes a minute");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_site_weighs),
		cmocka_unit_test(test_growth_at_its_limits),
		cmocka_unit_test(test_amounts_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
