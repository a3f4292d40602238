// SPDX-License-Identifier: GPL-2.0-only
#include "golden/charge_growth.h"

#include "memory/charge_growth.h"

static void test_what_was(void **state)
{
	struct golden_looks looks;
	const struct charge_growth *growth = &looks.growth;
	uint64_t bytes;

	(void)state;
	golden_looks_begin(&looks);
	assert_int_equal(charge_growth__was(growth, &looks.now.list[LOOK_APP]), LOOK_APP);
	/* another one that stands where one was is not that one */
	assert_int_equal(charge_growth__was(growth, &looks.now.list[LOOK_JOB]), MEMCGS_NONE);
	assert_int_equal(charge_growth__objects(growth, LOOK_APP, 0x9000), 10);
	assert_int_equal(charge_growth__objects(growth, LOOK_APP, 0x9040), 500);
	assert_int_equal(charge_growth__objects(growth, LOOK_APP, 0x9080), 0);
	assert_int_equal(charge_growth__objects(growth, LOOK_JOB, 0x9000), 7);
	assert_int_equal(charge_growth__objects(growth, MEMCGS_NONE, 0x9000), 0);
	assert_int_equal(charge_growth__objects(growth, CHARGES_UNKNOWN, 0x9000), 0);
	assert_int_equal(charge_growth__removed(growth, &looks.now.memcgs, &bytes), 1);
	assert_int_equal(bytes, 7 * 64);
	/* one that is still there, but dead, was removed as well; what was dead before was not */
	looks.now.list[LOOK_APP].dead = true;
	assert_int_equal(charge_growth__removed(growth, &looks.now.memcgs, &bytes), 2);
	looks.before.list[LOOK_APP].dead = true;
	assert_int_equal(charge_growth__removed(growth, &looks.now.memcgs, &bytes), 1);
	golden_looks_end(&looks);
}

/* What grew most comes first; among the caches of one, too. */
static void test_a_list(void **state)
{
	struct golden_looks looks;
	struct charge_list list;

	(void)state;
	golden_looks_begin(&looks);
	list = golden_grown_list(&looks);
	assert_int_equal(list.nr, 4);
	assert_int_equal(list.rows[0].memcg, LOOK_APP);
	assert_int_equal(list.rows[0].grew_bytes, 220 * 64 - 10 * 128 + 2 * 256 + 4096);
	assert_int_equal(list.rows[0].grew_objects, 212);
	assert_false(list.rows[0].is_new);
	assert_string_equal(list.caches[list.rows[0].first_row].cache->name, "filp");
	assert_int_equal(list.caches[list.rows[0].first_row].grew_objects, 220);
	assert_int_equal(list.caches[list.rows[0].first_row + 1].grew_objects, 2);
	assert_int_equal(list.caches[list.rows[0].first_row + 2].grew_objects, -10);
	assert_int_equal(list.rows[1].memcg, LOOK_JOB);
	assert_true(list.rows[1].is_new);
	assert_int_equal(list.rows[1].grew_bytes, 5 * 64);
	assert_int_equal(list.caches[list.rows[1].first_row].grew_objects, 5);
	assert_int_equal(list.rows[2].memcg, CHARGES_UNKNOWN);
	assert_int_equal(list.rows[2].grew_bytes, 0);
	assert_false(list.rows[2].is_new);
	/* it has nothing any more */
	assert_int_equal(list.rows[3].memcg, LOOK_ROOT);
	assert_int_equal(list.rows[3].grew_bytes, -3 * 256);
	charge_list__free(&list);
	golden_looks_end(&looks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was),
		cmocka_unit_test(test_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
