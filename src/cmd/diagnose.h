/* SPDX-License-Identifier: GPL-2.0-only */
/* `kleak diagnose`: trace, and read the kernel's books beside it, until there is an answer. */
#ifndef KLEAK_CMD_DIAGNOSE_H
#define KLEAK_CMD_DIAGNOSE_H

#include "cmd/options.h"
#include "cmd/outputs.h"
#include "report/reporter.h"

/*
 * Trace, drain, conclude, print one page.  parts: without a tracer, and with a
 * plan that is not used: what to trace is decided here.  target: see tracer.h; signals:
 * from signals__open(); color: of the page; outputs
 * get its report.  0 and *status: DIAGNOSE_LEAK, DIAGNOSE_UNDECIDED, DIAGNOSE_HELD, or 0 when no
 * leak was found; or -errno; what went wrong has been said on stderr.
 */
int cmd_diagnose(const struct options *options, const struct reporter_parts *parts,
		 struct outputs *outputs, bool color, int target, int signals, int *status);

/* exit status */
#define DIAGNOSE_LEAK	   3
#define DIAGNOSE_UNDECIDED 4
#define DIAGNOSE_HELD	   5

#endif
