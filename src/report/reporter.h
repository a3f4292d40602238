/* SPDX-License-Identifier: GPL-2.0-only */
/* From the tracer's tables to a printed report: the whole line, once for each report. */
#ifndef KLEAK_REPORT_REPORTER_H
#define KLEAK_REPORT_REPORTER_H

#include "memory/scanner.h"
#include "report/dead_groups.h"
#include "report/lookalikes.h"
#include "report/report.h"
#include "report/reporter_parts.h"

#include <stdbool.h>
#include <stdint.h>

struct reporter;

/* 0 or -errno. */
int reporter__open(struct reporter **reporter, const struct reporter_parts *parts);

/* Elapsed time and the kernel's books count from here.  0 or -errno. */
int reporter__begin(struct reporter *reporter);

/*
 * Have vmalloc areas sized, which only works while frees are still seen: before
 * tracer__stop().  0 or -errno.
 */
int reporter__settle_areas(struct reporter *reporter);

/*
 * Make a report, which is valid until the next call.  note: NULL or a sentence; final: the last
 * one.  0 or -errno.
 */
int reporter__make(struct reporter *reporter, struct report *report, const char *note, bool final);

/* When the tables were read last, in seconds of CLOCK_MONOTONIC: ages are of then. */
double reporter__taken_s(const struct reporter *reporter);

/*
 * Learn the names of modules that came, and which ones went: what only the system tells it tells
 * as long as they are there.  Cheap while there are none.  False: here nobody can.
 */
bool reporter__follow_modules(struct reporter *reporter);

/* Look, and enter what is seen into the histories; print nothing.  0 or -errno. */
int reporter__watch(struct reporter *reporter);

/*
 * Where there is a limit, measure for a moment what tracing costs (it sleeps, at most 0.1 s), and
 * record less from here on if that is too much.  The next report tells what was measured last.
 * reporter__make() does it itself, before all reports but the final one.  0 or -errno.
 */
int reporter__limit_overhead(struct reporter *reporter);

/* Sites that have something outstanding, and what is to be said of them now. */
struct reporter_count {
	size_t sites;
	size_t of[VERDICTS];
	size_t thin;	  /* verdict__is_thin() */
	size_t promising; /* verdict__is_promising() */
};

void reporter__count_verdicts(const struct reporter *reporter, struct reporter_count *count);

/*
 * The slab caches of those that are thin, as --cache takes them: as many as it takes, in the order
 * of the sites.  False where there are none.
 */
bool reporter__list_thin(const struct reporter *reporter, char *caches, size_t len);

/*
 * Allocations have been stopped: the histories end here, and what is freed from now on tells
 * what was short-lived.  0 or -ENOMEM.
 */
int reporter__freeze(struct reporter *reporter);

/* Caches are dropped after this: what goes was a cache.  0 or -ENOMEM. */
int reporter__mark_drop(struct reporter *reporter);

/*
 * Look for objects from before the trace that look like those of the sites that leak, as of the
 * last reading (report/lookalikes.h).  While allocations are recorded.  0 or -ENOMEM.
 */
int reporter__find_lookalikes(struct reporter *reporter, struct lookalikes *lookalikes);

/* As dead_groups__begin(), when the trace begins, and dead_groups__look(), before it ends. */
void reporter__count_dead_groups(struct reporter *reporter, struct dead_groups *dead);
int reporter__look_at_dead_groups(struct reporter *reporter, struct dead_groups *dead);

/*
 * Has a site that was seen so far an address of one of these `nr` ranges among its first frames?
 * Listed or not, as of the last reading.
 */
bool reporter__saw_frame_in(const struct reporter *reporter, const struct kleak_range *ranges,
			    size_t nr);
#define REPORTER_FIRST_FRAMES 4

/*
 * Give `see` the stacks of sites that the last report does not list, because nothing is outstanding
 * there any more: how a function is called there tells what it is for.  Strings stay as long as the
 * symbols.  0, or what `see` returned: then the others are left out.
 */
int reporter__each_idle_stack(struct reporter *reporter,
			      int (*see)(const struct symbols_frame *stack, size_t nr, void *arg),
			      void *arg);

/*
 * Get ready to scan.  0, also when it is; -errno with one sentence in `why` when the
 * kernel's memory cannot be scanned here.
 */
int reporter__open_scans(struct reporter *reporter, char *why, size_t len);

/*
 * One pass of a scan: as scanner__pass(); reports may be made meanwhile.  last: of this scan, which
 * also looks who holds the objects of the first sites.
 */
int reporter__scan(struct reporter *reporter, bool last, const struct scanner_pace *pace);

/* List no more what scans have found so far.  How many objects. */
size_t reporter__acknowledge(struct reporter *reporter);

struct reporter_left {
	uint64_t live; /* objects that are outstanding */
	/* of them, no leaks: in caches that the kernel takes memory back from, or passed to
	 * kfree_rcu() */
	uint64_t innocent;
	uint64_t frees; /* so far, those that were found included */
};

/*
 * Count what is left; verified: after looking in the allocator's own books for what is free.  0 or
 * -errno.
 */
int reporter__count(struct reporter *reporter, bool verified, struct reporter_left *left);

/* Bytes outstanding in the last report, all sites but those that are a CACHE. */
uint64_t reporter__outstanding(const struct reporter *reporter);

void reporter__close(struct reporter *reporter);

#endif
