/* SPDX-License-Identifier: GPL-2.0-only */
/* Who holds handles, read beside a trace; at its end: whose are the objects that grew? */
#ifndef KLEAK_CMD_HOLDING_H
#define KLEAK_CMD_HOLDING_H

#include "report/group_holders.h"

struct holding;

/* 0 or -ENOMEM. */
int holding__open(struct holding **holding);

/*
 * Take the first reading, before a trace: again and again until every process has been looked at,
 * HOLDING_FIRST_READINGS times at most, each of HANDLE_MOST_S.  0 or -ENOMEM.
 */
int holding__begin(struct holding *holding);
#define HOLDING_FIRST_READINGS 10

/*
 * Take a reading if it is time for one: every HOLDING_EVERY_S, and less often where readings take
 * long, so that they take HOLDING_SHARE of one CPU's time at most.  0 or -ENOMEM.
 */
int holding__read(struct holding *holding);

/* The same, now: what was read before is older than what is to be explained. */
int holding__read_now(struct holding *holding);
#define HOLDING_EVERY_S 5.0
#define HOLDING_SHARE	0.01

/* As group_holders__explain(), by the readings so far; times are of CLOCK_MONOTONIC. */
void holding__explain(const struct holding *holding, const struct report *report,
		      struct groups *groups, const struct group_holders_time *time);

void holding__close(struct holding *holding);

#endif
