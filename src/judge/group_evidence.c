// SPDX-License-Identifier: GPL-2.0-only
#include "judge/group_evidence.h"

#include <math.h>
#include <string.h>

static void add_slope(struct growth_slope *sum, const struct growth_slope *one)
{
	if (!one->known)
		return;
	sum->known = true;
	sum->per_s += one->per_s;
	sum->low += one->low;
	sum->high += one->high;
}

static double least(double a, double b)
{
	return isnan(a) || b < a ? b : a;
}

static double most(double a, double b)
{
	return isnan(a) || b > a ? b : a;
}

/* What is outstanding is `share` of what was there before. */
static void add_share(double *before, double *after, double share, uint64_t objects)
{
	if (isnan(share) || !(share > 0))
		return;
	*before += (double)objects / share;
	*after += (double)objects;
}

static void add_counts(struct evidence *sum, const struct evidence *e)
{
	sum->settled += e->settled;
	sum->settled_alive += e->settled_alive;
	/* the least that one that was seen tells */
	sum->weight = e->weight > sum->weight ? e->weight : sum->weight;
	sum->objects += e->objects;
	sum->bytes += e->bytes;
	sum->allocations += e->allocations;
	sum->frees += e->frees;
	/* the same for all: nobody knows whose they were */
	sum->lost = e->lost > sum->lost ? e->lost : sum->lost;
}

static void begin(struct together *t, const struct conclusion *site)
{
	t->sum = site->from;
	t->sum.slope = t->sum.recent = (struct growth_slope){};
	t->sum.settled = t->sum.settled_alive = t->sum.objects = t->sum.bytes = 0;
	t->sum.allocations = t->sum.frees = t->sum.lost = 0;
	t->has_course = true;
	t->strongest = site->is.name;
	t->verdict = site->is;
	t->available_bytes = NAN;
}

static void add_course(struct together *t, const double *course, size_t nr)
{
	t->has_course &= course && nr <= GROWTH_POINTS;
	for (size_t i = 0; t->has_course && i < nr; i++)
		t->course[i] += course[i];
}

void group_evidence__add(struct together *t, const struct conclusion *site, const double *course,
			 size_t nr_course)
{
	const struct evidence *e = &site->from;

	if (!t->nr++)
		begin(t, site);
	add_counts(&t->sum, e);
	add_slope(&t->sum.slope, &e->slope);
	add_slope(&t->sum.recent, &e->recent);
	add_course(t, course, nr_course);
	add_share(&t->drained_before, &t->drained_after, e->drained, e->objects);
	add_share(&t->shrunk_before, &t->shrunk_after, 1 - e->shrunk, e->objects);
	t->sum.observed_s = most(t->sum.observed_s, e->observed_s);
	t->sum.points = e->points > t->sum.points ? e->points : t->sum.points;
	t->sum.least_s = most(t->sum.least_s, e->least_s);
	t->sum.replaced = most(t->sum.replaced, e->replaced);
	/* one that may go speaks against a LEAK of all */
	t->sum.lazy |= e->lazy;
	t->sum.metadata |= e->metadata;
	if (e->reclaimable &&
	    (!t->sum.reclaimable || verdict__is_less_pinned(&e->pins, &t->sum.pins)))
		t->sum.pins = e->pins;
	t->sum.reclaimable |= e->reclaimable;
	for (int i = 0; i < SURVIVALS; i++)
		t->sum.survival[i] = least(t->sum.survival[i], e->survival[i]);
	if (site->is.name > t->strongest) {
		t->strongest = site->is.name;
		t->verdict = site->is;
	}
	if (isfinite(site->exhausted_s) && e->slope.per_s > 0)
		t->available_bytes = site->exhausted_s * e->slope.per_s;
}

/* The slopes of the sum, which are surer than the sums of the slopes. */
static void find_slopes(struct evidence *sum, const double *course, const double *at, size_t nr)
{
	struct growth_clock clock = {.nr = nr};
	size_t first;

	memcpy(clock.at, at, nr * sizeof(*at));
	first = growth__warm_up(&clock);
	sum->slope = growth__slope(at, course, first, nr);
	sum->recent = growth__slope(at, course, first + (nr - first) / 2, nr);
}

struct conclusion group_evidence__judge(const struct together *t, const double *at,
					size_t nr_course)
{
	struct conclusion all = {.from = t->sum, .exhausted_s = NAN};
	struct evidence *sum = &all.from;
	struct verdict of_all;

	if (t->has_course && nr_course && nr_course <= GROWTH_POINTS)
		find_slopes(sum, t->course, at, nr_course);
	sum->drained = t->drained_before > 0 ? t->drained_after / t->drained_before : NAN;
	sum->shrunk = t->shrunk_before > 0 ? 1 - t->shrunk_after / t->shrunk_before : NAN;
	of_all = verdict__of(sum);
	all.is = t->nr > 1 && of_all.name > t->strongest ? of_all : t->verdict;
	all.is.retained = of_all.retained;
	if (sum->slope.known)
		all.exhausted_s =
			sum->slope.low > 0 ? t->available_bytes / sum->slope.per_s : INFINITY;
	return all;
}
