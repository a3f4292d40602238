/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits of the kernel's memory, for `kleak check`: readings of the kernel's books go in, what is
 * above its limit comes out, and what cannot be told.
 */
#ifndef KLEAK_JUDGE_GATE_H
#define KLEAK_JUDGE_GATE_H

#include "judge/growth.h"
#include "kernel/books.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Growth is not told in less time: by then there are readings enough, a second apart. */
#define GATE_LEAST_S 10

/* What can be limited. */
enum gate_subject {
	GATE_KERNEL, /* all that the kernel has for itself and cannot reclaim: the classes below,
			but for GATE_RECLAIMABLE */
	GATE_UNRECLAIMABLE,
	GATE_RECLAIMABLE,
	GATE_VMALLOC,
	GATE_PERCPU,
	GATE_KERNEL_STACK,
	GATE_PAGE_TABLES,
	GATE_SEC_PAGE_TABLES,
	GATE_UNACCOUNTED,
	GATE_SUBJECTS,
};

enum gate_kind {
	GATE_SIZE,   /* bytes */
	GATE_GROWTH, /* bytes a second */
	GATE_KINDS,
};

/* The states of monitoring plugins, as their exit status has them. */
enum gate_state {
	GATE_OK,
	GATE_WARNING,
	GATE_CRITICAL,
	GATE_UNKNOWN,
};

struct gate_limit {
	bool set;
	bool of_total; /* `value` is a share of MemTotal */
	double value;
};

struct gate_limits {
	struct gate_limit of[GATE_KINDS][GATE_SUBJECTS];
	double share; /* --warn 80%: this share of each limit of --max; 0: not given */
};

/* What has been read.  All zero: nothing. */
struct gate {
	struct growth_clock clock;
	struct growth_series series[GATE_SUBJECTS];
	bool known[GATE_SUBJECTS]; /* in every reading */
	bool zones;		   /* /proc/zoneinfo was read each time */
	size_t readings;
	uint64_t total, page_size;
};

/* Of one limit, or the two that --warn and --max give. */
struct gate_finding {
	enum gate_subject subject;
	enum gate_kind kind;
	enum gate_state state;
	bool known; /* there are numbers; else this kernel does not count it, or there was too
		       little time */
	double value;
	double low, high; /* it is between these, with 95% confidence; a size is what it is */
	double warn, max; /* the limits; NAN: none */
};

struct gate_result {
	enum gate_state state; /* the worst: critical, warning, unknown, ok */
	struct gate_finding findings[GATE_KINDS * GATE_SUBJECTS];
	size_t nr;
	size_t readings;
	double elapsed_s; /* from the first to the last */
	uint64_t total_bytes;
	bool zones; /* false: /proc/zoneinfo could not be read */
};

/* "unreclaimable", as the user writes it. */
const char *gate__name(enum gate_subject subject);

/* "OK", "WARNING", "CRITICAL", "UNKNOWN" */
const char *gate__state_name(enum gate_state state);

/* Does any limit need more than one reading? */
bool gate__needs_time(const struct gate_limits *limits);

bool gate__is_empty(const struct gate_limits *limits);

/*
 * Of limits->share and `max`: the limits themselves.  Nothing is changed where there is no share.
 */
void gate__resolve_share(struct gate_limits *limits, const struct gate_limits *max);

/*
 * Enter a reading of BOOKS_MEM and BOOKS_ZONES (BOOKS_AREAS, where VmallocUsed tells nothing),
 * taken now_s seconds after the first.  vmap_stack: see classes.h.
 */
void gate__enter(struct gate *gate, const struct books *books, double now_s, bool vmap_stack);

/* Hold what was entered to the limits; one reading at least. */
void gate__judge(const struct gate *gate, const struct gate_limits *warn,
		 const struct gate_limits *max, struct gate_result *result);

#endif
