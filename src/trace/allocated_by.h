/* SPDX-License-Identifier: GPL-2.0-only */
/* Who allocates at each site, as the programs noted it. */
#ifndef KLEAK_TRACE_ALLOCATED_BY_H
#define KLEAK_TRACE_ALLOCATED_BY_H

#include "kleak.h"

#include <stddef.h>
#include <stdint.h>

#define ALLOCATED_BY_LISTED 5 /* of a site */

/* Who allocates at a site. */
struct allocated_by_who {
	const char *context; /* "process", "kernel thread", "interrupt" */
	char comm[64];	     /* "" for interrupts; "kworker" for all of them */
	uint32_t pid;	     /* 0: several of that name, or an interrupt */
	char cgroup[256];    /* path; "" when it is not known or has no meaning */
	uint64_t times;	     /* allocations while tracing, freed ones included */
};

struct allocated_by_member {
	uint32_t site;
	struct allocated_by_who who;
	uint64_t cgroup;
};

struct allocated_by {
	struct allocated_by_member *list;
	size_t nr, room;
};

/*
 * Add what was noted of a site (site.index).  Those of one name and cgroup are one; so are
 * all kworkers.  0 or -ENOMEM.
 */
int allocated_by__add(struct allocated_by *crowd, uint32_t site, const struct kleak_who *who,
		      const struct kleak_who_times *times);

/* Write the most frequent of the site, ALLOCATED_BY_LISTED at most; set *times to all of them. */
size_t allocated_by__of(const struct allocated_by *crowd, uint32_t site,
			struct allocated_by_who *list, uint64_t *times,
			int (*path_of)(uint64_t cgroup, char *path, size_t len));

void allocated_by__free(struct allocated_by *crowd);

#endif
