/* SPDX-License-Identifier: GPL-2.0-only */
/* The limits of `kleak check`, as the user writes them: "unreclaimable=5G,growth=100M/h". */
#ifndef KLEAK_CMD_LIMIT_LIST_H
#define KLEAK_CMD_LIMIT_LIST_H

#include "judge/gate.h"

#include <stddef.h>

/*
 * Read a list of NAME=SIZE and NAME=SIZE/TIME, or a share of other limits, "80%".  0, or -EINVAL
 * and in `why` what is wrong, to follow "--max: ".
 */
int limit_list__parse(const char *text, struct gate_limits *limits, char *why, size_t len);

/*
 * Does a warning come at or below what is critical, as far as can be told before MemTotal is
 * known?  NULL, or the name of the first one that does not.
 */
const char *limit_list__misplaced(const struct gate_limits *warn, const struct gate_limits *max);

#endif
