/* SPDX-License-Identifier: GPL-2.0-only */
/* Which classes of memory and slab caches grow with confidence, and what to trace for that. */
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
	bool traced;			/* suspects__mark_traced() */
};

struct suspects {
	struct suspect *list; /* those that grow fastest first, classes before caches */
	size_t nr, room;
};

/*
 * What grows with 95% confidence, by the least amounts below, is a suspect; it is sure if its
 * interval lies above SUSPECTS_SURE of its slope.  What the kernel frees late by design is none.
 */
#define SUSPECTS_SURE	       0.25
#define SUSPECTS_LEAST_BYTES   16384   /* of a class */
#define SUSPECTS_LEAST_OBJECTS 16      /* of a cache */
#define SUSPECTS_LEAST_RAW     1048576 /* of unaccounted pages: a difference of many counters */

/* Does this grow with confidence; and, what does, for sure? */
bool suspects__grows(const struct statement_amount *amount);
bool suspects__is_sure(const struct statement_amount *amount);

/* Find them in a statement of all caches.  Strings are the statement's.  0 or -ENOMEM. */
int suspects__find(struct suspects *suspects, const struct statement *statement);

/* Mark as `traced` what `options` cover.  What the kernel can reclaim is not, whatever they say. */
void suspects__mark_traced(struct suspects *suspects, const struct trace_options *options);

/* Does something grow for sure, unreclaimable, that was not traced? */
bool suspects__any_untraced(const struct suspect *list, size_t nr);

/* Does memory grow that only tracing of pages can explain?  False if the user chose origins. */
bool suspects__wants_pages(const struct suspects *suspects, const struct trace_options *options);

/* Would it help to trace the caches that grow alone? */
bool suspects__wants_caches(const struct suspects *suspects, const struct trace_options *options);

/*
 * Have `options` trace only the slab caches that grow, which are listed in `caches`.  False, and
 * nothing is changed, where there are none or too many.
 */
bool suspects__narrow(const struct suspects *suspects, struct trace_options *options, char *caches,
		      size_t len);

void suspects__free(struct suspects *suspects);

#endif
