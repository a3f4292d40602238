/* SPDX-License-Identifier: GPL-2.0-only */
/* Growth and rates of every site over the last minute. */
#ifndef KLEAK_JUDGE_LAST_MINUTE_H
#define KLEAK_JUDGE_LAST_MINUTE_H

#include "trace/sites.h"
#include "util/idmap.h"

#include <stddef.h>
#include <stdint.h>

#define TREND_WINDOW_S 60.0
#define TREND_POINTS   64

struct trend {
	double times[TREND_POINTS]; /* seconds since the start; ascending, oldest first */
	size_t nr_points;
	struct trend_row *rows;
	uint32_t nr_rows;
	size_t room;
	struct idmap by_id;
	uint64_t entries; /* made so far */
	double last_s;	  /* time of the last entry */
};

/*
 * Set growth and rates of each site at now_s seconds after the start: growth is the
 * change of outstanding bytes over the last minute (or since the start), rates are
 * since the last trend__enter().  *trend starts as all zeros: at 0 s nothing was
 * outstanding.
 */
void trend__measure(const struct trend *trend, struct sites *sites, double now_s);

/* Enter what `sites` holds at now_s; what is not there any more is forgotten.  0 or -ENOMEM. */
int trend__enter(struct trend *trend, const struct sites *sites, double now_s);

void trend__free(struct trend *trend);

#endif
