/* SPDX-License-Identifier: GPL-2.0-only */
/* What `kleak diagnose` found: what the renderers print.  Plain values. */
#ifndef KLEAK_REPORT_DIAGNOSIS_H
#define KLEAK_REPORT_DIAGNOSIS_H

#include "judge/suspects.h"
#include "report/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct diagnosis {
	struct timespec time; /* CLOCK_REALTIME */
	const char *kernel;   /* release */
	const char *version;  /* uname -v */
	const char *machine;  /* x86_64 */
	const char *taint;    /* "none", or letters as the kernel prints them: "OE" */
	bool leak;	      /* at least one site is a LEAK */
	bool now;	      /* --now: did not wait for growth */
	double watched_s, traced_s, drained_s; /* 0: that phase was not reached */
	double interval_s;		       /* of the trace's history */
	bool caches_dropped;
	unsigned int rounds;		   /* how often something grew and was traced */
	bool interrupted;		   /* by a signal, before it was done */
	struct statement_amount available; /* MemAvailable */
	const struct suspect *growth;
	size_t nr_growth;
	const char *origins;	     /* what was traced: "slab,vmalloc"; "" nothing */
	const char *caches;	     /* "kmalloc-512,dentry"; NULL: every cache */
	const struct report *report; /* NULL: nothing was traced.  Sites: LEAK first */
	const struct diagnosis_module {
		const char *name;
		char version[64], taint[16]; /* as /sys/module has them; "": not told */
	} * modules; /* of the first frame of report->sites[i]; name NULL: the kernel itself */
	const char *const *next; /* sentences: what to do */
	size_t nr_next;
};

#define DIAGNOSIS_NEXT 6

/* What to do next: writes sentences, DIAGNOSIS_NEXT at most, to `next`; how many. */
size_t diagnosis__advise(const struct diagnosis *diagnosis, const char *next[DIAGNOSIS_NEXT]);

#endif
