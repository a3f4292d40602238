/* SPDX-License-Identifier: GPL-2.0-only */
/* A comparison as one line of JSON; tests/unit/diff.schema.json describes it. */
#ifndef KLEAK_RENDER_DIFF_JSON_H
#define KLEAK_RENDER_DIFF_JSON_H

#include "report/diff.h"

#include <stdio.h>

/* Print it and a newline.  0, -ENOMEM, or -EIO when `out` failed. */
int diff_json__print(const struct diff *diff, FILE *out);

#endif
