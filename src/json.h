/* SPDX-License-Identifier: GPL-2.0-only */
/* A report as one line of newline-delimited JSON; tests/unit/report.schema.json describes it. */
#ifndef KLEAK_JSON_H
#define KLEAK_JSON_H

#include "report.h"

#include <jansson.h>
#include <stdio.h>

/* The report as an object; NULL when memory is short. */
json_t *json__of(const struct report *report);

/* Print the report and a newline.  0, -ENOMEM, or -EIO when `out` failed. */
int json__print(const struct report *report, FILE *out);

#endif
