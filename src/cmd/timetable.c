// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/timetable.h"

#include <math.h>

#define TUNE_S	    0.25
#define TUNE_MOST_S 5.0

#define SCAN_GAP_S 2.0

/* Reports that take so long, of CPU time, have no more than this share of one CPU. */
#define LONG_S	   0.5
#define MOST_SHARE 0.1

/*
 * kfree_rcu() waits up to 5 s for company (kernel/rcu/tree.c, KFREE_DRAIN_JIFFIES)
 * and then for a grace period.
 */
#define SETTLE_QUIET_S	  6.0
#define SETTLE_INNOCENT_S 0.25
#define SETTLE_MOST_S	  15.0

double timetable__next(double next_s, double interval_s, double now_s)
{
	while (next_s <= now_s)
		next_s += interval_s;
	return next_s;
}

double timetable__after_report(double next_s, double interval_s, bool kept, double cpu_s,
			       double now_s, bool *later)
{
	double asked_s = timetable__next(next_s, interval_s, now_s);
	double least_s = kept || cpu_s < LONG_S ? 0 : now_s - cpu_s + cpu_s / MOST_SHARE;

	*later = least_s > asked_s;
	return fmax(asked_s, least_s);
}

double timetable__first_tuning(double start_s)
{
	return start_s + TUNE_S;
}

double timetable__next_tuning(double tuned_s, double start_s)
{
	return tuned_s + fmin(tuned_s - start_s, TUNE_MOST_S);
}

void timetable__scan_at(struct timetable_scan *scan, double when_s, bool asked_for)
{
	scan->left = scan->passes;
	scan->next_s = when_s;
	scan->began_s = when_s;
	scan->asked_for = asked_for;
}

bool timetable__is_last_pass(const struct timetable_scan *scan)
{
	return scan->left == 1;
}

void timetable__passed(struct timetable_scan *scan, bool done, double now_s)
{
	scan->begun = true;
	if (done)
		scan->left--;
	scan->next_s = now_s + SCAN_GAP_S;
}

bool timetable__end_scan(struct timetable_scan *scan, bool done)
{
	bool asked_for = scan->asked_for;

	if (done && scan->left)
		return false;
	if (!(scan->every_s > 0)) {
		scan->next_s = INFINITY;
		return asked_for;
	}
	timetable__scan_at(scan, timetable__next(scan->began_s, scan->every_s, scan->next_s),
			   false);
	return asked_for;
}

struct timetable_settling timetable__settle(double start_s)
{
	return (struct timetable_settling){.start_s = start_s, .quiet_since_s = start_s};
}

bool timetable__is_settled(struct timetable_settling *settling, const struct reporter_left *left,
			   double now_s)
{
	double quiet_s = left->live > left->innocent ? SETTLE_QUIET_S : SETTLE_INNOCENT_S;

	if (left->frees != settling->frees)
		settling->quiet_since_s = now_s;
	settling->frees = left->frees;
	return !left->live || now_s - settling->quiet_since_s >= quiet_s ||
	       timetable__is_too_late(settling, now_s);
}

bool timetable__is_too_late(const struct timetable_settling *settling, double now_s)
{
	return now_s - settling->start_s >= SETTLE_MOST_S;
}
