/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose are the objects of each group?  What grew is laid beside the handles that grew with it. */
#ifndef KLEAK_REPORT_GROUP_HOLDERS_H
#define KLEAK_REPORT_GROUP_HOLDERS_H

#include "judge/holders.h"
#include "report/groups.h"
#include "report/report.h"

/* Seconds, of the clock that the readings of `holders` were entered with. */
struct group_holders_time {
	double from_s, to_s; /* allocations were recorded from here to there */
	double report_s;     /* when the tables were read: ages are of then */
};

/*
 * Say of each group of the report's sites who holds the objects (group->holder), which were none
 * when recording began; those that somebody holds for certain are no leaks (groups__acquit()).
 */
void group_holders__explain(const struct holders *holders, const struct report *report,
			    struct groups *groups, const struct group_holders_time *time);

#endif
