/* SPDX-License-Identifier: GPL-2.0-only */
/* What is listed, by the cgroup that it is charged to, as a section of a page. */
#ifndef KLEAK_RENDER_HTML_CGROUPS_H
#define KLEAK_RENDER_HTML_CGROUPS_H

#include "report/report.h"

#include <stdio.h>

/* Nothing where it is not known of any site.  0 or -ENOMEM. */
int html_cgroups__print(FILE *out, const struct report *report);

#endif
