/* SPDX-License-Identifier: GPL-2.0-only */
/* argv and the help text. */
#ifndef KLEAK_OPTIONS_H
#define KLEAK_OPTIONS_H

#include "render/weight.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum options_sort {
	SORT_BYTES,
	SORT_GROWTH,
	SORT_OBJECTS,
	SORT_AGE,
};

enum options_origin {
	ORIGIN_SLAB = 1 << 0,
	ORIGIN_VMALLOC = 1 << 1,
	ORIGIN_PERCPU = 1 << 2,
	ORIGIN_PAGES = 1 << 3, /* only when asked for: much volume */
	ORIGINS = 4,
};

enum options_verb {
	VERB_TRACE,    /* kleak [options] */
	VERB_RUN,      /* kleak run [options] -- CMD ARGS */
	VERB_LEDGER,   /* kleak ledger [options] [-- CMD ARGS] */
	VERB_DIAGNOSE, /* kleak diagnose [options] */
	VERB_CENSUS,   /* kleak census [options] */
	VERB_KMEMLEAK, /* kleak kmemleak scan|list|clear */
	VERB_REPORT,   /* kleak report FILE [options] */
	VERB_DIFF,     /* kleak diff BEFORE AFTER [options] */
	VERB_EXPLAIN,
	VERB_HELP,
	VERB_VERSION,
};

#define OPTIONS_DEBUG_DIRS 16

struct options {
	enum options_verb verb;
	double interval_s;
	double duration_s; /* 0: until a signal; diagnose: --for */
	int64_t pid;	   /* -1: none */
	const char *cgroup;
	const char *cache; /* NULL, or names with commas between */
	uint64_t min_size;
	uint64_t max_size; /* UINT64_MAX: none */
	double min_age_s;
	enum options_sort sort;
	bool sort_given;
	uint32_t origins; /* --origin: enum options_origin */
	bool origins_given;
	uint32_t top;	     /* 0: all */
	uint32_t top_listed; /* --top, by default also where the report has all: --prom, the end of
				--screen */
	uint32_t stack_depth;
	uint64_t max_objects; /* 0: by the machine's memory */
	uint32_t max_sites;   /* the same */
	uint32_t sampling;    /* --sample: of how many addresses one is recorded; a power of two */
	bool no_fentry;	      /* --no-fentry: tracepoints only */
	double max_overhead;  /* --max-overhead: share of the machine's CPUs; 0: not watched */
	bool json;
	const char *folded, *svg, *html; /* files; NULL: not wanted */
	enum weight weight;
	bool screen;
	const char *prom; /* --prom: NULL: none */
	bool no_color;
	bool verbose;
	bool exit_code;	      /* run --exit-code */
	uint64_t threshold;   /* run --threshold */
	double evidence_s;    /* --evidence: no LEAK before a site was watched for so long */
	double scan_s;	      /* --scan: seconds between scans; 0: none */
	uint32_t scan_passes; /* --scan-passes */
	uint64_t scan_rate;   /* --scan-rate: bytes a second; 0: no limit */
	bool show_objects;    /* --show-objects */
	bool drop_caches;     /* ledger, diagnose: --drop-caches */
	bool now;	      /* diagnose --now: trace without waiting for growth */
	const char *debug_dirs[OPTIONS_DEBUG_DIRS]; /* --debug-dir */
	size_t nr_debug_dirs;
	bool debuginfod;      /* --debuginfod */
	const char *action;   /* kmemleak: "scan", "list", "clear" */
	const char *save;     /* --save: NULL: no file */
	const char *files[2]; /* report: a saved file; diff: two */
	bool all;	      /* report --all: every report of the file */
	char **command;	      /* run, ledger: CMD ARGS NULL; ledger: may be NULL */
};

/*
 * Parse argv into *options (pointers into argv).  0, or -EINVAL with one
 * sentence in `why` that says what to do.
 */
int options__parse(struct options *options, int argc, char **argv, char *why, size_t len);

/* How many sites a report needs, 0: all; pictures and saved files have more than is printed. */
uint32_t options__rows(const struct options *options);

void options__help(FILE *out);

/* --origin as the user would write it, "slab,vmalloc". */
void options__origins(char *text, size_t len, uint32_t origins);

#endif
