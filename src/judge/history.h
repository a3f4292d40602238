/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * History of every site since the start: outstanding bytes over time, and of the
 * objects allocated in each interval (a cohort) how many live.  As the run gets longer the
 * intervals do too: there are GROWTH_POINTS of them at most.
 */
#ifndef KLEAK_JUDGE_HISTORY_H
#define KLEAK_JUDGE_HISTORY_H

#include "judge/growth.h"
#include "judge/verdict.h"
#include "trace/sample.h"
#include "trace/sites.h"
#include "util/idmap.h"

#include <stddef.h>
#include <stdint.h>

struct history {
	struct growth_clock clock; /* seconds since the start */
	struct history_row *rows;
	uint32_t nr_rows;
	size_t room;
	struct idmap by_id;
	uint64_t entries; /* made so far */
	size_t settled;	  /* cohorts that have been counted when they had outlived two intervals */
	double min_age_s;
	double aged_s;	 /* of the last entry */
	uint32_t weight; /* of what was allocated then: each stands for so many */
};

/* How `sites` were read.  Times are seconds since the start; a table takes its time. */
struct history_reading {
	double aged_s;	  /* the objects' ages are as of then */
	double counted_s; /* and the allocations */
	uint32_t weight;  /* what is allocated now stands for so many */
	/* older objects for as many as these say of their age; NULL: for as many as well */
	const struct sample_times *times;
};

/*
 * Enter what `sites`, with ages (sites__age()), hold.
 * min_age_s: younger objects are not in `sites`.  What is not in `sites` any more is forgotten.
 * *history starts as all zeros.  0 or -ENOMEM.
 */
int history__enter(struct history *history, const struct sites *sites,
		   const struct history_reading *reading, double min_age_s);

/*
 * Evidence of the site as entered last; what does not follow from its history stays
 * zero, or NAN for what is not known.
 */
void history__evidence(const struct history *history, const struct site *site,
		       struct evidence *evidence);

/* Its outstanding bytes at the times of history->clock; NULL: it was never entered. */
const double *history__course(const struct history *history, uint64_t id);

void history__free(struct history *history);

#endif
