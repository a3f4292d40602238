/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be traced, and how: all that the plan and the scans are made from. */
#ifndef KLEAK_TRACE_TRACE_OPTIONS_H
#define KLEAK_TRACE_TRACE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct trace_options {
	const char *btf; /* a file with the kernel's types; NULL: its own */
	int64_t pid;	 /* -1: none */
	const char *cgroup;
	const char *charged_to; /* list what is charged to this cgroup; NULL: all */
	char **command;		/* run, ledger: CMD ARGS NULL; ledger: may be NULL */
	const char *cache;	/* NULL, or names with commas between */
	bool lenient; /* names of `cache` that cannot be traced are left out, not refused */
	bool who;     /* note who allocates */
	uint64_t min_size;
	uint64_t max_size; /* UINT64_MAX: none */
	double min_age_s;
	uint32_t origins; /* enum origin */
	bool origins_given;
	uint32_t stack_depth;
	uint64_t max_objects; /* 0: by the machine's memory */
	uint32_t max_sites;   /* the same */
	uint32_t sampling;    /* of how many addresses one is recorded; a power of two */
	bool no_fentry;	      /* tracepoints only */
	double scan_s;	      /* seconds between scans; 0: none */
	uint32_t scan_passes; /* in a row that make an object unreferenced */
	uint64_t scan_rate;   /* bytes a second; 0: no limit */
};

#endif
