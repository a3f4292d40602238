/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports of older versions of the format, as if this version had saved them. */
#ifndef KLEAK_REPORT_OLD_JSON_H
#define KLEAK_REPORT_OLD_JSON_H

#include <jansson.h>

/* Give all keys of a version 1 report the names that version 2 has.  0 or -ENOMEM. */
int old_json__upgrade(json_t *report);

#endif
