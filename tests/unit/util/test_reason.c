// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/reason.h"

#include <errno.h>
#include <string.h>

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(reason__of(EPERM), "Operation not permitted");
	assert_string_equal(reason__of(ENOTSUP), strerror(ENOTSUP));
	assert_non_null(strstr(reason__of(524), "Not supported"));
	assert_null(strstr(reason__of(524), "Unknown"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
