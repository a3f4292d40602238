/* SPDX-License-Identifier: GPL-2.0-only */
/* A call site of a saved report, read back: see saved.h. */
#ifndef KLEAK_REPORT_SAVED_SITE_H
#define KLEAK_REPORT_SAVED_SITE_H

#include "report/report.h"
#include "util/json_read.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * Read a site from an element of "sites" into *to, which refers to `from` and to memory of the
 * reader.  scanned: the report has scans, and its sites say what they found.  What is wrong is in
 * reader->err and its `why`.
 */
void saved_site__read(struct report_site *to, struct json_reader *reader, json_t *from,
		      bool scanned);

/* The allocator of this name, a constant; "": the reader fails at `key`. */
const char *saved_site__origin(struct json_reader *reader, const char *key, const char *name);

#endif
