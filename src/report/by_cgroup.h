/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is listed, by the cgroup that it is charged to: a view of the sites of a report, each of
 * which tells whom a sample of its objects is charged to (report_site.charged).
 */
#ifndef KLEAK_REPORT_BY_CGROUP_H
#define KLEAK_REPORT_BY_CGROUP_H

#include "report/report.h"

#include <stddef.h>
#include <stdint.h>

/* Whom a row stands for.  All but the first have one row at the most. */
enum by_cgroup_whom {
	BY_CGROUP_ONE,	   /* the cgroup whose path it has */
	BY_CGROUP_OTHERS,  /* cgroups that a site does not tell apart */
	BY_CGROUP_NOBODY,  /* what is charged to no cgroup */
	BY_CGROUP_UNKNOWN, /* what was not looked at, or cannot be told */
};

/* A site's part of a row: estimates, by the share of the sample. */
struct by_cgroup_member {
	uint32_t site; /* of report->sites */
	uint64_t bytes, objects;
};

struct by_cgroup_row {
	enum by_cgroup_whom whom;
	const char *cgroup; /* the path; NULL: it is not BY_CGROUP_ONE */
	/*
	 * As if it were one site: `bytes`, `objects` and growth are the sums of its members' parts;
	 * `id` is its own; `verdict` is the worst one of its members, `age_median_s` that of the
	 * first; the rest is not known, and zero or "".
	 */
	struct report_site sum;
	uint64_t elsewhere_bytes; /* of sum.bytes, what others than the cgroup have allocated */
	size_t first, nr;	  /* its members: members[first ...], the largest part first */
};

/* Starts as all zeros. */
struct by_cgroup {
	struct by_cgroup_row *rows; /* the largest first */
	size_t nr;		    /* 0: of no site it is known whom it is charged to */
	struct by_cgroup_member *members;
	size_t nr_members;
	uint64_t looked_at; /* objects, of all sites */
};

/*
 * Sum up the sites of a report, those that report__cut() left out included.  Strings and stacks are
 * the report's, which has to stay.  To be freed.  0 or -ENOMEM, and nothing is to be freed.
 */
int by_cgroup__find(struct by_cgroup *groups, const struct report *report);

/* "no cgroup", or what else a row stands for that has no path; NULL: it has. */
const char *by_cgroup__name(enum by_cgroup_whom whom);

void by_cgroup__free(struct by_cgroup *groups);

#endif
