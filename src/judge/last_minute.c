// SPDX-License-Identifier: GPL-2.0-only
#include "judge/last_minute.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct trend_row {
	struct idmap_row row;	      /* of the entry that it was last in */
	uint64_t bytes[TREND_POINTS]; /* beside trend->times */
	uint64_t allocations;	      /* at the last entry */
};

static void drop_oldest(struct trend *trend)
{
	trend->nr_points--;
	memmove(trend->times, trend->times + 1, trend->nr_points * sizeof(*trend->times));
	for (uint32_t i = 0; i < trend->nr_rows; i++) {
		uint64_t *bytes = trend->rows[i].bytes;

		memmove(bytes, bytes + 1, trend->nr_points * sizeof(*bytes));
	}
}

/*
 * A point for now_s.  Points closer together than the window allows replace each
 * other, so that the ring always spans the window.
 */
static void make_point(struct trend *trend, double now_s)
{
	const double closest = TREND_WINDOW_S / (TREND_POINTS - 2);

	if (!trend->nr_points)
		trend->nr_points = 1; /* the start: nothing outstanding at 0 s */
	if (trend->nr_points >= 2 && now_s - trend->times[trend->nr_points - 2] < closest)
		trend->nr_points--;
	/* the oldest point stays until the next one covers the window */
	while (trend->nr_points >= 2 && now_s - trend->times[1] >= TREND_WINDOW_S)
		drop_oldest(trend);
	if (trend->nr_points == TREND_POINTS)
		drop_oldest(trend);
	trend->times[trend->nr_points++] = now_s;
	for (uint32_t i = 0; i < trend->nr_rows; i++)
		trend->rows[i].bytes[trend->nr_points - 1] = 0;
}

/* The point that growth is measured from: the last one that covers the window, or the first. */
static size_t origin_of(const struct trend *trend, double now_s)
{
	size_t i = 0;

	while (i + 1 < trend->nr_points && now_s - trend->times[i + 1] >= TREND_WINDOW_S)
		i++;
	return i;
}

void trend__measure(const struct trend *trend, struct sites *sites, double now_s)
{
	size_t origin = origin_of(trend, now_s);
	double span = now_s - (trend->nr_points ? trend->times[origin] : 0);
	double since = now_s - trend->last_s;

	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->list[i];
		uint32_t index = idmap__find(&trend->by_id, site->id);
		uint64_t bytes = 0, allocations = 0;

		if (index != IDMAP_NONE) {
			bytes = trend->rows[index].bytes[origin];
			allocations = trend->rows[index].allocations;
		}
		site->growth_bytes_per_min = 0;
		if (span > 0)
			site->growth_bytes_per_min =
				((double)site->bytes - (double)bytes) * 60 / span;
		site->allocations_per_s = 0;
		if (since > 0 && site->allocations > allocations)
			site->allocations_per_s = (double)(site->allocations - allocations) / since;
	}
}

int trend__enter(struct trend *trend, const struct sites *sites, double now_s)
{
	make_point(trend, now_s);
	trend->entries++;
	for (size_t i = 0; i < sites->nr; i++) {
		const struct site *site = &sites->list[i];
		struct trend_row *row =
			idmap__row(&trend->by_id, site->id, (void **)&trend->rows, &trend->nr_rows,
				   &trend->room, sizeof(*trend->rows));

		if (!row)
			return -ENOMEM;
		row->row.entered = trend->entries;
		row->bytes[trend->nr_points - 1] = site->bytes;
		row->allocations = site->allocations;
	}
	trend->last_s = now_s;
	/* sites that are not entered any more have been given back (recycle.h) */
	return idmap__drop_rows(&trend->by_id, trend->rows, &trend->nr_rows, sizeof(*trend->rows),
				trend->entries);
}

void trend__free(struct trend *trend)
{
	free(trend->rows);
	idmap__free(&trend->by_id);
	memset(trend, 0, sizeof(*trend));
}
