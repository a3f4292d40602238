/* SPDX-License-Identifier: GPL-2.0-only */
/* The books of the cgroup that --cgroup follows, read beside the trace. */
#ifndef KLEAK_REPORT_CGROUP_WATCH_H
#define KLEAK_REPORT_CGROUP_WATCH_H

#include "judge/cgroup_coverage.h"
#include "judge/cgroup_keeper.h"
#include "kernel/cgroup_reader.h"
#include "kernel/memory_hierarchy.h"

#include <stdbool.h>
#include <stddef.h>

struct cgroup_watch {
	struct memory_hierarchy hierarchy;
	struct cgroup_line line; /* nr is 0: there are no books of it */
	char path[MOUNTINFO_PATH];
	struct cgroup_reading reading;
	struct cgroup_keeper *keeper;
	struct cgroup_classes first, now; /* of the first reading, and of the last one */
	bool is_known;			  /* of the last one */
};

/*
 * Find the books of the cgroup whose directory is `path`; what there is none of (NULL; a cgroup
 * v2 where v1 counts memory) has no books.  0 and one sentence in `why` where --cgroup has none,
 * "" otherwise; or -ENOMEM.
 */
int cgroup_watch__open(struct cgroup_watch *watch, const char *path, char *why, size_t len);

/* Read them, now_s seconds after the first time.  0 or -ENOMEM. */
int cgroup_watch__read(struct cgroup_watch *watch, double now_s);

/* What they say beside what was traced.  0 or -ENOMEM. */
int cgroup_watch__compare(struct cgroup_watch *watch, struct cgroup_coverage *charges,
			  const struct cgroup_coverage_traced traced[COVERAGE_CLASSES]);

void cgroup_watch__close(struct cgroup_watch *watch);

#endif
