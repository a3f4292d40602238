/* SPDX-License-Identifier: GPL-2.0-only */
/* A statement for people. */
#ifndef KLEAK_RENDER_STATEMENT_TEXT_H
#define KLEAK_RENDER_STATEMENT_TEXT_H

#include "judge/statement.h"
#include "render/pen.h"

#include <stdbool.h>
#include <stdio.h>

/* Print the statement, 100 columns wide; `color` allows SGR escapes.  0, or -EIO when `out` failed.
 */
int statement_text__print(const struct statement *statement, bool color, FILE *out);

/* Parts of it, also for classes of other books: what grows, as one line; and the table of classes.
 */
void statement_text__answer(struct pen *pen, const struct statement *statement);
void statement_text__classes(const struct pen *pen, const struct statement *statement);

#endif
