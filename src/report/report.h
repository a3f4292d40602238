/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One report: what the renderers print.  Plain values, everything resolved;
 * strings belong to whoever filled it in.
 */
#ifndef KLEAK_REPORT_REPORT_H
#define KLEAK_REPORT_REPORT_H

#include "judge/cgroup_coverage.h"
#include "judge/coverage.h"
#include "judge/verdict.h"
#include "kernel/symbols.h"
#include "proc/meminfo.h"
#include "trace/allocated_by.h"
#include "trace/origins.h"
#include "util/saturate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* An object that nothing refers to. */
#define REPORT_FIRST_BYTES 32

struct report_object {
	uint64_t address; /* where its user has it: of slab, vmalloc or per-CPU memory */
	uint64_t bytes;
	double age_s;
	uint8_t first[REPORT_FIRST_BYTES];
	size_t nr_first;
};

/* What scans of the kernel's memory found. */
struct report_scan {
	uint64_t passes;  /* done so far; 0: none */
	uint32_t needed;  /* in a row that make an object unreferenced */
	uint64_t objects; /* looked for in the last pass */
	uint64_t unreferenced, unreferenced_bytes;
	uint64_t acknowledged; /* left out, as asked for */
	uint64_t unknown;      /* nothing refers to them, but they may be free */
	uint64_t bytes;	       /* read in the last pass */
	double seconds;	       /* the last pass took */
	double under_way; /* share of the memory that the next one has been through; 0: none is */
};

/* Where references to a site's objects stand. */
struct report_holder {
	const char *kind; /* "cache", "variable", "stack", ... */
	const char *name; /* "" when there is none */
	uint64_t offset;  /* in the cache's object, the variable, the area */
	uint32_t objects; /* of those sampled, that are referred to from there */
};

#define REPORT_HOLDERS 4

/* Who frees, of a site. */
struct report_freer {
	const struct symbols_frame *stack; /* from whoever called the allocator on */
	size_t nr_frames;
	uint64_t frees; /* that were noted with this stack */
	double last_s;	/* so long before the report there was the last one */
};

/* Was memory that is charged to a cgroup allocated by others? */
enum report_elsewhere {
	REPORT_ELSEWHERE_UNKNOWN,
	REPORT_ELSEWHERE_NO, /* by some process of it, or of one below */
	REPORT_ELSEWHERE_YES,
};

struct report_charged_group {
	const char *cgroup; /* its path */
	uint32_t objects;   /* of those looked at */
	enum report_elsewhere elsewhere;
};

#define REPORT_CHARGED_GROUPS 4

/* Whom the objects of a site are charged to: a sample of them. */
struct report_charged {
	uint32_t looked_at; /* 0: not known */
	uint32_t wanted;    /* of these, with --charged-to: to it, or to a cgroup below it */
	uint32_t nobody, unknown;
	uint32_t others; /* charged to cgroups that are not listed */
	struct report_charged_group groups[REPORT_CHARGED_GROUPS]; /* the most frequent first */
	size_t nr_groups;
};

struct report_site {
	uint64_t id;	      /* stable while the kernel runs */
	uint64_t fingerprint; /* report/fingerprint.h; 0: not known */
	uint64_t bytes;
	uint64_t objects;
	uint64_t bytes_requested;
	double bytes_error, objects_error; /* standard errors; 0 without sampling */
	double growth_bytes_per_min;
	double age_median_s;
	double allocations_per_s; /* since the report before */
	uint64_t allocations;
	uint64_t frees;		  /* implicit frees included */
	uint64_t pending_objects; /* passed to kfree_rcu(), not in objects and bytes */
	const char *origin;	  /* "slab", "vmalloc" */
	const char *cache;	  /* "kmalloc-512", "dentry", "vmalloc" */
	bool approximate;	  /* see struct report_cache */
	const struct symbols_frame *stack;
	size_t nr_frames;
	struct conclusion verdict;
	const double *course; /* bytes at the times of report.course_at; NULL: not known */
	const struct allocated_by_who *who; /* the most frequent first */
	size_t nr_who;
	uint64_t who_times; /* of all, also of those not listed */
	struct report_charged charged;
	const struct report_freer *freed_by; /* the most frequent first */
	size_t nr_freed_by;
	uint64_t frees_noted;			   /* of `frees`, those whose stack was looked at */
	uint64_t unreferenced, unreferenced_bytes; /* of `objects`, if there were scans */
	const struct report_object *unreferenced_list; /* --show-objects: the first ones */
	size_t nr_listed;
	uint32_t sampled; /* objects whose holders were looked for; 0: none */
	struct report_holder holders[REPORT_HOLDERS]; /* the most frequent first */
	size_t nr_holders;
};

struct report_cache {
	const char *name;
	const char *aliases; /* caches that are merged with it, "a, b"; "": none, or not known */
	uint64_t allocations;
	uint64_t frees;
	uint64_t implicit_frees;
	uint64_t found_free;
	uint64_t unknown_frees; /* of what is not in the table */
	uint64_t live;
	bool approximate; /* many of its frees are not seen */
};

struct report_loss {
	const char *cause; /* JSON key, "table_full" */
	const char *text;  /* for people, "allocations not recorded: table full (--max-objects)" */
	uint64_t count;
};

struct report_filter {
	const char *origins;	/* "slab,vmalloc" */
	int64_t pid;		/* -1: no filter */
	const char *cgroup;	/* NULL: no filter */
	const char *charged_to; /* NULL: no filter */
	const char *command;	/* NULL; `kleak run`: the command's name */
	const char *cache;	/* NULL: no filter */
	uint64_t min_size;	/* 0: no filter */
	uint64_t max_size;	/* UINT64_MAX: no filter */
	double min_age_s;	/* 0: no filter */
};

/* How many more there are than at the start, and how many more of them nobody uses. */
struct report_used {
	int64_t all, unused;
};

/* --max-overhead */
struct report_overhead {
	bool known;
	double share, most; /* of the CPUs' time; what it may be */
	double events_per_s;
	double ns_per_event;
	bool spent; /* above the budget, and coarser sampling does not help */
};

/* --charged-to: sites and their bytes, as far as it is known whom their objects are charged to. */
struct report_charged_to {
	bool known;	 /* it was given */
	bool removed;	 /* there is no such cgroup any more */
	uint64_t sites;	 /* some object that was looked at is charged to it: these are listed */
	uint64_t bytes;	 /* of them, that are charged to it: an estimate */
	uint64_t looked; /* objects that were looked at, of all sites */
	/* no object is known to be charged to it; of some that cannot be told */
	uint64_t unknown_sites, unknown_bytes;
	uint32_t unknown_origins;	       /* of these sites: enum origin */
	uint64_t skipped_sites, skipped_bytes; /* not looked at: too many */
};

/* Sites of one verdict. */
struct report_verdict {
	uint64_t sites;
	uint64_t objects;
	uint64_t bytes;
	double growth_bytes_per_min; /* of those whose growth is known */
};

/* One site more, to those of its verdict; false: it has none. */
static inline bool report_verdict__add(struct report_verdict verdicts[VERDICTS],
				       const struct report_site *site)
{
	struct report_verdict *verdict = &verdicts[site->verdict.is.name];

	if (!site->verdict.is.why)
		return false;
	verdict->sites++;
	verdict->objects = saturate__add(verdict->objects, site->objects, UINT64_MAX);
	verdict->bytes = saturate__add(verdict->bytes, site->bytes, UINT64_MAX);
	if (site->verdict.from.slope.known)
		verdict->growth_bytes_per_min += site->verdict.from.slope.per_s * 60;
	return true;
}

struct report {
	struct timespec time; /* CLOCK_REALTIME */
	double elapsed_s;
	const char *kernel; /* release, "6.12.0-amd64" */
	struct report_filter filter;
	struct {
		uint64_t allocations;
		uint64_t frees;
		uint64_t unknown_frees;
		uint64_t unsized_frees; /* of these, such whose size is not known */
		uint64_t implicit_frees;
		uint64_t live;
		uint64_t found_free; /* found free in the allocator's own books: no hook saw it */
		uint64_t unsampled;  /* left out again when the sampling became coarser */
		uint64_t evicted;    /* pages that turned out to belong to somebody else */
		uint64_t unchecked;  /* live, but the books could not be read or not in time */
		uint64_t pending;
		uint64_t allocated_bytes, freed_bytes, live_bytes;
		uint64_t in_motion; /* events while the tables were read: how far the sums may
				       differ */
	} events;
	int64_t meminfo_delta[MEMINFO_FIELDS]; /* bytes since the start */
	bool meminfo_known[MEMINFO_FIELDS];
	bool vfs_known;
	struct report_used dentries, inodes;
	const struct report_loss *losses; /* every cause, also those of count 0 */
	size_t nr_losses;
	const char *const *blind_spots;
	size_t nr_blind_spots;
	const struct coverage_class *ledger;
	size_t nr_ledger;
	struct coverage_slab slab;
	struct cgroup_coverage charges; /* --cgroup: its own books beside what was traced of it */
	struct report_charged_to charged_to;
	struct report_scan scan;
	uint32_t sampling;	/* of how many objects one is recorded now */
	uint32_t sampling_most; /* the most that this was since the start */
	struct report_overhead overhead;
	const struct report_site *sites; /* sorted, cut to options__rows() */
	size_t nr_sites;
	size_t nr_uncut;	 /* as they were before report__cut(); 0: it was not called */
	const double *course_at; /* seconds since the start, ascending */
	size_t nr_course;
	size_t nr_sites_all; /* before --top */
	uint64_t bytes_all;
	double bytes_all_error;
	bool verdicts_known;			  /* false: of an old file */
	struct report_verdict verdicts[VERDICTS]; /* of all of them */
	bool by_suspicion;		   /* they are sorted so: CACHE and CHURN come last */
	bool all_listed;		   /* --top 0: nothing is folded */
	bool stacks;			   /* --stacks: each site is told whole */
	bool by_cgroup;			   /* --by-cgroup: told as well, whom all is charged to */
	const struct report_cache *caches; /* those that had allocations or frees */
	size_t nr_caches;
	const char *note; /* NULL, or a sentence about this report ("process 12 has exited") */
	bool final;	  /* the last one */
};

/* The same with its first `top` sites; 0: all. */
static inline struct report report__cut(const struct report *report, size_t top)
{
	struct report cut = *report;

	if (top && top < cut.nr_sites) {
		cut.nr_uncut = report->nr_uncut ? report->nr_uncut : report->nr_sites;
		cut.nr_sites = top;
	}
	return cut;
}

/* How many of report->sites there are, those that were cut off included. */
static inline size_t report__nr_uncut(const struct report *report)
{
	return report->nr_uncut ? report->nr_uncut : report->nr_sites;
}

#endif
