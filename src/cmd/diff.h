/* SPDX-License-Identifier: GPL-2.0-only */
/* `kleak diff`: the last reports of two saved files side by side. */
#ifndef KLEAK_CMD_DIFF_H
#define KLEAK_CMD_DIFF_H

#include "cmd/options.h"

#include <stdbool.h>

/* 0 or -errno; what went wrong has been said on stderr. */
int cmd_diff(const struct options *options, bool color);

#endif
