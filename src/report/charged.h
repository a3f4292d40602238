/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom the objects of the sites that are listed are charged to: a sample of them is looked at,
 * after the tables were read.
 */
#ifndef KLEAK_REPORT_CHARGED_H
#define KLEAK_REPORT_CHARGED_H

#include "memory/charge_sample.h"
#include "memory/kmem.h"
#include "report/report.h"
#include "report/reporter_parts.h"
#include "util/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct charged {
	bool on;			   /* there is something to tell */
	const struct target_group *wanted; /* --charged-to; NULL: it is not given */
	const char *followed;		   /* --cgroup, its path; NULL: not known, or not given */
	bool comparable; /* who allocates and who is charged are told by paths of one hierarchy */
	const struct kleak_bucket *buckets;
	struct kmem *reader;
	struct memcgs memcgs;
	struct charges charges;
	struct charged_object object;
	struct charge_sample sample;
	uint32_t index; /* of the wanted one; MEMCGS_NONE: it was removed */
	struct report_charged_to sum;
	double seconds; /* the last look took */
};

/*
 * Get ready, if it is to be told here who is charged: with --charged-to, with --cgroup, and where
 * it is noted who allocates (diagnose, --screen, --by-cgroup).  *charged is all zeros.  followed:
 * the path of --cgroup's, or NULL.
 */
void charged__open(struct charged *charged, const struct reporter_parts *parts, struct kmem *reader,
		   const char *followed);

/*
 * How many objects are looked at for one report (8 us each), for the last one, and without
 * --charged-to and --by-cgroup.
 */
#define CHARGED_OBJECTS	      16384
#define CHARGED_OBJECTS_FINAL 262144
#define CHARGED_OBJECTS_FIRST 4096

/*
 * Look at `most` objects of the sites that `shown` says are listed, of the first ones first, a few
 * of each.  With --charged-to those
 * of which no object was seen to be charged to it become `elsewhere`.  0 or -ENOMEM.
 */
int charged__look(struct charged *charged, const struct snapshot *snapshot, struct sites *sites,
		  bool (*shown)(const struct site *), uint64_t most);

/* Of a site's bytes, those that are charged to the wanted cgroup, by its sample; without one all.
 */
uint64_t charged__bytes(const struct charged *charged, const struct site *site);

/*
 * What was seen of this site, for its row, which has who allocates already; strings stay as long as
 * `paths`.  0 or -ENOMEM.
 */
int charged__fill(const struct charged *charged, const struct site *site, struct report_site *row,
		  struct arena *paths);

void charged__close(struct charged *charged);

#endif
