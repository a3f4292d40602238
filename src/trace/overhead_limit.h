/* SPDX-License-Identifier: GPL-2.0-only */
/* When tracing costs more than --max-overhead allows: the sampling has to become coarser. */
#ifndef KLEAK_TRACE_OVERHEAD_LIMIT_H
#define KLEAK_TRACE_OVERHEAD_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct overhead_limit {
	double most;	  /* share of the CPUs' time that may be taken; 0: any */
	double ns_before; /* per event, before the sampling became coarser the last time; 0: never
			   */
	bool spent;	  /* coarser sampling does not help any more */
};

/* The share of the time of `online` CPUs that ns are in `seconds`; possible CPUs take no time. */
double overhead_limit__share(uint64_t ns, double seconds, uint32_t online);

/*
 * Must the sampling become coarser, by a factor of two, where `share` is taken and an event costs
 * ns?  No more once that has stopped to make events cheaper: the rest is what tracepoints take.
 */
bool overhead_limit__is_exceeded(struct overhead_limit *budget, double share, double ns);

#endif
