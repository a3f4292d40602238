/* SPDX-License-Identifier: GPL-2.0-only */
/* A site as rows of a page's table: its numbers; and, to be opened, all that is known of it. */
#ifndef KLEAK_RENDER_HTML_SITE_H
#define KLEAK_RENDER_HTML_SITE_H

#include "report/report.h"

#include <stdbool.h>
#include <stdio.h>

/* The heads of the columns. */
void html_site__head(FILE *out);

/* How bad it is: its verdict, VERDICTS when nothing refers to some of it, -1 without verdict. */
int html_site__rank(const struct report_site *site);

/* bytes_most: of the site that has most.  open: show at once what can be opened. */
void html_site__rows(FILE *out, const struct report *report, const struct report_site *site,
		     uint64_t bytes_most, bool open);

#endif
