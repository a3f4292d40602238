/* SPDX-License-Identifier: GPL-2.0-only */
/* Leave out sites of a saved report: kleak report --origin, --cache, --sort. */
#ifndef KLEAK_REPORT_REPORT_FILTER_H
#define KLEAK_REPORT_REPORT_FILTER_H

#include "report/report_options.h"
#include "report/saved.h"
#include "trace/trace_options.h"

#include <stddef.h>

/*
 * Leave out the sites that --origin and --cache do not name, as if only those had been traced
 * (the kernel's books, and what was counted of all events, stay), and sort the others if --sort
 * was given; their order is that of a live report.  0; -ENOMEM; -EINVAL and in `why` a few words
 * when what is asked for was not traced.
 */
int report_filter__apply(struct saved_report *saved, const struct trace_options *traced,
			 const struct report_options *options, char *why, size_t len);

#endif
