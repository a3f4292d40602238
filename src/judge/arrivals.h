/* SPDX-License-Identifier: GPL-2.0-only */
/* When what stays of a site was allocated: all the time, in bursts, or then and no more */
#ifndef KLEAK_JUDGE_ARRIVALS_H
#define KLEAK_JUDGE_ARRIVALS_H

#include <stddef.h>
#include <stdint.h>

enum arrivals_shape {
	ARRIVALS_UNKNOWN, /* too few stay to tell */
	ARRIVALS_ONGOING,
	ARRIVALS_BURSTS,
	ARRIVALS_STOPPED,
};

struct arrivals {
	enum arrivals_shape shape;
	uint32_t bursts;   /* how many there were; 1 where they stopped, 0 where they go on */
	double lasted_s;   /* from before the first of what stays was allocated to after the last */
	double since_s;	   /* from then to the last look */
	double kept_share; /* of all that was allocated long enough ago, what lives; NAN: nothing
			      was */
};

/*
 * Of nr intervals, the oldest first: interval i ended at at[i] seconds, allocated[i] objects were
 * allocated in it, and of those that are seen alive[i] live, each of which stands for weights[i] on
 * the average.
 * Only intervals whose objects have had the time to be freed.  now_s: the last look.
 *
 * They stopped when nothing has stayed for at least as long as it took all to come, and for half a
 * minute.  Bursts are apart by several empty intervals, and empty for more than two thirds of the
 * time. Either needs 10 objects that were seen, for each burst.
 */
struct arrivals arrivals__of(const double *at, const uint64_t *allocated, const uint32_t *alive,
			     const float *weights, size_t nr, double now_s);

/* "stopped"; NULL: not known */
const char *arrivals__name(enum arrivals_shape shape);

#endif
