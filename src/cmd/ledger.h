/* SPDX-License-Identifier: GPL-2.0-only */
/* `kleak ledger`: the kernel's own books, streamed or before and after a command. */
#ifndef KLEAK_CMD_LEDGER_H
#define KLEAK_CMD_LEDGER_H

#include "cmd/options.h"

/*
 * Read the books every interval and print a statement, until a signal or the end of
 * --duration; or run the command and print what it left behind.  signals: from
 * signals__open().  0 and *status, kleak's exit status; or -errno; what went wrong has
 * been said on stderr.
 */
int cmd_ledger(const struct options *options, bool color, int signals, int *status);

#endif
