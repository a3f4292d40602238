/* SPDX-License-Identifier: GPL-2.0-only */
/* The two ways to trace: watching the machine, running a command. */
#ifndef KLEAK_CMD_TRACE_H
#define KLEAK_CMD_TRACE_H

#include "cmd/options.h"
#include "cmd/outputs.h"
#include "report/reporter.h"

/*
 * Watching: trace and report every interval until a signal or the end of --duration, then
 * once more.  `kleak run`: start the command, trace what it makes the kernel allocate,
 * wait until it ends and deferred frees have settled, report.  parts: without a tracer,
 * which is opened here; target: see tracer.h; signals: from signals__open();
 * outputs get the reports.
 * 0 and *status, kleak's exit status; or -errno; what went wrong has been said on stderr.
 */
int cmd_trace(const struct options *options, const struct reporter_parts *parts,
	      struct outputs *outputs, int target, int signals, int *status);

#endif
