/* SPDX-License-Identifier: GPL-2.0-only */
/* A report for people. */
#ifndef KLEAK_TEXT_H
#define KLEAK_TEXT_H

#include "report.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Print the report: header line, losses line, sites with their stacks.  `color`
 * allows SGR escapes.  Local time.  0, or -EIO when `out` failed.
 */
int text__print(const struct report *report, bool color, FILE *out);

#endif
