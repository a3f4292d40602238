/* SPDX-License-Identifier: GPL-2.0-only */
/* A diagnosis as one line of JSON; tests/unit/diagnosis.schema.json describes it. */
#ifndef KLEAK_RENDER_DIAGNOSIS_JSON_H
#define KLEAK_RENDER_DIAGNOSIS_JSON_H

#include "report/diagnosis.h"

#include <stdio.h>

/* Print the diagnosis and a newline.  0, -ENOMEM, or -EIO when `out` failed. */
int diagnosis_json__print(const struct diagnosis *diagnosis, FILE *out);

#endif
