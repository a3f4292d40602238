/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables, read, checked against the allocator's own books and summed by site; and the kernel's
 * books of that instant.
 */
#ifndef KLEAK_REPORT_READOUT_H
#define KLEAK_REPORT_READOUT_H

#include "judge/coverage.h"
#include "judge/evidence.h"
#include "judge/history.h"
#include "judge/last_minute.h"
#include "judge/marks.h"
#include "kernel/books.h"
#include "memory/found_free.h"
#include "memory/kmem.h"
#include "memory/scanner.h"
#include "report/cgroup_watch.h"
#include "report/charged.h"
#include "report/pinning.h"
#include "report/reporter_parts.h"
#include "report/unreferenced.h"
#include "trace/caches.h"
#include "trace/sample.h"
#include "trace/sites.h"
#include "trace/snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct readout {
	struct reporter_parts parts;
	const struct tracer_view *view;
	double started_s;
	bool frozen; /* no allocations any more: the history is over */

	/* the tables */
	double taken_s;			 /* when they were read, since the start */
	uint64_t taken_tick;		 /* the same, as records have it */
	uint32_t sampling;		 /* as the table was swept for the last time */
	uint32_t sampling_most;		 /* the most that it ever was */
	struct sample_times times;	 /* what objects stand for, by when they were born */
	struct sample_recovery recovery; /* when it is to become less again */
	struct snapshot snapshot;
	struct sites sites;
	struct cache_sum cache_sums[KLEAK_MAX_CACHES];
	struct misses missed;

	/* the kernel's memory */
	struct kmem reader;
	struct found_free found_free;
	struct pinning pinning;
	struct charged charged;
	struct scanner *scanner;	/* NULL: no scans */
	const struct scanner_sum *scan; /* then NULL, too */
	struct unreferenced findings;

	/* the kernel's books */
	struct books books_start, books; /* at the start, and of the snapshot's instant */
	struct slab_use use_start, use;	 /* of these instants */
	struct percpu_use percpu_start, percpu;
	double use_s; /* CPU time that this took, less for each report since */
	struct coverage_older older_start, older;
	bool said_odd[BOOKS_ODD];
	struct coverage_class ledger[COVERAGE_CLASSES];
	struct coverage_slab slab;
	struct cgroup_watch cgroup;	/* --cgroup: its own books */
	struct cgroup_coverage charges; /* these beside what was traced */

	/* what the verdicts stand on */
	struct last_minute last_minute;
	struct history history;
	struct marks before_drain, before_drop;
	struct evidence_sources judge;
	struct idmap ranks; /* site.rank of the last one, by id */
};

/* *readout is all zeros.  0 or -errno; readout__close() it, whatever happened. */
int readout__open(struct readout *readout, const struct reporter_parts *parts);

/* Elapsed time and the kernel's books count from here.  0 or -errno. */
int readout__begin(struct readout *readout);

/* Seconds since then. */
double readout__elapsed(const struct readout *readout);

/* As reporter__follow_modules(). */
bool readout__follow_modules(struct readout *readout);

/* Read the tables; what was recorded becomes an estimate of what there is.  0 or -errno. */
int readout__take(struct readout *readout);

/* The same, and sum by site, and put the sites in order.  0 or -errno. */
int readout__rank(struct readout *readout, double elapsed_s);

/* How many objects may be looked at in the allocator's own books, of the first sites first. */
struct readout_budget {
	size_t sites;
	uint64_t objects;
	bool use; /* read what of the slabs is in use, however long that takes */
};

/* The same, and take out what the allocator's own books call free, as far as the budget goes. */
int readout__verify(struct readout *readout, double elapsed_s, const struct readout_budget *budget);

/*
 * The same, and set the kernel's books beside it, enter it into the histories, and judge each site.
 * 0 or -errno.
 */
int readout__refresh(struct readout *readout, double elapsed_s,
		     const struct readout_budget *budget);

/* How many of the objects that are listed could not be looked at that way. */
uint64_t readout__unchecked(const struct readout *readout);

/* Is there something to be told of this site? */
bool readout__is_shown(const struct site *site);

/* For names of its stack (symbols__stack()): the time whose modules and programs its functions are
 * of. */
struct names_time readout__named_at(const struct readout *readout, const struct site *site);

/* Can the sampling become coarser? */
bool readout__may_coarsen(const struct readout *readout);

/* Record one object of two from here on, and drop the others.  0 or -errno. */
int readout__coarsen(struct readout *readout);

/* Sites and caches that have gone make room for others: last, for rows name them.  0 or -errno. */
int readout__recycle(struct readout *readout);

void readout__close(struct readout *readout);

#endif
