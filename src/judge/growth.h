/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A number over time and how fast it grows.  A clock of bounded length that
 * always spans the whole run: when it is full, every second point goes.
 */
#ifndef KLEAK_JUDGE_GROWTH_H
#define KLEAK_JUDGE_GROWTH_H

#include <stdbool.h>
#include <stddef.h>

#define GROWTH_POINTS 64
#define GROWTH_LEAST  8 /* points that a slope needs at least, warm-up left out */

/* The times of a set of series; ascending. */
struct growth_clock {
	double at[GROWTH_POINTS];
	size_t nr;
	size_t stride; /* readings between two points */
	size_t since;  /* readings since the last point */
};

/* Values beside a clock's times. */
struct growth_series {
	double value[GROWTH_POINTS];
};

/*
 * Theil-Sen slope: the median of the slopes between all pairs of points, and an
 * interval for the true one at 95% confidence.  Sen's interval (Sen 1968, by the normal
 * approximation of Kendall's S, ties allowed for) takes the points for independent;
 * memory is a sum of what came and went, so the interval is widened to hold that of
 * the mean step as well, steps being correlated (Newey and West 1987).  Per second.
 */
struct growth_slope {
	bool known;
	double per_s;
	double low, high;
};

/*
 * The point that a reading at now_s is entered at.  The last point always is the
 * last reading; every `stride` readings it stays and the next one is begun.
 * *halved: every second point went; call growth__halve() on each series first.
 */
size_t growth__tick(struct growth_clock *clock, double now_s, bool *halved);

void growth__halve(struct growth_series *series);

/*
 * The slope over the points [first, nr) of `value`.  known is false with fewer than
 * GROWTH_LEAST points.
 */
struct growth_slope growth__slope(const double *at, const double *value, size_t first, size_t nr);

/* How many points at the start are warm-up: a tenth of the time, two at least. */
size_t growth__warm_up(const struct growth_clock *clock);

#endif
