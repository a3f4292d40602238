/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Leak or not: what follows from the history of a site, and how sure that is.
 *
 * LEAK         grows with confidence, to the end of the run and no slower, or by bursts; what gets
 *              old stays; not reclaimable, or pinned; no loss, nor frees of older objects, could
 *              explain it
 * GROWING      grows, or survives, but one part of the evidence is missing
 * HELD         survives, and does not grow any more
 * CACHE        the kernel can take it back (or did, when caches were dropped), or frees it
 *              late by design
 * CHURN        is freed again: allocations and frees balance
 * NEW          watched for too short a time
 * INSUFFICIENT too few objects got old to tell, or more was lost than grew
 */
#ifndef KLEAK_JUDGE_VERDICT_H
#define KLEAK_JUDGE_VERDICT_H

#include "judge/arrivals.h"
#include "judge/growth.h"
#include "memory/pin_sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict_name {
	VERDICT_NEW,
	VERDICT_INSUFFICIENT,
	VERDICT_CHURN,
	VERDICT_CACHE,
	VERDICT_HELD,
	VERDICT_GROWING,
	VERDICT_LEAK,
	VERDICTS,
};

/* Shares alive are told of objects allocated 1, 2-4, 5-9, and 10 or more intervals ago. */
enum { SURVIVAL_1, SURVIVAL_2, SURVIVAL_5, SURVIVAL_10, SURVIVALS };

struct evidence {
	/* history__evidence() */
	double observed_s;
	double interval_s;	    /* between two points of the history */
	size_t points;		    /* warm-up left out */
	struct growth_slope slope;  /* of outstanding bytes */
	struct growth_slope recent; /* the same over the last half */
	double survival[SURVIVALS]; /* NAN: nothing was allocated then */
	uint64_t settled;	    /* objects that outlived two intervals, three and more ago */
	uint64_t settled_alive;	    /* of them, now */
	struct arrivals arrivals;   /* of what stays, by what was allocated long enough ago */
	uint32_t weight;	    /* each that was seen counts as so many of both; 0: as one */
	/* the site's own sums */
	uint64_t objects, bytes, allocations, frees;
	/* from elsewhere */
	double least_s;		/* no LEAK before it was watched for so long */
	bool lazy;		/* freed by its allocator much later than its user does */
	bool metadata;		/* the slab allocator's own: goes when the slab goes */
	bool reclaimable;	/* its cache is SLAB_RECLAIM_ACCOUNT */
	struct pins_count pins; /* then: which of its objects cannot go; sampled 0: not known */
	double shrunk; /* share of its objects that went when caches were dropped; NAN: not tried */
	double drained;	 /* share that outlived the drain; NAN: there was none */
	double replaced; /* frees of older objects of the same cache, of its growth; NAN: unknown
			  */
	uint64_t lost;	 /* allocations or frees that are known to be missed and could be its own */
};

/* Thresholds; tests/unit/test_verdict.c measures what they are worth. */
#define VERDICT_POINTS_NEW  10	 /* fewer: NEW */
#define VERDICT_POINTS_LEAK 16	 /* fewer: no LEAK */
#define VERDICT_LEAST_S	    90	 /* least_s by default: time-outs of a minute are common */
#define VERDICT_SETTLED	    10	 /* fewer objects that got old: INSUFFICIENT */
#define VERDICT_ENOUGH	    22	 /* that all live are enough to tell */
#define VERDICT_RETAINED    0.85 /* of what got old, still alive: lower limit with 95% confidence */
#define VERDICT_RELEASED    0.5	 /* below that it is freed again */
#define VERDICT_SHRUNK	    0.5	 /* went when caches were dropped: CACHE */
#define VERDICT_DRAINED	    0.9	 /* less outlived the drain: no LEAK */
#define VERDICT_SLOWED	    0.5	 /* growth over the last half, of the whole: less is no LEAK */
#define VERDICT_REPLACED    0.5	 /* as many older ones were freed: no LEAK */
#define VERDICT_BURSTS	    3	 /* fewer bursts that stay: no LEAK */

#define VERDICT_PINNED 0.9 /* of a reclaimable cache's: lower limit; less is a CACHE */

/* What is to be looked at first is higher: what grows, then what is not decided, last what is
 * harmless. */
uint32_t verdict__suspicion(enum verdict_name name);

struct verdict {
	enum verdict_name name;
	const char *why; /* a few words; static */
	double retained; /* share of what got old that is still alive; NAN: nothing did */
};

/* A verdict on a site, and all that it stands on. */
struct conclusion {
	struct verdict is;
	struct evidence from;
	double exhausted_s; /* until MemAvailable is 0 at this rate; INFINITY: it does not grow;
			       NAN: not known */
};

struct verdict verdict__of(const struct evidence *evidence);

/* Does as much of what got old live as of a leak's, however little that is? */
bool verdict__is_mostly_alive(const struct evidence *evidence);

/*
 * Not decided only because of the sampling: it grows by all appearance, what got old lives, and if
 * every object had been recorded there would be enough to tell.
 */
bool verdict__is_thin(const struct conclusion *conclusion);

/* GROWING, and what got old is known to stay: it may be a LEAK when it was watched longer. */
bool verdict__is_promising(const struct conclusion *conclusion);

/*
 * Lower and upper limit of the share that is pinned, with 95% confidence; what is unknown may be
 * either.  NAN: none were sampled.
 */
void verdict__pinned(const struct pins_count *pins, double *low, double *high);

/* Of objects of two reclaimable caches: do the first ones speak less for a leak? */
bool verdict__is_less_pinned(const struct pins_count *pins, const struct pins_count *than);

/* "LEAK" */
const char *verdict__name(enum verdict_name name);

/* The same in six columns: "LEAK", "GROWS", "held". */
const char *verdict__word(enum verdict_name name);

#endif
