/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cgroup's own books beside what was traced of it.  Of each class of memory
 *
 *	growth of what is charged to it = charged + rest
 *
 * charged: what its tasks allocated since the start such that a cgroup is charged (__GFP_ACCOUNT,
 * or a cache with SLAB_ACCOUNT), and is still there.  Beside it, uncharged: what they allocated and
 * nobody is charged for (what is allocated in bulk with __GFP_ACCOUNT counts here, too: no event
 * has its flags).  rest: what was there before and was freed since (below 0), what tasks of others
 * or interrupts had charged to it, and what no event told.
 */
#ifndef KLEAK_JUDGE_CGROUP_COVERAGE_H
#define KLEAK_JUDGE_CGROUP_COVERAGE_H

#include "judge/coverage.h"
#include "judge/near_limit.h"
#include "proc/cgroup_classes.h"

#include <stdbool.h>
#include <stdint.h>

/* What was traced of a class, by whether somebody is charged. */
struct cgroup_coverage_traced {
	bool told; /* the events tell that; otherwise all stands under `charged` */
	int64_t charged_bytes, uncharged_bytes;
};

struct cgroup_coverage_class {
	const char *name; /* as struct coverage_class */
	bool known;	  /* the cgroup's books tell this class */
	int64_t delta_bytes;
	struct cgroup_coverage_traced traced;
	double explained;  /* charged / delta; NAN where that is not above 0, or not known */
	double rest_bytes; /* NAN: not known */
};

/* Of a report of one cgroup. */
struct cgroup_coverage {
	bool known; /* it has books of its own here */
	struct cgroup_coverage_class classes[COVERAGE_CLASSES];
	struct near_limit near;
	bool limit_known;
	uint64_t limit_bytes;	   /* NEAR_LIMIT_NONE: there is none */
	enum cgroup_class growing; /* see struct cgroup_row */
};

/*
 * Sum what the cgroup's tasks allocated and the kernel still holds.  config: of the programs.
 */
void cgroup_coverage__sum(struct cgroup_coverage_traced traced[COVERAGE_CLASSES],
			  const struct snapshot *snapshot, const struct kleak_site *entries,
			  const struct kleak_cache *caches, const struct kleak_config *config);

/* Set both beside each other: the cgroup's classes at the start, and now. */
void cgroup_coverage__compare(struct cgroup_coverage_class classes[COVERAGE_CLASSES],
			      const struct cgroup_classes *before, const struct cgroup_classes *now,
			      const struct cgroup_coverage_traced traced[COVERAGE_CLASSES]);

#endif
