/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's books over a run, report by report.  As in growth.h: GROWTH_POINTS points that
 * span the whole run, however long it is.
 */
#ifndef KLEAK_REPORT_CHRONICLE_H
#define KLEAK_REPORT_CHRONICLE_H

#include "judge/growth.h"
#include "report/report.h"

#include <stdint.h>

#define CHRONICLE_CLASSES 8

struct chronicle {
	struct growth_clock clock; /* seconds since the start */
	struct growth_series
		kernel[CHRONICLE_CLASSES]; /* change since the start, by class; in the */
	struct growth_series traced[CHRONICLE_CLASSES]; /* order of report->ledger */
	struct growth_series available;			/* change of MemAvailable */
	uint64_t reports;
};

/* Enter what a report says.  *chronicle starts as all zeros. */
void chronicle__enter(struct chronicle *chronicle, const struct report *report);

#endif
