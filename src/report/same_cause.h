/* SPDX-License-Identifier: GPL-2.0-only */
/* Which sites of a report have one cause: a number for each of those that may leak */
#ifndef KLEAK_REPORT_SAME_CAUSE_H
#define KLEAK_REPORT_SAME_CAUSE_H

#include "report/callers.h"
#include "report/headline.h"
#include "report/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAUSES_NONE UINT32_MAX

/*
 * Sites have one cause
 * - when they have the same headline, through whatever stacks;
 * - or as many objects as each other, within the error of that, and a caller in common which is not
 *   everybody's: CAUSES_OBJECTS at least, fewer are alike by chance;
 * - or, of what comes through the common caller of three such sites or more, a multiple of their
 *   number; or almost all that does (CAUSES_ALMOST_ALL of it, CAUSES_CROWD at least) is in there.
 * What the allocators need for an area or a slab belongs to whoever has it allocated.
 */
#define CAUSES_OBJECTS	   10
#define CAUSES_SLACK	   0.01 /* of the number: the tables are not read at one instant */
#define CAUSES_SLACK_LEAST 2	/* objects */
#define CAUSES_MULTIPLE	   16
#define CAUSES_CROWD	   8
#define CAUSES_ALMOST_ALL  0.8

/* A site that may leak, or metadata of one. */
struct causes_site {
	uint32_t site;	    /* of the report */
	uint32_t group;	    /* of causes; CAUSES_NONE: not yet in one */
	uint32_t alike;	    /* those of one number have as many objects as each other */
	uint32_t function;  /* its headline's */
	uint32_t frames;    /* functions of its stack: frames[frames ...] */
	uint32_t first, nr; /* its callers: numbers[first ...], innermost first */
	uint64_t objects;
	struct headline headline;
	bool metadata;
};

struct causes_cause {
	uint32_t nr;	   /* members */
	uint32_t headline; /* function, if all had the same when it was made, or CAUSES_NONE */
	uint32_t common;   /* function that all have, innermost first; or CAUSES_NONE */
	uint64_t objects;  /* of its first member */
	double objects_error;
};

struct causes {
	const struct report *report;
	struct callers *callers;
	struct causes_site *list;
	uint32_t nr;
	size_t room;
	uint32_t *frames; /* the functions of all candidates' stacks */
	size_t nr_frames, room_frames;
	uint32_t *numbers; /* their callers; who passes work on is left out */
	size_t nr_numbers;
	uint32_t *seen;	 /* by function: the last candidate that had it, plus 1 */
	uint32_t *count; /* by function: how many had it */
	struct causes_cause *causes;
	uint32_t nr_causes;
	size_t room_causes;
};

/* May the site leak: is it something that grows, or too little to tell? */
bool same_cause__is_suspect(const struct report_site *site);

/*
 * Give each site that may leak a number, the same to those of one cause; and to metadata that of
 * what it is for.  callers: has been given the stacks of other sites that were traced; those of the
 * report are added.  The report, and it, have to stay.  0, or -ENOMEM: there is nothing to free.
 */
int same_cause__find(struct causes *causes, const struct report *report, struct callers *callers);

/* The site in the report. */
const struct report_site *same_cause__site(const struct causes *causes,
					   const struct causes_site *site);

void same_cause__free(struct causes *causes);

#endif
