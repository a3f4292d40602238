/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel keeps for a while by design, though nobody uses it any more: known by a function
 * in the stack of the site.
 */
#ifndef KLEAK_REPORT_BY_DESIGN_H
#define KLEAK_REPORT_BY_DESIGN_H

#include "report/report.h"

/* A sentence on it, or NULL: it is none of these. */
const char *by_design__why(const struct report_site *site);

#endif
