/* SPDX-License-Identifier: GPL-2.0-only */
/* Sites that grow together: those that have one cause are one group */
#ifndef KLEAK_REPORT_GROUPS_H
#define KLEAK_REPORT_GROUPS_H

#include "judge/holders.h"
#include "report/callers.h"
#include "report/headline.h"
#include "report/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct groups_member {
	uint32_t site;		  /* of report->sites */
	struct headline headline; /* of its stack */
	bool metadata;		  /* of another member: vmalloc's, or a slab's */
};

struct group {
	/*
	 * All of them as if they were one: sums, the verdict on these; what cannot be summed
	 * (stack, cache, who allocates) is of the first member.
	 */
	struct report_site sum;
	/* Of sum.stack: the innermost frame that all members have in common, metadata left out. */
	struct headline common;
	size_t first, nr;     /* its members: members[first ...], who stands for it first */
	struct holder holder; /* if `sure`: who holds the objects, and can let go of them */
	bool may_be_held;     /* it is not: by a process that was looked at too late */
};

struct groups {
	struct group *list; /* the worst verdict first, then what grows fastest */
	size_t nr;
	struct groups_member *members;
	size_t nr_members;
};

/*
 * Group the sites of a report that may leak, by cause (report/same_cause.h), and list the groups
 * that do, or grow.  A site alone is a group.  callers: has been given the stacks of other sites
 * that were traced, and those of the report are added; NULL: no others are known.  Strings and
 * stacks are the report's, which has to stay.  0 or -ENOMEM.
 */
int groups__find(struct groups *groups, const struct report *report, struct callers *callers);

/*
 * Somebody holds them for certain: these are HELD, no leaks, and come last.  A program that keeps
 * its handles is no fault of the kernel.  What may be held is GROWING at most.
 */
void groups__acquit(struct groups *groups);

/* The same of their members among the sites of the report, wherever those are listed. */
void groups__acquit_sites(const struct groups *groups, struct report_site *sites);

/* How many groups have this verdict, and how many sites are in them (may be NULL). */
size_t groups__count(const struct groups *groups, enum verdict_name verdict, size_t *sites);

void groups__free(struct groups *groups);

#endif
