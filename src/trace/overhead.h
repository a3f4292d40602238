/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tracing costs while it runs: the programs' own run time, which the kernel counts while it
 * is asked to (BPF_ENABLE_STATS, 5.8).  It leaves out what it takes to get into a program and out
 * again, and takes in what the counting itself costs: about as much.
 */
#ifndef KLEAK_TRACE_OVERHEAD_H
#define KLEAK_TRACE_OVERHEAD_H

#include "trace/tracer.h"

#include <stdint.h>

struct overhead {
	double share;	     /* of the time of the CPUs that are online */
	double events_per_s; /* allocations and frees, whoever made them */
	double ns_per_event;
};

/*
 * Count for window_s seconds (it sleeps), while `online` CPUs run.  0, -EPERM where the kernel does
 * not permit it, or another -errno.
 */
int overhead__measure(struct overhead *overhead, const struct tracer *tracer, uint32_t online,
		      double window_s);

#endif
