/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands that need privileges: find out what the kernel allows, then run the command. */
#ifndef KLEAK_CMD_SESSION_H
#define KLEAK_CMD_SESSION_H

#include "cmd/options.h"

#include <stdbool.h>

#define SESSION_CANNOT_RUN 1

/*
 * Trace, run, diagnose, take a census, or explain what would be traced, as *options says; color:
 * on stdout.  kleak's exit status; what went wrong has been said on stderr.
 */
int session__run(const struct options *options, bool color);

#endif
