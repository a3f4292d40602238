/* SPDX-License-Identifier: GPL-2.0-only */
/* `kleak ledger --cgroup` and `--cgroups`: the books of one cgroup, or of all, streamed. */
#ifndef KLEAK_CMD_CGROUP_LEDGER_H
#define KLEAK_CMD_CGROUP_LEDGER_H

#include "cmd/options.h"

/*
 * Read the books every interval and print a statement, until a signal, the end of --duration or of
 * the cgroup.  signals: from signals__open().  0; or -errno, what went wrong
 * has been said on stderr.
 */
int cmd_cgroup_ledger(const struct options *options, bool color, int signals);

#endif
