/* SPDX-License-Identifier: GPL-2.0-only */
/* `kleak diagnose`: the cheap books first, then tracing of what grows, then a verdict. */
#ifndef KLEAK_CMD_DIAGNOSE_H
#define KLEAK_CMD_DIAGNOSE_H

#include "cmd/options.h"
#include "cmd/outputs.h"
#include "report/reporter.h"

/*
 * Watch, trace, drain, conclude, print one page.  parts: without a tracer, and with a
 * plan that is not used: what to trace is decided here.  target: see tracer.h; signals:
 * from signals__open(); color: of the page; outputs
 * get its report.  0 and *status: DIAGNOSE_LEAK when a leak was found, else 0; or
 * -errno; what went wrong has been said on stderr.
 */
int cmd_diagnose(const struct options *options, const struct reporter_parts *parts,
		 struct outputs *outputs, bool color, int target, int signals, int *status);

#define DIAGNOSE_LEAK 3 /* exit status */

#endif
