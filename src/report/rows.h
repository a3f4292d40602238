/* SPDX-License-Identifier: GPL-2.0-only */
/* The sites of a report: its rows, the lines of their stacks, who allocates, frees and refers. */
#ifndef KLEAK_REPORT_ROWS_H
#define KLEAK_REPORT_ROWS_H

#include "report/readout.h"
#include "report/report.h"
#include "trace/allocated_by.h"
#include "trace/freed_by.h"
#include "util/arena.h"

#include <stddef.h>
#include <stdint.h>

#define ROWS_CACHE_NAME 64

/* What the rows of the last report point into; all zeros at first. */
struct rows {
	struct report_site *list;
	struct symbols_frame *frames; /* of all rows, one behind the other: its own, its freers' */
	size_t nr_frames, room_frames;
	char (*names)[ROWS_CACHE_NAME];
	struct allocated_by_who (*who)[ALLOCATED_BY_LISTED];
	struct report_freer (*freers)[FREED_BY_LISTED];
	size_t room;
	struct arena paths; /* of cgroups */
	/* by the caller: who allocates at which site, and who frees what was allocated there */
	struct allocated_by crowd;
	struct freed_by freed_by;
};

/* How names are found; strings stay. */
struct rows_names {
	/* as symbols__stack() */
	size_t (*stack)(struct symbols *symbols, const uint64_t *addresses, size_t nr,
			struct names_time when, struct symbols_frame *frames);
	/* as cgroups__path() */
	int (*cgroup)(uint64_t cgroup, char *path, size_t len);
	/* as symbols__image() */
	const struct image *(*image)(const struct symbols *symbols, uint64_t address,
				     struct names_time when);
};

/*
 * Sum what is outstanding into the report, by verdict, too, and tell how many of the sites become
 * rows: those with something outstanding; `most` at most, or all if that is 0.
 */
void rows__count(struct report *report, const struct readout *readout, uint32_t most);

/*
 * Fill in report->nr_sites rows, in the order of the sites; what they point to stays until the next
 * call.  0 or -ENOMEM.
 */
int rows__fill(struct rows *rows, struct report *report, const struct readout *readout,
	       const struct rows_names *names);

/* The slab cache of a site, as /proc/slabinfo has it; of others the allocator. */
void rows__name_cache(char name[ROWS_CACHE_NAME], const struct readout *readout,
		      const struct site *site);

void rows__free(struct rows *rows);

#endif
