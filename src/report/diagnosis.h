/* SPDX-License-Identifier: GPL-2.0-only */
/* What `kleak diagnose` found: what the renderers print.  Plain values. */
#ifndef KLEAK_REPORT_DIAGNOSIS_H
#define KLEAK_REPORT_DIAGNOSIS_H

#include "judge/suspects.h"
#include "report/dead_groups.h"
#include "report/groups.h"
#include "report/line_stacks.h"
#include "report/lookalikes.h"
#include "report/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct diagnosis_module {
	const char *name;
	char version[64], taint[16]; /* as /sys/module has them; "": not told */
	bool gone;		     /* it has been unloaded meanwhile */
};

#define DIAGNOSIS_MODULES 16

/* The modules that a group's stack goes through, innermost first; none: the kernel itself. */
struct diagnosis_modules {
	struct diagnosis_module list[DIAGNOSIS_MODULES];
	size_t nr;
};

/* What the kernel tells of lines of source, in /proc/allocinfo. */
enum diagnosis_lines {
	DIAGNOSIS_LINES_UNKNOWN, /* it has no such book, or does not let it be read */
	DIAGNOSIS_LINES_STOPPED, /* it has it, and does not count: vm.mem_profiling is 0 */
	DIAGNOSIS_LINES_COUNTED,
};

struct diagnosis {
	struct timespec time; /* CLOCK_REALTIME */
	const char *kernel;   /* release */
	const char *version;  /* uname -v */
	const char *machine;  /* x86_64 */
	const char *taint;    /* "none", or letters as the kernel prints them: "OE" */
	double watched_s;     /* the books were read */
	double traced_s, drained_s;
	double needed_s;   /* for so long a trace must last before it may find a leak */
	double interval_s; /* of the trace's history */
	bool caches_dropped;
	unsigned int rounds; /* traces, one after the other */
	bool interrupted;    /* by a signal, before it was done */
	const struct suspect *growth;
	size_t nr_growth;
	enum diagnosis_lines lines_known;
	struct line_stacks lines;    /* that grow, if they were counted, beside what was traced */
	const char *origins;	     /* what was traced: "slab,vmalloc"; "" nothing */
	const char *caches;	     /* "kmalloc-512,dentry"; NULL: every cache */
	const struct report *report; /* NULL: nothing was traced.  All sites, LEAK first */
	struct groups groups;	     /* of these */
	struct lookalikes lookalikes;
	struct dead_groups dead; /* memory cgroups, during the trace that is reported */
	size_t top;		 /* groups and members that are listed, and sites in JSON; 0: all */
	const struct diagnosis_modules *modules; /* of each group */
	const char *const *next;		 /* sentences: what to do */
	size_t nr_next;
};

#define DIAGNOSIS_NEXT 9

enum diagnosis_answer {
	DIAGNOSIS_NONE,	     /* no leak was found, and nothing speaks for one */
	DIAGNOSIS_UNDECIDED, /* too short, or something grows of which too little is known */
	DIAGNOSIS_HELD,	     /* what grows is handles that somebody holds */
	DIAGNOSIS_LEAK,	     /* a site is a LEAK, and no handle explains it */
};

/* Too little was traced to find a leak in it. */
bool diagnosis__is_short(const struct diagnosis *diagnosis);

/* How many sites were sampled too thinly to tell whether they leak. */
size_t diagnosis__thin(const struct diagnosis *diagnosis);

enum diagnosis_answer diagnosis__answer(const struct diagnosis *diagnosis);

/* "leak", "held", "undecided" or "none" */
const char *diagnosis__answer_name(enum diagnosis_answer answer);

/* What to do next: writes sentences, DIAGNOSIS_NEXT at most, to `next`; how many. */
size_t diagnosis__advise(const struct diagnosis *diagnosis, const char *next[DIAGNOSIS_NEXT]);

#endif
