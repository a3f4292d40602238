/* SPDX-License-Identifier: GPL-2.0-only */
/* What a report says of cgroups and of whom memory is charged to, as JSON: written, and read back.
 */
#ifndef KLEAK_REPORT_CHARGES_JSON_H
#define KLEAK_REPORT_CHARGES_JSON_H

#include "report/report.h"
#include "util/json_read.h"

#include <jansson.h>

/* The books of --cgroup's; null where they are not known.  NULL: memory is short. */
json_t *charges_json__books(const struct cgroup_coverage *charges);

/* What --charged-to found; null without it.  The same. */
json_t *charges_json__charged_to(const struct report_charged_to *charged_to);

/* Whom the objects of a site are charged to; null where that is not known.  The same. */
json_t *charges_json__charged(const struct report *report, const struct report_charged *charged);

/* What is listed, by the cgroup that it is charged to; null where that is not known.  The same. */
json_t *charges_json__by_cgroup(const struct report *report);

/*
 * From the object of a report: to->charges and to->charged_to; files of kleak 0.1 have neither.
 * Strings belong to the object.  What is wrong is noted in *reading.
 */
void charges_json__read(struct json_reader *reading, json_t *from, struct report *to);

/* From the object of a site, the same. */
void charges_json__read_site(struct json_reader *reading, json_t *from, struct report_charged *to);

#endif
