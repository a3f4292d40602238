// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/marks.h"

#include <math.h>

static void test_shares_of_what_was_marked(void **state)
{
	struct site list[] = {{.id = 1, .objects = 100}, {.id = 2, .objects = 8}, {.id = 3}};
	struct sites sites = {.list = list, .nr = 3};
	const struct site now = {.id = 2, .objects = 2}, other = {.id = 4, .objects = 2};
	struct marks marks = {};

	(void)state;
	assert_true(isnan(marks__share(&marks, &now))); /* nothing is marked */
	assert_int_equal(marks__set(&marks, &sites), 0);
	assert_true(marks__share(&marks, &now) == 0.25);
	assert_true(marks__share(&marks, &list[0]) == 1);
	assert_true(isnan(marks__share(&marks, &list[2]))); /* it had none */
	assert_true(isnan(marks__share(&marks, &other)));   /* it was not there */
	marks__free(&marks);
	assert_true(isnan(marks__share(&marks, &now)));
}

static void test_marks_are_set_anew(void **state)
{
	struct site list[] = {{.id = 1, .objects = 100}, {.id = 2, .objects = 8}};
	struct sites sites = {.list = list, .nr = 2};
	struct marks marks = {};

	(void)state;
	assert_int_equal(marks__set(&marks, &sites), 0);
	list[0].objects = 50;
	sites.nr = 1;
	assert_int_equal(marks__set(&marks, &sites), 0);
	assert_int_equal(marks.nr, 1);
	assert_true(marks__share(&marks, &list[0]) == 1);
	assert_true(isnan(marks__share(&marks, &list[1])));
	marks__free(&marks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares_of_what_was_marked),
		cmocka_unit_test(test_marks_are_set_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
