// SPDX-License-Identifier: GPL-2.0-only
#include "judge/growth.h"
#include "util/quickselect.h"

#include <math.h>
#include <stdlib.h>

#define PAIRS	      (GROWTH_POINTS * (GROWTH_POINTS - 1) / 2)
#define Z_95	      1.959964 /* of the normal distribution, two-sided */
#define LAGS	      4	       /* of the steps' autocorrelation that is allowed for */
#define LEAST_SHARE   0.1      /* of the steps' variance that is kept however they alternate */
#define WARM_UP_SHARE 0.1
#define WARM_UP_LEAST 2

size_t growth__tick(struct growth_clock *clock, double now_s, bool *halved)
{
	*halved = false;
	if (!clock->stride)
		clock->stride = 1;
	if (clock->nr && clock->since < clock->stride) {
		clock->since++;
		clock->at[clock->nr - 1] = now_s;
		return clock->nr - 1;
	}
	if (clock->nr == GROWTH_POINTS) {
		/* A point stands at the end of its stride: of two, the later one stays. */
		for (size_t i = 0; i < GROWTH_POINTS / 2; i++)
			clock->at[i] = clock->at[2 * i + 1];
		clock->nr = GROWTH_POINTS / 2;
		clock->stride *= 2;
		*halved = true;
	}
	clock->since = 1;
	clock->at[clock->nr] = now_s;
	return clock->nr++;
}

void growth__halve(struct growth_series *series)
{
	for (size_t i = 0; i < GROWTH_POINTS / 2; i++)
		series->value[i] = series->value[2 * i + 1];
	for (size_t i = GROWTH_POINTS / 2; i < GROWTH_POINTS; i++)
		series->value[i] = 0;
}

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

QUICKSELECT(place, double)

/* The variance of Kendall's S: n (n - 1) (2n + 5) / 18, less for ties among the values. */
static double variance_of(const double *value, size_t nr)
{
	double sorted[GROWTH_POINTS] = {0},
	       sum = (double)nr * (double)(nr - 1) * (2.0 * (double)nr + 5);

	for (size_t i = 0; i < nr; i++)
		sorted[i] = value[i];
	qsort(sorted, nr, sizeof(*sorted), ascending);
	for (size_t i = 0; i < nr;) {
		size_t next = i + 1;
		double ties;

		while (next < nr && sorted[next] == sorted[i])
			next++;
		ties = (double)(next - i);
		sum -= ties * (ties - 1) * (2 * ties + 5);
		i = next;
	}
	return sum / 18;
}

/* How far the step from point `i` to the next is above `per_s`. */
static double step(const double *at, const double *value, size_t i, double per_s)
{
	return value[i + 1] - value[i] - per_s * (at[i + 1] - at[i]);
}

/*
 * Half the width of the 95% interval of the mean rate, told by the steps between
 * neighbours: their long-run variance (Newey and West 1987, Bartlett's weights).
 */
static double spread_of_steps(const double *at, const double *value, size_t first, size_t nr,
			      double mean)
{
	size_t steps = nr - first - 1;
	double n = (double)steps, variance = 0, alone, t;

	for (size_t i = 0; i < steps; i++)
		variance += pow(step(at, value, first + i, mean), 2) / n;
	alone = variance;
	for (size_t lag = 1; lag <= LAGS; lag++) {
		double together = 0;

		for (size_t i = lag; i < steps; i++)
			together += step(at, value, first + i, mean) *
				    step(at, value, first + i - lag, mean) / n;
		variance += 2 * (1 - (double)lag / (LAGS + 1)) * together;
	}
	if (variance < LEAST_SHARE * alone)
		variance = LEAST_SHARE * alone;
	/* Student's t, near enough for n >= GROWTH_LEAST - 1 */
	t = Z_95 + (pow(Z_95, 3) + Z_95) / (4 * (n - 1));
	return t * sqrt(variance * n * n / (n - 1)) / (at[nr - 1] - at[first]);
}

static bool is_constant(const double *value, size_t first, size_t nr)
{
	for (size_t i = first + 1; i < nr; i++)
		if (value[i] != value[first])
			return false;
	return true;
}

struct growth_slope growth__slope(const double *at, const double *value, size_t first, size_t nr)
{
	double slopes[PAIRS] = {}, mean, spread;
	struct growth_slope slope = {};
	size_t pairs = 0;
	long low, high;

	if (nr > GROWTH_POINTS || nr < first + GROWTH_LEAST || !(at[nr - 1] > at[first]))
		return slope;
	slope.known = true;
	if (is_constant(value, first, nr)) /* most are: spare the pairs */
		return slope;
	for (size_t i = first; i < nr; i++)
		for (size_t j = i + 1; j < nr; j++)
			if (at[j] > at[i])
				slopes[pairs++] = (value[j] - value[i]) / (at[j] - at[i]);
	spread = Z_95 * sqrt(variance_of(value + first, nr - first));
	low = lround(((double)pairs - spread) / 2) - 1;
	high = lround(((double)pairs + spread) / 2);
	slope.per_s = place(slopes, 0, pairs, pairs / 2);
	if (pairs % 2 == 0)
		slope.per_s = (place(slopes, 0, pairs / 2, pairs / 2 - 1) + slope.per_s) / 2;
	slope.low = place(slopes, 0, pairs / 2 + 1, low > 0 ? (size_t)low : 0);
	slope.high =
		place(slopes, pairs / 2, pairs, high < (long)pairs - 1 ? (size_t)high : pairs - 1);
	mean = (value[nr - 1] - value[first]) / (at[nr - 1] - at[first]);
	spread = spread_of_steps(at, value, first, nr, mean);
	slope.low = fmin(slope.low, mean - spread);
	slope.high = fmax(slope.high, mean + spread);
	return slope;
}

size_t growth__warm_up(const struct growth_clock *clock)
{
	size_t first = WARM_UP_LEAST;
	double until;

	if (clock->nr <= WARM_UP_LEAST)
		return clock->nr;
	until = clock->at[0] + WARM_UP_SHARE * (clock->at[clock->nr - 1] - clock->at[0]);
	while (first < clock->nr && clock->at[first] < until)
		first++;
	return first;
}
