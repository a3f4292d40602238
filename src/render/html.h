/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A report as one page that needs nothing else: verdicts, the kernel's books over time, sites,
 * lines of source that grow, flame graph, losses.  HTML that is well-formed XML as well.  Scripts
 * sort and search; without them everything can be read.
 */
#ifndef KLEAK_RENDER_HTML_H
#define KLEAK_RENDER_HTML_H

#include "render/weight.h"
#include "report/chronicle.h"
#include "report/diagnosis.h"
#include "report/report.h"

#include <stdio.h>

#define HTML_SITES 500 /* that have a row of their own; the flame graph has all */

/*
 * chronicle: of this report and those before it.  diagnosis: that the report is of, or NULL.
 * 0, -ENOMEM, or -EIO when `out` failed.
 */
int html__print(const struct report *report, const struct chronicle *chronicle,
		const struct diagnosis *diagnosis, enum weight weight, FILE *out);

#endif
