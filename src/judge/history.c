// SPDX-License-Identifier: GPL-2.0-only
#include "judge/history.h"
#include "judge/cohorts.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_INTERVALS 2 /* what outlives so many has got old */
#define WATCH_INTERVALS	 3 /* and is watched for so many more, at least */

/* Cohort i was allocated between points i - 1 and i, cohort 0 before point 0. */
struct history_row {
	struct idmap_row row; /* of the entry that it was last in */
	struct growth_series bytes;
	uint64_t allocated[GROWTH_POINTS];
	uint32_t alive[GROWTH_POINTS];	 /* of those that are listed */
	uint32_t settled[GROWTH_POINTS]; /* the same, when the cohort had got old */
	float weight[GROWTH_POINTS];	 /* each of them stands for, on the average */
	uint64_t allocations;		 /* at the last entry */
};

/* Of two cohorts that become one. */
static float mean_weight(const struct history_row *row, size_t a, size_t b)
{
	uint32_t of_a = row->alive[a] + row->settled[a], of_b = row->alive[b] + row->settled[b];

	if (!of_a || !of_b)
		return row->weight[of_a ? a : b];
	return ((float)of_a * row->weight[a] + (float)of_b * row->weight[b]) / (float)(of_a + of_b);
}

static void halve_row(struct history_row *row)
{
	growth__halve(&row->bytes);
	for (size_t i = 0; i < GROWTH_POINTS / 2; i++) {
		row->weight[i] = mean_weight(row, 2 * i, 2 * i + 1);
		row->allocated[i] = row->allocated[2 * i] + row->allocated[2 * i + 1];
		row->alive[i] = row->alive[2 * i] + row->alive[2 * i + 1];
		row->settled[i] = row->settled[2 * i] + row->settled[2 * i + 1];
	}
	for (size_t i = GROWTH_POINTS / 2; i < GROWTH_POINTS; i++) {
		row->allocated[i] = 0;
		row->alive[i] = 0;
		row->settled[i] = 0;
		row->weight[i] = 0;
	}
}

/* How many the living of each cohort stand for, where not all stand for as many. */
static void weigh(double *stand_for, const struct cohorts *cohorts, const float *ages, uint64_t nr,
		  const struct sample_times *times)
{
	for (uint64_t i = 0; i < nr; i++)
		stand_for[cohorts__of(cohorts, ages[i])] += sample__weight(times, ages[i]);
}

static void count_alive(struct history_row *row, const struct cohorts *cohorts,
			const struct sites *sites, const struct site *site,
			const struct history_reading *reading)
{
	const float *ages = sites->ages + site->first_age;
	bool differ = reading->times && reading->times->nr > 1;
	double each = reading->times ? sample__weight(reading->times, 0) : reading->weight;
	double stand_for[GROWTH_POINTS] = {};

	memset(row->alive, 0, sizeof(row->alive));
	for (uint64_t i = 0; i < site->listed; i++)
		row->alive[cohorts__of(cohorts, ages[i])]++;
	if (differ)
		weigh(stand_for, cohorts, ages, site->listed, reading->times);
	for (size_t c = 0; c < cohorts->nr; c++)
		if (row->alive[c])
			row->weight[c] = (float)(differ ? stand_for[c] / row->alive[c] : each);
		else if (row->weight[c] < (float)reading->weight)
			row->weight[c] = (float)reading->weight;
}

/* A cohort as it was before the sampling became coarser. */
struct history_before {
	uint32_t alive;
	double share; /* of these chance leaves so many */
};

static void note_before(const struct history_row *row, struct history_before *before,
			uint32_t weight)
{
	for (size_t c = 0; c < GROWTH_POINTS; c++) {
		before[c].alive = row->alive[c];
		before[c].share = row->weight[c] < (float)weight ? row->weight[c] / weight : 1;
	}
}

/* Are fewer left of those that had got old than chance leaves of a sample made thinner? */
static bool is_freed_too(const struct history_row *row, const struct history *history,
			 const struct history_before *before)
{
	double expected = 0, variance = 0, have = 0;

	for (size_t c = 0; c < history->settled; c++) {
		expected += before[c].alive * before[c].share;
		variance += before[c].alive * before[c].share * (1 - before[c].share);
		have += row->alive[c];
	}
	return have < expected - 3 * sqrt(variance);
}

/*
 * The sample is thinner than it was: so are those that had got old.  Of these the living are as
 * many as are found now; what else is missing was dropped, not freed, unless that is too much for
 * chance.
 */
static void thin_out(struct history_row *row, const struct history *history,
		     const struct history_before *before)
{
	bool freed_too = is_freed_too(row, history, before);

	for (size_t c = 0; c < history->settled; c++) {
		uint32_t had = before[c].alive;
		uint32_t freed = row->settled[c] > had ? row->settled[c] - had : 0;
		uint32_t left = (uint32_t)lround(had * before[c].share);

		if (!freed_too || left < row->alive[c])
			left = row->alive[c];
		row->settled[c] = left + (uint32_t)lround(freed * before[c].share);
	}
}

/* How many cohorts have got old by now; what is younger than min_age_s cannot be seen. */
static size_t old_cohorts(const struct history *history)
{
	const struct growth_clock *clock = &history->clock;
	size_t nr = history->settled;

	while (nr + SETTLE_INTERVALS < clock->nr &&
	       history->aged_s - clock->at[nr] >= history->min_age_s)
		nr++;
	return nr;
}

int history__enter(struct history *history, const struct sites *sites,
		   const struct history_reading *reading, double min_age_s)
{
	bool thinner = history->weight && reading->weight > history->weight;
	struct history_before before[GROWTH_POINTS];
	struct cohorts cohorts;
	bool halved;
	size_t point = growth__tick(&history->clock, reading->counted_s, &halved), old;

	history->min_age_s = min_age_s;
	history->aged_s = reading->aged_s;
	history->weight = reading->weight;
	if (halved) {
		for (uint32_t i = 0; i < history->nr_rows; i++)
			halve_row(&history->rows[i]);
		history->settled /= 2;
	}
	old = old_cohorts(history);
	cohorts__of_clock(&cohorts, &history->clock, history->aged_s);
	history->entries++;
	for (size_t i = 0; i < sites->nr; i++) {
		const struct site *site = &sites->list[i];
		struct history_row *row =
			idmap__row(&history->by_id, site->id, (void **)&history->rows,
				   &history->nr_rows, &history->room, sizeof(*history->rows));

		if (!row)
			return -ENOMEM;
		row->row.entered = history->entries;
		row->bytes.value[point] = (double)site->bytes;
		row->allocated[point] += site->allocations - row->allocations;
		row->allocations = site->allocations;
		if (thinner)
			note_before(row, before, reading->weight);
		count_alive(row, &cohorts, sites, site, reading);
		if (thinner)
			thin_out(row, history, before);
		for (size_t c = history->settled; c < old; c++)
			row->settled[c] = row->alive[c];
	}
	history->settled = old;
	/* sites that are not entered any more have been given back (recycle.h) */
	return idmap__drop_rows(&history->by_id, history->rows, &history->nr_rows,
				sizeof(*history->rows), history->entries);
}

/*
 * How many more live of a cohort than were allocated in it: they are a neighbour's, which was
 * allocated on the edge of the two.  Of a sample nobody knows.
 */
static double surplus_of(const struct history_row *row, size_t cohort)
{
	double surplus = (double)row->alive[cohort] - (double)row->allocated[cohort];

	return row->weight[cohort] > 1 || surplus < 0 ? 0 : surplus;
}

/* Of the cohorts that are `youngest` to `oldest` intervals old: the share that lives. */
static double survival_of(const struct history *history, const struct history_row *row,
			  size_t youngest, size_t oldest)
{
	size_t nr = history->clock.nr;
	uint64_t allocated = 0;
	double alive = 0;

	for (size_t age = youngest; age <= oldest && age < nr; age++) {
		size_t cohort = nr - 1 - age;

		if (history->aged_s - history->clock.at[cohort] < history->min_age_s)
			continue;
		allocated += row->allocated[cohort];
		alive += row->alive[cohort] * (double)row->weight[cohort];
	}
	if (!allocated)
		return NAN;
	if (youngest && youngest <= nr)
		alive += surplus_of(row, nr - youngest);
	if (oldest + 1 < nr)
		alive += surplus_of(row, nr - 2 - oldest);
	return alive < (double)allocated ? alive / (double)allocated : 1;
}

/* What got old, and what lives of it. */
static void fill_settled(const struct history *history, const struct history_row *row,
			 struct evidence *evidence)
{
	double settled = 0, alive = 0, squares = 0;

	for (size_t c = 0; c < history->settled; c++) {
		double then = row->settled[c], now = row->alive[c], weight = row->weight[c];

		if (c + SETTLE_INTERVALS + WATCH_INTERVALS >= history->clock.nr)
			break;
		settled += then * weight;
		alive += fmin(now, then) * weight;
		squares += then * weight * weight;
	}
	evidence->settled = (uint64_t)llround(settled);
	evidence->settled_alive = (uint64_t)llround(alive);
	/* as many seen as tell as much, where not all stand for as many (Kish 1965) */
	if (settled > 0)
		evidence->weight = (uint32_t)ceil(squares / settled);
}

void history__evidence(const struct history *history, const struct site *site,
		       struct evidence *evidence)
{
	static const size_t edges[SURVIVALS + 1] = {1, 2, 5, 10, GROWTH_POINTS};
	const struct growth_clock *clock = &history->clock;
	uint32_t index = idmap__find(&history->by_id, site->id);
	size_t first = growth__warm_up(clock);

	*evidence = (struct evidence){
		.objects = site->objects,
		.bytes = site->bytes,
		.allocations = site->allocations,
		.frees = site->frees + site->implicit + site->verified + site->evicted,
		.weight = history->weight,
		.arrivals = {.kept_share = NAN},
		.shrunk = NAN,
		.drained = NAN,
		.replaced = NAN,
	};
	for (int i = 0; i < SURVIVALS; i++)
		evidence->survival[i] = NAN;
	if (index == IDMAP_NONE || !clock->nr)
		return;
	evidence->observed_s = clock->at[clock->nr - 1];
	evidence->interval_s = evidence->observed_s / (double)clock->nr;
	evidence->points = clock->nr - first;
	for (int i = 0; i < SURVIVALS; i++)
		evidence->survival[i] =
			survival_of(history, &history->rows[index], edges[i], edges[i + 1] - 1);
	evidence->slope =
		growth__slope(clock->at, history->rows[index].bytes.value, first, clock->nr);
	evidence->recent = growth__slope(clock->at, history->rows[index].bytes.value,
					 first + evidence->points / 2, clock->nr);
	fill_settled(history, &history->rows[index], evidence);
	evidence->arrivals =
		arrivals__of(clock->at, history->rows[index].allocated, history->rows[index].alive,
			     history->rows[index].weight, history->settled, history->aged_s);
}

const double *history__course(const struct history *history, uint64_t id)
{
	uint32_t index = idmap__find(&history->by_id, id);

	return index == IDMAP_NONE ? NULL : history->rows[index].bytes.value;
}

void history__free(struct history *history)
{
	free(history->rows);
	idmap__free(&history->by_id);
	memset(history, 0, sizeof(*history));
}
