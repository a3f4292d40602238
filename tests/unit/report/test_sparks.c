// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/sparks.h"

#include <math.h>

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void enter(struct sparks *sparks, const struct report_site *sites, size_t nr)
{
	const struct coverage_class ledger[] = {{.kernel_delta_bytes = (int64_t)nr}};
	const struct report report = {
		.sites = sites, .nr_sites = nr, .ledger = ledger, .nr_ledger = NR(ledger)};

	assert_int_equal(sparks__enter(sparks, &report), 0);
}

static void test_points_in_order(void **state)
{
	struct sparks sparks = {};
	struct report_site sites[] = {{.id = 7, .bytes = 1}, {.id = 0, .bytes = 100}};

	(void)state;
	assert_null(sparks__of(&sparks, 7));
	enter(&sparks, sites, 2);
	sites[0].bytes = 2;
	sites[1].bytes = 50;
	enter(&sparks, sites, 2);
	assert_int_equal(sparks__of(&sparks, 7)->nr, 2);
	assert_true(sparks__of(&sparks, 7)->value[0] == 1 && sparks__of(&sparks, 7)->value[1] == 2);
	assert_true(sparks__of(&sparks, 0)->value[0] == 100);
	assert_int_equal(sparks.classes[0].nr, 2);
	assert_true(sparks.classes[0].value[1] == 2);
	sparks__free(&sparks);
}

/* The last points stay, and sites only while they are reported. */
static void test_bounded(void **state)
{
	struct sparks sparks = {};
	struct report_site sites[] = {{.id = 1}, {.id = 2}};

	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		sites[0].bytes = i;
		enter(&sparks, sites, 2);
	}
	assert_int_equal(sparks__of(&sparks, 1)->nr, SPARKS_POINTS);
	assert_true(sparks__of(&sparks, 1)->value[0] == 100 - SPARKS_POINTS);
	assert_true(sparks__of(&sparks, 1)->value[SPARKS_POINTS - 1] == 99);
	enter(&sparks, sites, 1);
	assert_null(sparks__of(&sparks, 2));
	enter(&sparks, sites, 0);
	assert_null(sparks__of(&sparks, 1));
	enter(&sparks, sites, 2);
	assert_int_equal(sparks__of(&sparks, 1)->nr, 1);
	sparks__free(&sparks);
}

static void test_same_id_twice(void **state)
{
	struct sparks sparks = {};
	const struct report_site sites[] = {{.id = 1, .bytes = 5}, {.id = 1, .bytes = 6}};

	(void)state;
	enter(&sparks, sites, 2);
	assert_int_equal(sparks__of(&sparks, 1)->nr, 1);
	sparks__free(&sparks);
}

static void check_levels(const double *values, size_t nr, size_t shown, const int *levels)
{
	struct spark spark = {.nr = nr};

	for (size_t i = 0; i < nr; i++)
		spark.value[i] = values[i];
	for (size_t i = nr > shown ? nr - shown : 0; i < nr; i++)
		assert_int_equal(spark__level(&spark, shown, i), levels[i]);
}

static void test_levels(void **state)
{
	(void)state;
	check_levels((double[]){0, 7, 14, 49}, 4, 4, (int[]){0, 1, 2, 7});
	check_levels((double[]){-7, 0}, 2, 8, (int[]){0, 7});
	check_levels((double[]){-14, -7, -7}, 3, 8, (int[]){0, 7, 7});
	/* only what is shown counts */
	check_levels((double[]){1000, 0, 7}, 3, 2, (int[]){0, 0, 7});
	/* flat, and nearly so: no drama */
	check_levels((double[]){5, 5}, 2, 8, (int[]){0, 0});
	check_levels((double[]){0, 0}, 2, 8, (int[]){0, 0});
	check_levels((double[]){1600, 1601}, 2, 8, (int[]){0, 0});
	check_levels((double[]){1500, 1600}, 2, 8, (int[]){0, 7});
	check_levels((double[]){7, 1000, 1000}, 3, 2, (int[]){0, 0, 0});
	check_levels((double[]){0, 50}, 2, 1, (int[]){0, 0});
	check_levels((double[]){-1000, -7, 0}, 3, 2, (int[]){0, 0, 7});
	check_levels((double[]){10, 0, 5}, 3, 8, (int[]){7, 0, 4});
	check_levels((double[]){-1601, -1600}, 2, 8, (int[]){0, 0});
	/* a sixteenth is just enough */
	check_levels((double[]){150, 160}, 2, 8, (int[]){0, 7});
	check_levels((double[]){1520, 1600}, 2, 8, (int[]){0, 6});
	check_levels((double[]){1e300, -1e300}, 2, 8, (int[]){7, 0});
}

/* Of the kernel's books the first ones, in their order; a new site begins with one point. */
static void test_classes(void **state)
{
	struct coverage_class ledger[SPARKS_CLASSES + 2] = {};
	struct report report = {.ledger = ledger, .nr_ledger = NR(ledger)};
	struct sparks sparks = {};

	(void)state;
	for (size_t i = 0; i < NR(ledger); i++)
		ledger[i].kernel_delta_bytes = -(int64_t)i;
	assert_int_equal(sparks__enter(&sparks, &report), 0);
	report.nr_ledger = 3;
	assert_int_equal(sparks__enter(&sparks, &report), 0);
	for (size_t i = 0; i < SPARKS_CLASSES; i++) {
		assert_int_equal(sparks.classes[i].nr, i < 3 ? 2 : 1);
		assert_true(sparks.classes[i].value[0] == -(double)i);
	}
	assert_int_equal(sparks.nr, 0);
	sparks__free(&sparks);
	assert_int_equal(sparks.classes[0].nr, 0);
	assert_null(sparks.list);
}

/* A site keeps its points wherever it is listed; one that comes has none but its own. */
static void test_sites_change_places(void **state)
{
	struct sparks sparks = {};
	struct report_site sites[] = {{.id = 1, .bytes = 10}, {.id = 2, .bytes = 20}};
	const struct report_site later[] = {{.id = 3, .bytes = 30},
					    {.id = 2, .bytes = 21},
					    {.id = 2, .bytes = 99},
					    {.id = 1, .bytes = 11}};

	(void)state;
	enter(&sparks, sites, 2);
	enter(&sparks, later, 4);
	assert_int_equal(sparks.nr, 3);
	assert_int_equal(sparks__of(&sparks, 3)->nr, 1);
	assert_true(sparks__of(&sparks, 3)->value[0] == 30);
	assert_int_equal(sparks__of(&sparks, 2)->nr, 2);
	assert_true(sparks__of(&sparks, 2)->value[0] == 20);
	assert_true(sparks__of(&sparks, 2)->value[1] == 21);
	assert_true(sparks__of(&sparks, 1)->value[0] == 10);
	assert_true(sparks__of(&sparks, 1)->value[1] == 11);
	sparks__free(&sparks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points_in_order), cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_same_id_twice),	cmocka_unit_test(test_levels),
		cmocka_unit_test(test_classes),		cmocka_unit_test(test_sites_change_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
