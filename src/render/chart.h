/* SPDX-License-Identifier: GPL-2.0-only */
/* Small charts of numbers over time, as SVG elements of a page. */
#ifndef KLEAK_RENDER_CHART_H
#define KLEAK_RENDER_CHART_H

#include <stddef.h>
#include <stdio.h>

struct chart_line {
	const char *class; /* CSS */
	const double *value;
};

/*
 * Bytes over seconds: lines from 0 at the start through the points, their scale on the left and
 * the time below.
 */
void chart__print(FILE *out, const char *title, const double *at, size_t nr,
		  const struct chart_line *lines, size_t nr_lines);

/* The course of one number, without scales. */
void chart__spark(FILE *out, const double *at, const double *value, size_t nr);

#endif
