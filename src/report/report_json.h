/* SPDX-License-Identifier: GPL-2.0-only */
/* A report as one line of newline-delimited JSON; tests/unit/report.schema.json describes it. */
#ifndef KLEAK_JSON_H
#define KLEAK_JSON_H

#include "report/report.h"

#include <jansson.h>
#include <stdio.h>

/* The report as an object; NULL when memory is short. */
json_t *json__of(const struct report *report);

/* Frame `i` of the stack of a struct report_site. */
json_t *json__frame(const void *site, size_t i);

/* Print the report and a newline.  0, -ENOMEM, or -EIO when `out` failed. */
int json__print(const struct report *report, FILE *out);

#endif
