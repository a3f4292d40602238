/* SPDX-License-Identifier: GPL-2.0-only */
/* What a report answers: one line for all sites, then a line for each that is to be looked at. */
#ifndef KLEAK_RENDER_SUSPECTS_TEXT_H
#define KLEAK_RENDER_SUSPECTS_TEXT_H

#include "render/pen.h"
#include "report/report.h"

#include <stdbool.h>

/* "1 leak, +297.0K/min: newque · 6 held · 181 cache sites 139M folded"; nothing where it is not
 * known. */
void suspects_text__answer(struct pen *pen, const struct report *report);

/* A line for each of the sites, those that are folded left out, and how many more there are. */
void suspects_text__rows(const struct pen *pen, const struct report *report);

/* Is it one of those that only the answer counts, in a report by suspicion? */
bool suspects_text__is_folded(const struct report *report, const struct report_site *site);

#endif
