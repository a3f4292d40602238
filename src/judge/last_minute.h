/* SPDX-License-Identifier: GPL-2.0-only */
/* Growth and rates of every site over the last minute. */
#ifndef KLEAK_JUDGE_LAST_MINUTE_H
#define KLEAK_JUDGE_LAST_MINUTE_H

#include "trace/sites.h"
#include "util/idmap.h"

#include <stddef.h>
#include <stdint.h>

#define LAST_MINUTE_WINDOW_S 60.0
#define LAST_MINUTE_POINTS   64

struct last_minute {
	double times[LAST_MINUTE_POINTS]; /* seconds since the start; ascending, oldest first */
	size_t nr_points;
	struct last_minute_row *rows;
	uint32_t nr_rows;
	size_t room;
	struct idmap by_id;
	uint64_t entries; /* made so far */
	double last_s;	  /* time of the last entry */
};

/*
 * Set growth and rates of each site at now_s seconds after the start: growth is the
 * change of outstanding bytes over the last minute (or since the start), rates are
 * since the last last_minute__enter().  *last_minute starts as all zeros: at 0 s nothing was
 * outstanding.
 */
void last_minute__measure(const struct last_minute *last_minute, struct sites *sites, double now_s);

/* Enter what `sites` holds at now_s; what is not there any more is forgotten.  0 or -ENOMEM. */
int last_minute__enter(struct last_minute *last_minute, const struct sites *sites, double now_s);

void last_minute__free(struct last_minute *last_minute);

#endif
