// SPDX-License-Identifier: GPL-2.0-only
#include "judge/last_minute.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct last_minute_row {
	struct idmap_row row;		    /* of the entry that it was last in */
	uint64_t bytes[LAST_MINUTE_POINTS]; /* beside last_minute->times */
	uint64_t allocations;		    /* at the last entry */
};

static void drop_oldest(struct last_minute *last_minute)
{
	last_minute->nr_points--;
	memmove(last_minute->times, last_minute->times + 1,
		last_minute->nr_points * sizeof(*last_minute->times));
	for (uint32_t i = 0; i < last_minute->nr_rows; i++) {
		uint64_t *bytes = last_minute->rows[i].bytes;

		memmove(bytes, bytes + 1, last_minute->nr_points * sizeof(*bytes));
	}
}

/*
 * A point for now_s.  Points closer together than the window allows replace each
 * other, so that the ring always spans the window.
 */
static void make_point(struct last_minute *last_minute, double now_s)
{
	const double closest = LAST_MINUTE_WINDOW_S / (LAST_MINUTE_POINTS - 2);

	if (!last_minute->nr_points)
		last_minute->nr_points = 1; /* the start: nothing outstanding at 0 s */
	if (last_minute->nr_points >= 2 &&
	    now_s - last_minute->times[last_minute->nr_points - 2] < closest)
		last_minute->nr_points--;
	/* the oldest point stays until the next one covers the window */
	while (last_minute->nr_points >= 2 && now_s - last_minute->times[1] >= LAST_MINUTE_WINDOW_S)
		drop_oldest(last_minute);
	if (last_minute->nr_points == LAST_MINUTE_POINTS)
		drop_oldest(last_minute);
	last_minute->times[last_minute->nr_points++] = now_s;
}

/* The point that growth is measured from: the last one that covers the window, or the first. */
static size_t origin_of(const struct last_minute *last_minute, double now_s)
{
	size_t i = 0;

	while (i + 1 < last_minute->nr_points &&
	       now_s - last_minute->times[i + 1] >= LAST_MINUTE_WINDOW_S)
		i++;
	return i;
}

void last_minute__measure(const struct last_minute *last_minute, struct sites *sites, double now_s)
{
	size_t origin = origin_of(last_minute, now_s);
	double span = now_s - (last_minute->nr_points ? last_minute->times[origin] : 0);
	double since = now_s - last_minute->last_s;

	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->list[i];
		uint32_t index = idmap__find(&last_minute->by_id, site->id);
		uint64_t bytes = 0, allocations = 0;

		if (index != IDMAP_NONE) {
			bytes = last_minute->rows[index].bytes[origin];
			allocations = last_minute->rows[index].allocations;
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

int last_minute__enter(struct last_minute *last_minute, const struct sites *sites, double now_s)
{
	make_point(last_minute, now_s);
	last_minute->entries++;
	for (size_t i = 0; i < sites->nr; i++) {
		const struct site *site = &sites->list[i];
		struct last_minute_row *row = idmap__row(
			&last_minute->by_id, site->id, (void **)&last_minute->rows,
			&last_minute->nr_rows, &last_minute->room, sizeof(*last_minute->rows));

		if (!row)
			return -ENOMEM;
		row->row.entered = last_minute->entries;
		row->bytes[last_minute->nr_points - 1] = site->bytes;
		row->allocations = site->allocations;
	}
	last_minute->last_s = now_s;
	/* sites that are not entered any more have been given back (recycle.h) */
	return idmap__drop_rows(&last_minute->by_id, last_minute->rows, &last_minute->nr_rows,
				sizeof(*last_minute->rows), last_minute->entries);
}

void last_minute__free(struct last_minute *last_minute)
{
	free(last_minute->rows);
	idmap__free(&last_minute->by_id);
	memset(last_minute, 0, sizeof(*last_minute));
}
