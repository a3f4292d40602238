/* SPDX-License-Identifier: GPL-2.0-only */
/* A report as one line of newline-delimited JSON; tests/unit/report.schema.json describes it. */
#ifndef KLEAK_REPORT_REPORT_JSON_H
#define KLEAK_REPORT_REPORT_JSON_H

#include "report/report.h"

#include <jansson.h>
#include <stdio.h>

/* The report as an object; NULL when memory is short. */
json_t *report_json__of(const struct report *report);

/* Frame `i` of the stack of a struct report_site. */
json_t *report_json__frame(const void *site, size_t i);

/* A rate a second as one a minute; null where the slope is not known. */
json_t *report_json__per_min(const struct growth_slope *slope, double per_s);

/* Print the report and a newline.  0, -ENOMEM, or -EIO when `out` failed. */
int report_json__print(const struct report *report, FILE *out);

/* 16 hexadecimal digits; null: not known. */
json_t *report_json__fingerprint(uint64_t fingerprint);

#endif
