// SPDX-License-Identifier: GPL-2.0-only
#include "judge/sparse_series.h"

#include <math.h>

void sparse_series__clear(struct growth_series *series, size_t first)
{
	for (size_t i = first; i < GROWTH_POINTS; i++)
		series->value[i] = NAN;
}

struct growth_slope sparse_series__slope(const struct growth_series *series,
					 const struct growth_clock *clock)
{
	double at[GROWTH_POINTS], value[GROWTH_POINTS];
	size_t nr = 0;

	for (size_t i = growth__warm_up(clock); i < clock->nr; i++) {
		if (isnan(series->value[i]))
			continue;
		at[nr] = clock->at[i];
		value[nr++] = series->value[i];
	}
	return growth__slope(at, value, 0, nr);
}
