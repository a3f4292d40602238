/* SPDX-License-Identifier: GPL-2.0-only */
/* The evidence on several sites that have one cause, as if they were one site */
#ifndef KLEAK_JUDGE_GROUP_EVIDENCE_H
#define KLEAK_JUDGE_GROUP_EVIDENCE_H

#include "judge/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct together {
	size_t nr; /* added so far */
	struct evidence sum;
	double course[GROWTH_POINTS]; /* bytes of all, at the times of the history */
	bool has_course;	      /* of each of them */
	double drained_before;	      /* objects before the drain, of those that tell */
	double drained_after;
	double shrunk_before, shrunk_after;
	enum verdict_name strongest;
	struct verdict verdict; /* of whoever has that */
	double available_bytes; /* NAN: not known */
};

/*
 * Add a site: its own conclusion, and its bytes at the nr_course times of the history (NULL: not
 * known).  Of what is pinned, the site of a reclaimable cache that is pinned least stands for all.
 * *together starts as all zeros.
 */
void group_evidence__add(struct together *together, const struct conclusion *site,
			 const double *course, size_t nr_course);

/*
 * The verdict on all of them: of one site its own; of several the strongest of theirs, or what
 * follows from all the evidence, whichever is stronger: what is too little at each of 200 sites may
 * be enough for all.  at: the times of the history, nr_course of them.
 */
struct conclusion group_evidence__judge(const struct together *together, const double *at,
					size_t nr_course);

#endif
