// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/near_limit.h"

#include <math.h>

#define MIB(n) ((uint64_t)(n) << 20)
#define GROWS(low, per_s, high)                                                                    \
	(struct growth_slope)                                                                      \
	{                                                                                          \
		true, (per_s), (low), (high)                                                       \
	}

/* 100 MiB, of which 10 MiB are page cache, watched for ten minutes. */
static struct near_limit judge(uint64_t limit, struct growth_slope growth)
{
	const struct near_limit_books books = {.known = true,
					       .usage = MIB(100),
					       .cache = MIB(10),
					       .limit = limit,
					       .growth = growth,
					       .watched_s = 600};

	return near_limit__judge(&books);
}

static const struct growth_slope unknown;

static void what_is_not_known_is_no_verdict(void **state)
{
	const struct near_limit is = near_limit__judge(&(struct near_limit_books){.usage = 5});

	(void)state;
	assert_int_equal(is.state, NEAR_LIMIT_UNKNOWN);
	assert_true(isnan(is.oom_s) && isnan(is.soonest_s) && isnan(is.latest_s));
	assert_false(near_limit__warns(&is));
}

static void no_limit_is_never_reached(void **state)
{
	const struct near_limit is = judge(NEAR_LIMIT_NONE, GROWS(1, 1e9, 1e9));

	(void)state;
	assert_int_equal(is.state, NEAR_LIMIT_UNLIMITED);
	assert_true(isinf(is.oom_s));
	assert_int_equal(is.held, MIB(90));
}

static void near_and_growing(void **state)
{
	struct near_limit is = judge(MIB(100), GROWS(MIB(1) / 8, MIB(1) / 4, MIB(1) / 2));

	(void)state;
	assert_int_equal(is.state, NEAR_LIMIT_NEAR);
	assert_true(near_limit__warns(&is));
	assert_int_equal(is.room, MIB(10));
	assert_true(is.oom_s == 40 && is.soonest_s == 20 && is.latest_s == 80);
	/* slowly, but the share alone is near */
	is = judge(MIB(100), GROWS(1, 2, 3));
	assert_int_equal(is.state, NEAR_LIMIT_NEAR);
}

static void far_off_but_fast(void **state)
{
	struct near_limit is = judge(MIB(3690), GROWS(MIB(1), MIB(1), MIB(1)));

	(void)state;
	assert_int_equal(is.state, NEAR_LIMIT_NEAR);
	assert_true(is.oom_s == 3600);
	is = judge(MIB(3691), GROWS(MIB(1), MIB(1), MIB(1)));
	assert_int_equal(is.state, NEAR_LIMIT_FAR);
	assert_true(is.oom_s == 3601);
}

/* Ten seconds of growth do not tell of an hour. */
static void a_short_watch_reaches_not_far(void **state)
{
	struct near_limit_books books = {.known = true,
					 .usage = MIB(100),
					 .limit = MIB(2100),
					 .growth = GROWS(MIB(1), MIB(1), MIB(1)),
					 .watched_s = 10};

	(void)state;
	assert_int_equal(near_limit__judge(&books).state, NEAR_LIMIT_FAR);
	books.watched_s = 20;
	assert_int_equal(near_limit__judge(&books).state, NEAR_LIMIT_NEAR);
}

static void growth_that_is_not_certain(void **state)
{
	struct near_limit is = judge(MIB(95), GROWS(-1, MIB(1), MIB(2)));

	(void)state;
	assert_int_equal(is.state, NEAR_LIMIT_AT);
	assert_true(is.oom_s == 5 && isinf(is.latest_s));
	assert_false(near_limit__warns(&is));
	is = judge(MIB(95), unknown);
	assert_int_equal(is.state, NEAR_LIMIT_AT);
	assert_true(isnan(is.oom_s));
	assert_int_equal(judge(MIB(101), unknown).state, NEAR_LIMIT_FAR);
}

static void what_falls_is_not_near(void **state)
{
	const struct near_limit is = judge(MIB(91), GROWS(-3, -2, -1));

	(void)state;
	assert_int_equal(is.state, NEAR_LIMIT_FAR);
	assert_true(isinf(is.oom_s) && isinf(is.soonest_s) && isinf(is.latest_s));
}

static void over_already(void **state)
{
	struct near_limit is = judge(MIB(90), GROWS(-3, -2, -1));

	(void)state;
	assert_int_equal(is.state, NEAR_LIMIT_OVER);
	assert_true(is.oom_s == 0 && is.room == 0);
	assert_true(near_limit__warns(&is));
	is = judge(MIB(50), unknown);
	assert_int_equal(is.state, NEAR_LIMIT_OVER);
	assert_int_equal(judge(0, unknown).state, NEAR_LIMIT_OVER);
}

/* A cgroup whose page cache fills its limit is well. */
static void page_cache_makes_room(void **state)
{
	struct near_limit_books books = {.known = true,
					 .usage = MIB(100),
					 .cache = MIB(80),
					 .limit = MIB(100),
					 .watched_s = 600};
	struct near_limit is = near_limit__judge(&books);

	(void)state;
	assert_int_equal(is.state, NEAR_LIMIT_FAR);
	assert_int_equal(is.room, MIB(80));
	books.cache = MIB(200); /* counters that were read one after the other */
	is = near_limit__judge(&books);
	assert_int_equal(is.held, 0);
	assert_int_equal(is.state, NEAR_LIMIT_FAR);
}

static void states_have_names(void **state)
{
	(void)state;
	assert_string_equal(near_limit__name(NEAR_LIMIT_UNKNOWN), "unknown");
	assert_string_equal(near_limit__name(NEAR_LIMIT_AT), "close");
	assert_string_equal(near_limit__name(NEAR_LIMIT_OVER), "over");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_known_is_no_verdict),
		cmocka_unit_test(no_limit_is_never_reached),
		cmocka_unit_test(near_and_growing),
		cmocka_unit_test(far_off_but_fast),
		cmocka_unit_test(a_short_watch_reaches_not_far),
		cmocka_unit_test(growth_that_is_not_certain),
		cmocka_unit_test(what_falls_is_not_near),
		cmocka_unit_test(over_already),
		cmocka_unit_test(page_cache_makes_room),
		cmocka_unit_test(states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
