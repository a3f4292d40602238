// SPDX-License-Identifier: GPL-2.0-only
#include "judge/near_limit.h"

#include <math.h>

/* Seconds until `room` is gone. */
static double time_of(uint64_t room, double per_s)
{
	return per_s > 0 ? (double)room / per_s : INFINITY;
}

static void reckon_times(struct near_limit *is, const struct near_limit_books *books)
{
	const struct growth_slope *growth = &books->growth;

	is->oom_s = is->soonest_s = is->latest_s = NAN;
	if (!is->room) {
		is->oom_s = is->soonest_s = is->latest_s = 0;
	} else if (growth->known) {
		is->oom_s = time_of(is->room, growth->per_s);
		is->soonest_s = time_of(is->room, growth->high);
		is->latest_s = time_of(is->room, growth->low);
	}
}

static enum near_limit_state state_of(const struct near_limit *is,
				      const struct near_limit_books *books)
{
	double share = (double)is->held / (double)books->limit;
	bool grows = books->growth.known && books->growth.low > 0;
	bool shrinks = books->growth.known && books->growth.high < 0;

	if (!is->room)
		return NEAR_LIMIT_OVER;
	if (grows &&
	    (share >= NEAR_LIMIT_SHARE ||
	     (is->oom_s <= NEAR_LIMIT_S && is->oom_s <= NEAR_LIMIT_REACH * books->watched_s)))
		return NEAR_LIMIT_NEAR;
	return share >= NEAR_LIMIT_CLOSE && !shrinks ? NEAR_LIMIT_AT : NEAR_LIMIT_FAR;
}

struct near_limit near_limit__judge(const struct near_limit_books *books)
{
	struct near_limit is = {.oom_s = NAN, .soonest_s = NAN, .latest_s = NAN};

	if (!books->known)
		return is;
	/* counters are read one after the other */
	is.held = books->usage > books->cache ? books->usage - books->cache : 0;
	if (books->limit == NEAR_LIMIT_NONE) {
		is.state = NEAR_LIMIT_UNLIMITED;
		is.oom_s = is.soonest_s = is.latest_s = INFINITY;
		return is;
	}
	is.room = books->limit > is.held ? books->limit - is.held : 0;
	reckon_times(&is, books);
	is.state = state_of(&is, books);
	return is;
}

const char *near_limit__name(enum near_limit_state state)
{
	static const char *const names[NEAR_LIMIT_STATES] = {
		[NEAR_LIMIT_UNKNOWN] = "unknown", [NEAR_LIMIT_UNLIMITED] = "unlimited",
		[NEAR_LIMIT_FAR] = "far",	  [NEAR_LIMIT_AT] = "close",
		[NEAR_LIMIT_NEAR] = "near",	  [NEAR_LIMIT_OVER] = "over",
	};

	return names[state];
}
