/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One statement of the kernel's own books, `kleak ledger`: what the renderers
 * print.  Plain values; strings belong to whoever filled it in.
 */
#ifndef KLEAK_JUDGE_STATEMENT_H
#define KLEAK_JUDGE_STATEMENT_H

#include "judge/growth.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

/* Yes, no, or this kernel (or these privileges) do not tell. */
enum statement_answer {
	STATEMENT_UNKNOWN,
	STATEMENT_NO,
	STATEMENT_YES,
};

/* What every line has: how much now, what changed, how fast. */
struct statement_amount {
	int64_t bytes;
	int64_t delta_bytes;	    /* since the first statement */
	struct growth_slope growth; /* bytes a second; growth.known false: too few readings yet */
};

/* A class of memory, such as "slab_unreclaimable". */
struct statement_class {
	const char *name;   /* JSON */
	const char *title;  /* people: "slab, unreclaimable" */
	bool known;	    /* this kernel shows it */
	bool apart;	    /* not part of MemTotal's sum: ioremap, vmap, swap; `remark` says why */
	const char *remark; /* NULL, or "address space, not RAM" */
	struct statement_amount amount;
};

/* Memory that nobody uses: more of it is no growth. */
static inline bool statement__is_free(const struct statement_class *c)
{
	return !strcmp(c->name, "free");
}

/* A slab cache: bytes are those of its slabs; growth is that of its objects in use. */
struct statement_cache {
	const char *name;    /* as /proc/slabinfo has it */
	const char *aliases; /* other caches merged into it, "a, b"; "" when there are none */
	enum statement_answer reclaimable;
	uint64_t active_objects;
	int64_t delta_objects;
	uint64_t object_size;
	struct statement_amount amount;
};

/* Who called vmalloc(): memory that VM_ALLOC areas own. */
struct statement_caller {
	const char *name; /* "bpf_map_area_alloc+0x4d/0x60" */
	uint64_t areas;
	int64_t delta_areas;
	struct statement_amount amount;
};

/* A line of /proc/allocinfo. */
struct statement_line {
	const char *place;    /* "mm/slub.c:2433" */
	const char *function; /* "alloc_slab_page" */
	const char *module;   /* NULL: the kernel itself */
	uint64_t calls;	      /* allocations that are live */
	int64_t delta_calls;
	struct statement_amount amount;
};

/* A book that only some kernels keep. */
struct statement_source {
	const char *name; /* "allocinfo", "alloc_traces", "page_owner", "kmemleak" */
	const char *path;
	bool found;
	const char *remark; /* a sentence: what was read there, or why not */
};

/* Which moment a statement is of. */
enum statement_phase {
	STATEMENT_STREAM, /* one of many */
	STATEMENT_BEFORE, /* ledger -- CMD: before it */
	STATEMENT_AFTER,  /* after it: the changes are what CMD left behind */
};

struct statement {
	struct timespec time; /* CLOCK_REALTIME */
	double elapsed_s;     /* since the first one */
	const char *kernel;   /* release */
	enum statement_phase phase;
	const char *command; /* NULL, or what ran */
	bool final;
	bool first;			   /* nothing can have changed yet */
	bool all;			   /* what did not change is to be listed, too */
	bool caches_dropped;		   /* clean caches were dropped before each reading */
	uint64_t total_bytes;		   /* MemTotal */
	struct statement_amount available; /* MemAvailable */
	bool available_known;
	double exhausted_s; /* until MemAvailable is 0 at its pace; INFINITY: it does not shrink;
			       NAN: not known yet */
	/* What free(1) calls cache: before procps 3.3.10, in 3.3.10, and after. */
	uint64_t free_cache[3];
	const struct statement_class *classes; /* in the order to print */
	size_t nr_classes;
	const struct statement_cache *caches; /* by growth, cut to --top */
	size_t nr_caches, nr_caches_all;
	const struct statement_caller *callers; /* by growth, cut to --top */
	size_t nr_callers, nr_callers_all;
	const struct statement_line *lines; /* by growth, cut to --top; none without allocinfo */
	size_t nr_lines, nr_lines_all;
	const struct statement_source *sources;
	size_t nr_sources;
	const char *const *unread; /* sentences: "/proc/slabinfo: Permission denied" */
	size_t nr_unread;
};

#endif
