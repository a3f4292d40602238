/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many objects each recorded object stands for when only a sample is recorded.
 *
 * An object is recorded if a hash of its address says so, one address in `weight`.  Every object
 * of an age has the same chance whatever it is, so that its weight times what is recorded is an
 * unbiased estimate, of objects as of bytes; its variance is the sum of (weight^2 - weight) times
 * the recorded squares (Horvitz and Thompson 1952, for independent choices).
 *
 * The sampling becomes coarser when the table gets full, and finer again when it has emptied: an
 * object's weight is the largest that there was since its birth.
 */
#ifndef KLEAK_TRACE_SAMPLE_H
#define KLEAK_TRACE_SAMPLE_H

#include "kleak.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snapshot;

/* The bits of a weight that is a power of two, KLEAK_SAMPLE_MOST_BITS at most. */
uint32_t sample__bits(uint32_t weight);

/*
 * Make estimates of the sites of `snapshot` of what was recorded; the sum of all stays what was
 * recorded.
 */
void sample__estimate(struct snapshot *snapshot);

/* What a recorded `value` of this weight adds to the variance of an estimate. */
double sample__variance(uint32_t weight, double value);

/*
 * Weights by time of birth, in ticks: from from[i] on weight[i], less each time.  Never more
 * entries than there are weights.
 */
struct sample_times {
	uint64_t from[KLEAK_SAMPLE_MOST_BITS + 1];
	uint32_t weight[KLEAK_SAMPLE_MOST_BITS + 1];
	size_t nr;    /* 0: nothing was entered, and all weights are 1 */
	uint64_t now; /* the last one that was entered */
};

/* One address in `weight` is recorded from `now` on; what is older has this weight at least. */
void sample__enter(struct sample_times *times, uint64_t now, uint32_t weight);

/* The weight of objects that are `age` ticks old; times may be NULL: 1. */
uint32_t sample__weight(const struct sample_times *times, double age);

/*
 * When to record more again.  Twice as many are tried after a time in which less than a quarter of
 * the room was taken, so that twice as many leave half of it.  Where that was too early, the next
 * time is twice as long.
 */
struct sample_recovery {
	double calm_since_s; /* 0: it is not calm */
	double wait_s;	     /* 0: as at the start */
	double refined_s;    /* when it became finer the last time; 0: never */
	uint32_t weight;     /* at the last look */
};

#define SAMPLE_WAIT_S	   60.0
#define SAMPLE_WAIT_MOST_S 3600.0
#define SAMPLE_EARLY	   10 /* of these times: it was too early if it got full within so many */

/*
 * Look at it again at now_s (since the start, more than 0): one in `weight` is recorded, `live`
 * records take up room for `most`; calm: nothing else speaks against recording more.  True: have
 * twice as many recorded.
 */
bool sample__may_refine(struct sample_recovery *recovery, double now_s, uint32_t weight,
			uint64_t live, uint64_t most, bool calm);

#endif
