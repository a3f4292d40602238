/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Folded stacks, one line a site: "outermost;...;innermost;[cache] weight", as flamegraph.pl and
 * speedscope read them.
 *
 * A frame is `function`, `function_[module]` or, without a name, its address; what is inlined
 * ends in `_[i]`, as the stackcollapse tools have it.  Offsets are left out, so that what calls
 * from two places is one frame.  The last frame is the cache, in brackets: no function has them.
 */
#ifndef KLEAK_RENDER_FOLDED_H
#define KLEAK_RENDER_FOLDED_H

#include "render/weight.h"
#include "report/report.h"

#include <stdio.h>

/* Print the sites that weigh something.  0, or -EIO when `out` failed. */
int folded__print(const struct report *report, enum weight weight, FILE *out);

#endif
