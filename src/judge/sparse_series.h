/* SPDX-License-Identifier: GPL-2.0-only */
/* A series beside a clock that does not have a value at each of its points (judge/growth.h). */
#ifndef KLEAK_JUDGE_SPARSE_SERIES_H
#define KLEAK_JUDGE_SPARSE_SERIES_H

#include "judge/growth.h"

/* Take the values out of the points [first, GROWTH_POINTS): they are not known. */
void sparse_series__clear(struct growth_series *series, size_t first);

/*
 * The slope over the points that have a value, warm-up left out.  known is false with fewer than
 * GROWTH_LEAST of them.
 */
struct growth_slope sparse_series__slope(const struct growth_series *series,
					 const struct growth_clock *clock);

#endif
