/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last few readings of each site and of the kernel's books, from which sparklines are drawn.
 * Bounded: so many points, of the sites of the newest report only.
 */
#ifndef KLEAK_REPORT_SPARKS_H
#define KLEAK_REPORT_SPARKS_H

#include "report/report.h"
#include "util/idmap.h"

#define SPARKS_POINTS  32
#define SPARKS_CLASSES 8
#define SPARKS_LEVELS  8

struct spark {
	size_t nr; /* points so far, the oldest first */
	double value[SPARKS_POINTS];
};

struct sparks {
	struct idmap map;
	struct spark *list;
	size_t nr;
	struct spark classes[SPARKS_CLASSES]; /* of the report's ledger, in its order */
};

/* A point for all that is in the report.  0 or -ENOMEM, and everything is as it was. */
int sparks__enter(struct sparks *sparks, const struct report *report);

/* Of the site with that id; NULL: it was not in the newest report. */
const struct spark *sparks__of(const struct sparks *sparks, uint64_t id);

/*
 * How high a point stands between the lowest and the highest of the last `shown`: 0 to
 * SPARKS_LEVELS - 1.  What moves by less than a sixteenth of itself does not fill the height.
 */
int spark__level(const struct spark *spark, size_t shown, size_t point);

void sparks__free(struct sparks *sparks);

#endif
