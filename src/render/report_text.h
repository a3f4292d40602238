/* SPDX-License-Identifier: GPL-2.0-only */
/* A report for people. */
#ifndef KLEAK_RENDER_REPORT_TEXT_H
#define KLEAK_RENDER_REPORT_TEXT_H

#include "render/pen.h"
#include "report/report.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Print the report: the answer, what grew, losses, sites.  `color` allows SGR escapes; `columns`:
 * how wide lines may be, 0: PEN_COLUMNS.  Local time.  0, or -EIO when `out` failed.
 */
int report_text__print(const struct report *report, bool color, int columns, FILE *out);

/*
 * Parts of it, for other pages: the head of the columns, a site with verdict and stack, the stack
 * by itself, losses.
 */
void report_text__site_head(const struct pen *pen);
void report_text__site(const struct pen *pen, const struct report *report,
		       const struct report_site *site);
void report_text__stack(const struct pen *pen, const struct report_site *site);
/* Nothing where it is not known. */
void report_text__fingerprint(const struct pen *pen, const struct report_site *site);
/*
 * "kleak_write+0xa1 [kleak_test]  kleak_test.c:123", "kzalloc (inlined)  include/linux/slab.h:9";
 * the first one of a stack stands out.
 */
void report_text__frame(const struct pen *pen, const struct symbols_frame *frame, int indent,
			bool first);
void report_text__losses(struct pen *pen, const struct report *report);

/* Sampling, overhead and scans, as far as there is something to say. */
void report_text__state(struct pen *pen, const struct report *report);

#endif
