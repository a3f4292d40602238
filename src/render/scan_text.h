/* SPDX-License-Identifier: GPL-2.0-only */
/* How far the scans of a report are, for people. */
#ifndef KLEAK_RENDER_SCAN_TEXT_H
#define KLEAK_RENDER_SCAN_TEXT_H

#include "render/pen.h"
#include "report/report.h"

/* A line of the head; nothing where there is no scan. */
void scan_text__print(struct pen *pen, const struct report_scan *scan);

#endif
