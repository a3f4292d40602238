/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One statement of the books of cgroups, `kleak ledger --cgroup` and `--cgroups`: what the
 * renderers print.  Plain values; strings belong to whoever filled it in.
 */
#ifndef KLEAK_JUDGE_CGROUP_STATEMENT_H
#define KLEAK_JUDGE_CGROUP_STATEMENT_H

#include "judge/near_limit.h"
#include "judge/statement.h"
#include "proc/cgroup_books.h"
#include "proc/cgroup_classes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* An amount that may not be known. */
struct cgroup_amount {
	bool known;
	struct statement_amount is;
};

/* How often an event came: ever, and since the first reading. */
struct cgroup_event {
	bool known;
	uint64_t times;
	int64_t delta;
};

struct cgroup_row {
	uint64_t id, parent; /* see struct cgroup_books */
	const char *path;
	bool came; /* it was made while it was watched */
	bool gone; /* it was removed */
	struct cgroup_number usage;
	struct cgroup_amount
		held; /* usage without page cache: what stays when the limit is reached */
	struct cgroup_amount kernel;
	struct cgroup_number max, high, dying;
	/* The limit that is reached first, if all that is charged from now on is charged here. */
	struct cgroup_number limit;
	const char *limit_of;	/* path: its own or one above; NULL where there is none */
	uint64_t limit_room;	/* bytes until then */
	struct near_limit near; /* its own limit; without one unlimited */
	enum cgroup_class
		growing; /* of what is held the class that grew most; CGROUP_CLASSES: none */
	struct cgroup_event events[MEMORY_EVENTS];
	double age_s; /* since all of it was read: of many cgroups some are in each reading; NAN:
			 never */
	bool judged;  /* its growth was looked at: that of many cgroups is, of those that grew most
		       */
	const struct statement_class
		*classes; /* --cgroup: CGROUP_CLASSES of them; NULL: not kept */
};

struct cgroup_statement {
	struct timespec time; /* CLOCK_REALTIME */
	double elapsed_s;     /* since the first one */
	const char *kernel;   /* release */
	bool final;
	bool first; /* nothing can have changed yet */
	bool all;   /* what did not change is to be listed, too */
	bool one;   /* --cgroup: the first row is that one, those above it follow */
	bool caches_dropped;
	bool v1;
	const char *mount;
	bool cut_off; /* a cgroup namespace: limits above the mount's root are not seen */
	const struct cgroup_row *rows;
	size_t nr_rows, nr_rows_all;
	uint64_t came, gone; /* while they were watched */
	uint64_t left_out;   /* now: there is no room for them */
	uint64_t unread;     /* now: they could not be read */
	uint64_t odd;	     /* now: lines and files that were not understood */
};

#endif
