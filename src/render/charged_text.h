/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom what is listed is charged to, for people. */
#ifndef KLEAK_RENDER_CHARGED_TEXT_H
#define KLEAK_RENDER_CHARGED_TEXT_H

#include "render/pen.h"
#include "report/report.h"

#include <stdbool.h>

/* With --charged-to: how much is, and what is not known.  Lines, or nothing. */
void charged_text__head(struct pen *pen, const struct report *report);

/* Is there a line on whom this site's objects are charged to? */
bool charged_text__is_told(const struct report *report, const struct report_site *site);

/* That line, behind so many blanks: with --charged-to, and where others allocate than are charged.
 */
void charged_text__site(const struct pen *pen, const struct report *report,
			const struct report_site *site, int indent);

#endif
