// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "render/near_limit_text.h"

#include <math.h>

#define MIB(n) ((uint64_t)(n) << 20)

static char text[256];

static bool print(struct near_limit is, const char *what)
{
	return near_limit_text__sentence(text, sizeof(text), &is, what, MIB(2253));
}

static void tells_when(void **state)
{
	(void)state;
	assert_true(print((struct near_limit){NEAR_LIMIT_NEAR, MIB(2150), MIB(103), 720, 600, 900},
			  "reclaimable"));
	assert_string_equal(text, "NEAR LIMIT: reclaimable, 2.1G of 2.2G, OOM in 12.0m at this "
				  "pace (10.0m to 15.0m)");
	assert_true(
		print((struct near_limit){NEAR_LIMIT_NEAR, MIB(2150), MIB(103), 9, 9, 9}, NULL));
	assert_string_equal(text, "NEAR LIMIT: 2.1G of 2.2G, OOM in 9.0s at this pace");
}

static void tells_that_it_is_full(void **state)
{
	(void)state;
	assert_true(print((struct near_limit){NEAR_LIMIT_OVER, MIB(2253), 0, 0, 0, 0}, "anon"));
	assert_string_equal(text,
			    "NEAR LIMIT: anon, 2.2G of 2.2G, no room but what page cache has: "
			    "OOM at any moment");
}

static void tells_that_it_is_close(void **state)
{
	(void)state;
	assert_true(print((struct near_limit){NEAR_LIMIT_AT, MIB(2200), 1, NAN, NAN, NAN}, "anon"));
	assert_string_equal(text, "close to its limit: 2.1G of 2.2G; that it grows is not certain");
}

static void else_nothing(void **state)
{
	(void)state;
	assert_false(print((struct near_limit){.state = NEAR_LIMIT_FAR}, "anon"));
	assert_false(print((struct near_limit){.state = NEAR_LIMIT_UNKNOWN}, "anon"));
	assert_false(print((struct near_limit){.state = NEAR_LIMIT_UNLIMITED}, "anon"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_when),
		cmocka_unit_test(tells_that_it_is_full),
		cmocka_unit_test(tells_that_it_is_close),
		cmocka_unit_test(else_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
