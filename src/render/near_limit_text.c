// SPDX-License-Identifier: GPL-2.0-only
#include "render/near_limit_text.h"
#include "render/pen.h"

#include <math.h>

#define ITEM 160

/* "OOM in 12m at this pace (10m to 15m)" */
static void print_time(char *text, size_t len, const struct near_limit *is)
{
	int length = snprintf(text, len, "OOM in %s at this pace", pen__duration(is->oom_s).text);

	if (length > 0 && (size_t)length < len && is->soonest_s != is->latest_s)
		snprintf(text + length, len - (size_t)length, " (%s to %s)",
			 pen__duration(is->soonest_s).text,
			 isfinite(is->latest_s) ? pen__duration(is->latest_s).text : "never");
}

bool near_limit_text__sentence(char *text, size_t len, const struct near_limit *is,
			       const char *what, uint64_t limit)
{
	char of[2 * PEN_NUMBER + 8], time[ITEM];

	snprintf(of, sizeof(of), "%s of %s", pen__human((double)is->held, false).text,
		 pen__human((double)limit, false).text);
	switch (is->state) {
	case NEAR_LIMIT_NEAR:
		print_time(time, sizeof(time), is);
		snprintf(text, len, "NEAR LIMIT: %s%s%s, %s", what ? what : "", what ? ", " : "",
			 of, time);
		return true;
	case NEAR_LIMIT_OVER:
		snprintf(text, len,
			 "NEAR LIMIT: %s%s%s, no room but what page cache has: OOM at any "
			 "moment",
			 what ? what : "", what ? ", " : "", of);
		return true;
	case NEAR_LIMIT_AT:
		snprintf(text, len, "close to its limit: %s; that it grows is not certain", of);
		return true;
	default:
		return false;
	}
}
