/* SPDX-License-Identifier: GPL-2.0-only */
/* ledger --drop-caches: readings without what the kernel can take back at once. */
#ifndef KLEAK_CMD_DROP_CACHES_H
#define KLEAK_CMD_DROP_CACHES_H

#include "cmd/options.h"

/* Say what it does to the machine, if it is wanted. */
void drop_caches__warn(const struct options *options);

/* Before a reading: drop them, if that is wanted.  0, or -errno, which is said. */
int drop_caches__now(const struct options *options);

#endif
