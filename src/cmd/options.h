/* SPDX-License-Identifier: GPL-2.0-only */
/* What argv says, checked. */
#ifndef KLEAK_CMD_OPTIONS_H
#define KLEAK_CMD_OPTIONS_H

#include "judge/gate.h"
#include "kernel/dwarf.h"
#include "render/weight.h"
#include "report/report_options.h"
#include "trace/origins.h"
#include "trace/trace_options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A command: the first word, if it is one.  The table of commands is in their order. */
enum options_verb {
	VERB_TRACE,    /* kleak [options] */
	VERB_RUN,      /* kleak run [options] -- CMD ARGS */
	VERB_DIAGNOSE, /* kleak diagnose [options] */
	VERB_LEDGER,   /* kleak ledger [options] [-- CMD ARGS] */
	VERB_CHECK,    /* kleak check --max LIMITS [options] */
	VERB_CENSUS,   /* kleak census [options] */
	VERB_KMEMLEAK, /* kleak kmemleak scan|list|clear */
	VERB_REPORT,   /* kleak report FILE [options] */
	VERB_DIFF,     /* kleak diff BEFORE AFTER [options] */
	VERB_MERGE,    /* kleak merge FILE... [options] */
};

#define OPTIONS_FOLDERS 16

struct options_folders {
	const char *paths[OPTIONS_FOLDERS];
	size_t nr;
};

/* The table of options says where each of them is stored. */
struct options {
	enum options_verb verb;
	bool help, version; /* nothing else is wanted */
	bool explain;	    /* nor tracing */
	struct trace_options trace;
	struct report_options report;
	double duration_s; /* 0: until a signal; diagnose: that of --for */
	double for_s;	   /* diagnose --for */
	uint32_t top;	   /* 0: all */
	bool top_given;
	uint32_t top_listed; /* --top, by default also where the report has all: --prom, the end of
				--screen */
	bool json;
	bool stacks;			 /* --stacks: of every site that is printed */
	const char *folded, *svg, *html; /* files; NULL: not wanted */
	enum weight weight;
	bool weight_given;
	bool screen;
	const char *prom; /* --prom: NULL: none */
	bool no_color;
	bool exit_code;			   /* run --exit-code */
	uint64_t threshold;		   /* run --threshold */
	bool cgroups;			   /* ledger --cgroups */
	bool drop_caches;		   /* ledger, diagnose: --drop-caches */
	bool now;			   /* diagnose --now: trace without waiting for growth */
	struct options_folders debug_dirs; /* --debug-dir */
	bool debuginfod;		   /* --debuginfod */
	const char *action;		   /* kmemleak: "scan", "list", "clear" */
	const char *save;		   /* --save: NULL: no file */
	uint64_t save_max;		   /* bytes that it may have; 0: no bound */
	bool save_max_given;
	const char *files[2]; /* report: a saved file; diff: two */
	char *const *merged;  /* merge: saved files */
	size_t nr_merged;
	struct gate_limits max, warn; /* check; `warn` is resolved */
	double within_s;	      /* check --within */
	bool zombies;		      /* census */
	bool all;		      /* report --all: every report of the file */
};

/*
 * Parse argv into *options (pointers into argv).  0, or -EINVAL with one
 * sentence in `why` that says what to do.
 */
int options__parse(struct options *options, int argc, char **argv, char *why, size_t len);

/* Where debug info is to be looked for; the kernel's release is still missing. */
struct dwarf_sources options__debug_info(const struct options *options);

#endif
