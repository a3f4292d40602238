/* SPDX-License-Identifier: GPL-2.0-only */
/* Where reports go: stdout, as text or JSON, and the files that were asked for. */
#ifndef KLEAK_OUTPUTS_H
#define KLEAK_OUTPUTS_H

#include "options.h"
#include "report.h"

struct outputs;

/* Can all of them be written?  0 and *outputs, or -errno, which is said. */
int outputs__open(struct outputs **outputs, const struct options *options, bool color);

/* Give them a report.  0, or -errno, which is said. */
int outputs__report(struct outputs *outputs, const struct report *report);

/* Finish the files; outputs may be NULL.  0, or -errno, which is said. */
int outputs__close(struct outputs *outputs);

#endif
