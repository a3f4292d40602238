/* SPDX-License-Identifier: GPL-2.0-only */
/* What a report says beside its sites: events, losses, caches, the kernel's books, scans. */
#ifndef KLEAK_REPORT_TOTALS_H
#define KLEAK_REPORT_TOTALS_H

#include "report/cache_aliases.h"
#include "report/readout.h"
#include "report/report.h"

#define TOTALS_LOSSES	  14
#define TOTALS_CACHE_NAME 64

/* What a report points into; all zeros at first. */
struct totals {
	struct report_loss losses[TOTALS_LOSSES];
	struct report_cache caches[KLEAK_MAX_CACHES];
	char cache_names[KLEAK_MAX_CACHES][TOTALS_CACHE_NAME];
	struct cache_aliases aliases; /* its `read` by the caller */
	char origins[ORIGINS_TEXT];
};

/* Fill them in; the report's strings stay until the next call. */
void totals__fill(struct totals *totals, struct report *report, const struct readout *readout);

void totals__free(struct totals *totals);

#endif
