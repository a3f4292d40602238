/* SPDX-License-Identifier: GPL-2.0-only */
/* When a watch does what: reports, scans, tuning; and when a wait for late frees is over. */
#ifndef KLEAK_CMD_TIMETABLE_H
#define KLEAK_CMD_TIMETABLE_H

#include "report/reporter.h"

#include <stdbool.h>
#include <stdint.h>

/* All times are clock__now_s(). */

/* The first of next_s, next_s + interval_s, ... after now_s: what was missed is not caught up on.
 */
double timetable__next(double next_s, double interval_s, double now_s);

/*
 * When the report is due that follows one that ended at now_s, where each takes cpu_s seconds of
 * CPU time: as timetable__next(), but where that is half a second and more so much later that
 * reports take a tenth of a CPU at most.  *later: it is later than asked for.  kept: the user
 * asked for that interval, and gets it.
 */
double timetable__after_report(double next_s, double interval_s, bool kept, double cpu_s,
			       double now_s, bool *later);

/*
 * When the programs are made quicker for the stacks seen so far.  Most are seen soon: after a
 * quarter of a second, each time after twice as many, then every five seconds.
 */
double timetable__first_tuning(double start_s);
double timetable__next_tuning(double tuned_s, double start_s);

/* A scan: passes some seconds apart, so that what is in motion comes to rest somewhere. */
struct timetable_scan {
	/* by the caller */
	uint32_t passes; /* of a scan */
	double every_s;	 /* between the beginnings of two; 0: none but those that are asked for */

	double next_s; /* of the next pass; INFINITY: none */
	double began_s;
	uint32_t left;	/* passes of this scan */
	bool asked_for; /* by the user: report when it is done */
	bool begun;	/* there was a pass */
};

/* Have a scan begin at when_s. */
void timetable__scan_at(struct timetable_scan *scan, double when_s, bool asked_for);

/* The next pass is the last one of its scan. */
bool timetable__is_last_pass(const struct timetable_scan *scan);

/* There was a pass: done, or it failed. */
void timetable__passed(struct timetable_scan *scan, bool done, double now_s);

/*
 * After that, while watching: plan the next scan, if this one is over.  It is also when a pass of
 * it failed.  True: it was asked for.
 */
bool timetable__end_scan(struct timetable_scan *scan, bool done);

/*
 * Until nothing is left, or nothing has been freed for 6 s; 15 s at most.  What the kernel can
 * reclaim is waited for no longer than for a grace period.
 */
struct timetable_settling {
	double start_s, quiet_since_s;
	uint64_t frees;
};

struct timetable_settling timetable__settle(double start_s);

/* Is it over? */
bool timetable__is_settled(struct timetable_settling *settling, const struct reporter_left *left,
			   double now_s);

/* Did it end because it took too long? */
bool timetable__is_too_late(const struct timetable_settling *settling, double now_s);

#endif
