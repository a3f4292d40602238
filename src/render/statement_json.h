/* SPDX-License-Identifier: GPL-2.0-only */
/* A statement as one line of newline-delimited JSON; tests/unit/ledger.schema.json describes it. */
#ifndef KLEAK_RENDER_STATEMENT_JSON_H
#define KLEAK_RENDER_STATEMENT_JSON_H

#include "judge/statement.h"

#include <jansson.h>
#include <stdio.h>

/* Print the statement and a newline.  0, -ENOMEM, or -EIO when `out` failed. */
int statement_json__print(const struct statement *statement, FILE *out);

/* Add the keys of an amount to `object`, which is let go of when that fails: NULL then. */
json_t *statement_json__with_amount(json_t *object, const struct statement_amount *amount);

#endif
