/* SPDX-License-Identifier: GPL-2.0-only */
/* `kleak diagnose`: the cheap books first, then tracing of what grows, then a verdict. */
#ifndef KLEAK_DIAGNOSE_H
#define KLEAK_DIAGNOSE_H

#include "allocator.h"
#include "kernel.h"
#include "options.h"
#include "symbols.h"

#include <stdbool.h>

/*
 * Watch, trace, drain, conclude, print one page.  signals: from signals__open().
 * 0 and *status: DIAGNOSE_LEAK when a leak was found, else 0; or -errno; what went wrong
 * has been said on stderr.
 */
int diagnose__run(const struct options *options, const struct kernel *kernel,
		  struct symbols *symbols, const struct allocator *allocator, int cgroup,
		  bool color, int signals, int *status);

#define DIAGNOSE_LEAK 3 /* exit status */

#endif
