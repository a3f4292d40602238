/* SPDX-License-Identifier: GPL-2.0-only */
/* `kleak report`: what --save wrote, printed as if it came from this machine. */
#ifndef KLEAK_CMD_REPORT_H
#define KLEAK_CMD_REPORT_H

#include "cmd/options.h"
#include "report/saved.h"

#include <stdbool.h>

/* 0 or -errno; what went wrong has been said on stderr. */
int cmd_report(const struct options *options, bool color);

/*
 * The last report of a saved file, sifted, and its header; both to be freed.  0 or -errno, which
 * has been said.
 */
int cmd_report__last(struct saved_report *report, struct saved_header *header, const char *path,
		     const struct options *options);

#endif
