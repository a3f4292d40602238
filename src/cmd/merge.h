/* SPDX-License-Identifier: GPL-2.0-only */
/* kleak merge: the last reports of several saved files, of several machines. */
#ifndef KLEAK_CMD_MERGE_H
#define KLEAK_CMD_MERGE_H

#include "cmd/options.h"

#include <stdbool.h>

/* 0 or -errno, which is said: nothing is printed where one of the files cannot be read. */
int cmd_merge(const struct options *options, bool color);

#endif
