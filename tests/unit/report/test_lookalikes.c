// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/lookalikes.h"

/* Of 100 of its own 80 must look alike, and of others' 20 at most. */
static void test_what_can_be_told(void **state)
{
	struct lookalikes_site site = {.own = {100, 80}, .others = {100, 20}, .older = {7, 0}};

	(void)state;
	assert_int_equal(lookalikes__answer(&site), LOOKALIKES_TOLD);
	site.own.alike = 79;
	assert_int_equal(lookalikes__answer(&site), LOOKALIKES_EMPTY);
	site.own.alike = 80;
	site.others.alike = 21;
	assert_int_equal(lookalikes__answer(&site), LOOKALIKES_ALIKE);
	site.others = (struct lookalikes_count){};
	assert_int_equal(lookalikes__answer(&site), LOOKALIKES_TOLD);
	site.older.looked = 0;
	assert_int_equal(lookalikes__answer(&site), LOOKALIKES_NONE);
	site.own = (struct lookalikes_count){};
	assert_int_equal(lookalikes__answer(&site), LOOKALIKES_EMPTY);
}

static void test_by_id(void **state)
{
	const struct lookalikes found = {.list = {{.id = 7}, {.id = 9}, {.id = 11}}, .nr = 2};

	(void)state;
	assert_ptr_equal(lookalikes__of(&found, 9), &found.list[1]);
	assert_null(lookalikes__of(&found, 11));
	assert_null(lookalikes__of(&found, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_can_be_told),
		cmocka_unit_test(test_by_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
