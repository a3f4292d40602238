/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own books as metrics, in Prometheus' text format: kleak_books_...; a file beside
 * that of a trace (render/prom.h) may be collected, too.
 */
#ifndef KLEAK_RENDER_STATEMENT_PROM_H
#define KLEAK_RENDER_STATEMENT_PROM_H

#include "judge/statement.h"

#include <stdio.h>

#define STATEMENT_PROM_MOST 500 /* caches, and callers of vmalloc(): the first ones */

/* Print all that the statement lists.  0, or -EIO when `out` failed. */
int statement_prom__print(const struct statement *statement, FILE *out);

#endif
