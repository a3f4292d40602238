/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A number over time and how fast it grows.  A clock of bounded length that
 * always spans the whole run: when it is full, every second point goes.
 */
#ifndef KLEAK_JUDGE_GROWTH_H
#define KLEAK_JUDGE_GROWTH_H

#include <stdbool.h>
#include <stddef.h>

#define SERIES_POINTS 64
#define SERIES_LEAST  8 /* points that a slope needs at least, warm-up left out */

/* The times of a set of series; ascending. */
struct series_clock {
	double at[SERIES_POINTS];
	size_t nr;
	size_t stride; /* readings between two points */
	size_t since;  /* readings since the last point */
};

/* Values beside a clock's times. */
struct series {
	double value[SERIES_POINTS];
};

/*
 * Theil-Sen slope: the median of the slopes between all pairs of points, and an
 * interval for the true one at 95% confidence.  Sen's interval (Sen 1968, by the normal
 * approximation of Kendall's S, ties allowed for) takes the points for independent;
 * memory is a sum of what came and went, so the interval is widened to hold that of
 * the mean step as well, steps being correlated (Newey and West 1987).  Per second.
 */
struct series_slope {
	bool known;
	double per_s;
	double low, high;
};

/*
 * The point that a reading at now_s is entered at.  The last point always is the
 * last reading; every `stride` readings it stays and the next one is begun.
 * *halved: every second point went; call series__halve() on each series first.
 */
size_t series__tick(struct series_clock *clock, double now_s, bool *halved);

void series__halve(struct series *series);

/*
 * The slope over the points [first, nr) of `value`.  known is false with fewer than
 * SERIES_LEAST points.
 */
struct series_slope series__slope(const double *at, const double *value, size_t first, size_t nr);

/* How many points at the start are warm-up: a tenth of the time, two at least. */
size_t series__warm_up(const struct series_clock *clock);

#endif
