/* SPDX-License-Identifier: GPL-2.0-only */
/* The same as one line of JSON; tests/unit/merge.schema.json describes it. */
#ifndef KLEAK_RENDER_MERGE_JSON_H
#define KLEAK_RENDER_MERGE_JSON_H

#include "report/merge.h"

#include <stdio.h>

/* Print it and a newline.  0, -ENOMEM, or -EIO when `out` failed. */
int merge_json__print(const struct merge *merge, FILE *out);

#endif
