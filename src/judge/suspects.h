/* SPDX-License-Identifier: GPL-2.0-only */
/* Which classes of memory and slab caches grow with confidence, and what to trace for it. */
#ifndef KLEAK_JUDGE_SUSPECTS_H
#define KLEAK_JUDGE_SUSPECTS_H

#include "judge/statement.h"
#include "trace/trace_options.h"

#include <stdbool.h>
#include <stddef.h>

/* A class of memory or a slab cache that grows with confidence. */
struct suspect {
	const char *name;    /* JSON: "slab_unreclaimable", "dentry" */
	const char *title;   /* people: "slab, unreclaimable", "dentry" */
	bool cache;	     /* a slab cache */
	uint32_t class_size; /* of kmalloc: its size class; else 0 */
	enum statement_answer reclaimable;
	struct statement_amount amount; /* since the watch began */
	bool sure;			/* see suspects.h */
	bool traced;			/* what was attached covers it */
};

struct suspects {
	struct suspect *list; /* those that grow fastest first, classes before caches */
	size_t nr, room;
};

/*
 * What grows with 95% confidence, by the least amounts below, is a suspect; one whose
 * interval lies above SUSPECTS_SURE of its slope is reason enough to trace, and then
 * all suspects are.
 */
#define SUSPECTS_SURE	       0.25
#define SUSPECTS_LEAST_BYTES   16384   /* of a class */
#define SUSPECTS_LEAST_OBJECTS 16      /* of a cache */
#define SUSPECTS_LEAST_RAW     1048576 /* of unaccounted pages: a difference of many counters */

/* Find them in a statement of all caches.  Strings are the statement's.  0 or -ENOMEM. */
int suspects__find(struct suspects *suspects, const struct statement *statement);

/* Is one of them sure, and nothing that the kernel can reclaim? */
bool suspects__any_traceable(const struct suspects *suspects);

/*
 * Have `options` trace only what grows, and mark it `traced`: origins, unless the user
 * chose them; and slab caches, in `caches`, unless they are too many or none can be told.
 */
void suspects__narrow(struct suspects *suspects, struct trace_options *options, char *caches,
		      size_t len);

void suspects__free(struct suspects *suspects);

#endif
