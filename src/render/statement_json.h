/* SPDX-License-Identifier: GPL-2.0-only */
/* A statement as one line of newline-delimited JSON; tests/unit/ledger.schema.json describes it. */
#ifndef KLEAK_RENDER_STATEMENT_JSON_H
#define KLEAK_RENDER_STATEMENT_JSON_H

#include "judge/statement.h"

#include <stdio.h>

/* Print the statement and a newline.  0, -ENOMEM, or -EIO when `out` failed. */
int statement_json__print(const struct statement *statement, FILE *out);

#endif
