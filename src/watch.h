/* SPDX-License-Identifier: GPL-2.0-only */
/* The two ways to trace: watching the machine, running a command. */
#ifndef KLEAK_WATCH_H
#define KLEAK_WATCH_H

#include "options.h"
#include "reporter.h"
#include "tracer.h"

/*
 * Trace and report every interval until a signal or the end of --duration, then
 * once more.  signals: from signals__open().  0, or -errno; what went wrong has
 * been said on stderr.
 */
int watch__machine(const struct options *options, struct tracer *tracer, struct reporter *reporter,
		   int signals);

/*
 * Start the command, trace what it makes the kernel allocate, wait until it ends
 * and deferred frees have settled, report.  0 and *status, kleak's exit status;
 * or -errno as above.
 */
int watch__command(const struct options *options, struct tracer *tracer, struct reporter *reporter,
		   int signals, int *status);

#endif
