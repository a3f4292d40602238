/* SPDX-License-Identifier: GPL-2.0-only */
/* How near a cgroup is to its limit of memory, and when it gets there at its pace. */
#ifndef KLEAK_JUDGE_NEAR_LIMIT_H
#define KLEAK_JUDGE_NEAR_LIMIT_H

#include "judge/growth.h"

#include <stdbool.h>
#include <stdint.h>

#define NEAR_LIMIT_SHARE 0.8	/* of the limit: what grows steadily is near it from there on, */
#define NEAR_LIMIT_S	 3600.0 /* or so long before it gets there, */
#define NEAR_LIMIT_REACH                                                                           \
	100.0		     /* a pace being believed for so many times as long as it was seen     \
			      */
#define NEAR_LIMIT_CLOSE 0.9 /* of the limit: said, whether it grows or not */

#define NEAR_LIMIT_NONE UINT64_MAX /* a limit that is none */

struct near_limit_books {
	bool known; /* usage and limit are */
	uint64_t usage, limit;
	uint64_t cache;		    /* of `usage`, page cache: reclaim takes it first */
	struct growth_slope growth; /* of usage - cache */
	double watched_s;	    /* so long */
};

enum near_limit_state {
	NEAR_LIMIT_UNKNOWN,
	NEAR_LIMIT_UNLIMITED,
	NEAR_LIMIT_FAR,	 /* or it does not grow for certain */
	NEAR_LIMIT_AT,	 /* close to it; that it grows is not certain */
	NEAR_LIMIT_NEAR, /* near, and it grows */
	NEAR_LIMIT_OVER, /* no room is left but that of page cache */
	NEAR_LIMIT_STATES,
};

struct near_limit {
	enum near_limit_state state;
	uint64_t held; /* usage - cache */
	uint64_t room; /* limit - held; 0: none, or not known */
	/* Seconds until there is none, at this pace; soonest and latest by the 95% interval of
	 * growth. INFINITY: it does not grow; NAN: not known. */
	double oom_s, soonest_s, latest_s;
};

/*
 * What grows is what the kernel cannot give up for the asking: reclaimable slab counts, for what is
 * reclaimable in general may be in use (mm/shrinker.c), and page cache does not.
 */
struct near_limit near_limit__judge(const struct near_limit_books *books);

/* Is it worth a warning? */
static inline bool near_limit__warns(const struct near_limit *is)
{
	return is->state == NEAR_LIMIT_NEAR || is->state == NEAR_LIMIT_OVER;
}

/* "near", for JSON. */
const char *near_limit__name(enum near_limit_state state);

#endif
