/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A report as metrics, in Prometheus' text format 0.0.4: a file for the textfile collector
 * of node_exporter.
 */
#ifndef KLEAK_RENDER_PROM_H
#define KLEAK_RENDER_PROM_H

#include "report/report.h"

#include <stdio.h>

#define PROM_SITES_MOST 100 /* every site is a dozen series */

/*
 * Print the report with its first `top` sites (0: all), but no more than PROM_SITES_MOST.
 * Every metric is there in every report of a run, unless HELP says when; neither an address nor
 * anything of a process is in it.  0, or -EIO when `out` failed.
 */
int prom__print(const struct report *report, size_t top, FILE *out);

#endif
