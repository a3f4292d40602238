/* SPDX-License-Identifier: GPL-2.0-only */
/* What a reporter works with; all of it belongs to the caller and outlives the reporter. */
#ifndef KLEAK_REPORT_REPORTER_PARTS_H
#define KLEAK_REPORT_REPORTER_PARTS_H

#include "kernel/allocator.h"
#include "kernel/kernel.h"
#include "kernel/symbols.h"
#include "kernel/target.h"
#include "report/report_options.h"
#include "trace/attach_plan.h"
#include "trace/tracer.h"

#include <stdbool.h>

struct reporter_parts {
	const struct trace_options *trace;
	const struct report_options *options;
	const struct kernel *kernel;
	const struct plan *plan;
	struct tracer *tracer;
	struct symbols *symbols; /* NULL: hidden */
	const struct allocator *allocator;
	const struct target_group *charged_to; /* of --charged-to; NULL: it is not given */
	bool progress;			       /* of scans, to stderr */
};

#endif
