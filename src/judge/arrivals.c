// SPDX-License-Identifier: GPL-2.0-only
#include "judge/arrivals.h"

#include <math.h>

#define SEEN	   10	/* for each burst */
#define EMPTY	   3	/* intervals between two bursts, at least */
#define QUIET_S	   30.0 /* nothing for so long, at least: it stopped */
#define SHARE_BUSY (1.0 / 3)

/* Intervals with objects that stay, those with fewer than EMPTY empty ones between as one. */
struct runs {
	uint32_t nr;
	uint64_t seen;
	double busy_s; /* of all of them */
	double first_s, last_s;
};

static struct runs find_runs(const double *at, const uint32_t *alive, size_t nr)
{
	struct runs runs = {};
	size_t last = 0;

	for (size_t i = 0; i < nr; i++) {
		double from_s = i ? at[i - 1] : 0;

		if (!alive[i])
			continue;
		if (!runs.nr)
			runs.first_s = from_s;
		if (!runs.nr || i - last > EMPTY) {
			runs.nr++;
			runs.last_s = from_s;
		}
		runs.busy_s += at[i] - runs.last_s;
		runs.last_s = at[i];
		runs.seen += alive[i];
		last = i;
	}
	return runs;
}

static double share_kept(const uint64_t *allocated, const uint32_t *alive, const float *weights,
			 size_t nr)
{
	double all = 0, live = 0;

	for (size_t i = 0; i < nr; i++) {
		all += (double)allocated[i];
		live += (double)alive[i] * weights[i];
	}
	return all > 0 ? fmin(1, live / all) : NAN;
}

static enum arrivals_shape shape_of(const struct runs *runs, double end_s)
{
	double lasted_s = runs->last_s - runs->first_s;

	if (runs->seen < SEEN)
		return ARRIVALS_UNKNOWN;
	if (end_s - runs->last_s >= fmax(QUIET_S, lasted_s))
		return ARRIVALS_STOPPED;
	if (runs->nr > 1 && runs->seen >= (uint64_t)SEEN * runs->nr &&
	    runs->busy_s < SHARE_BUSY * end_s)
		return ARRIVALS_BURSTS;
	return ARRIVALS_ONGOING;
}

struct arrivals arrivals__of(const double *at, const uint64_t *allocated, const uint32_t *alive,
			     const float *weights, size_t nr, double now_s)
{
	struct runs runs = find_runs(at, alive, nr);
	struct arrivals arrivals = {
		.shape = nr ? shape_of(&runs, at[nr - 1]) : ARRIVALS_UNKNOWN,
		.kept_share = share_kept(allocated, alive, weights, nr),
	};

	if (arrivals.shape == ARRIVALS_UNKNOWN)
		return arrivals;
	arrivals.bursts = arrivals.shape == ARRIVALS_ONGOING ? 0 : runs.nr;
	arrivals.lasted_s = runs.last_s - runs.first_s;
	arrivals.since_s = now_s - runs.last_s;
	return arrivals;
}

const char *arrivals__name(enum arrivals_shape shape)
{
	switch (shape) {
	case ARRIVALS_ONGOING:
		return "ongoing";
	case ARRIVALS_BURSTS:
		return "bursts";
	case ARRIVALS_STOPPED:
		return "stopped";
	default:
		return NULL;
	}
}
