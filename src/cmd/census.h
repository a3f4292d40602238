/* SPDX-License-Identifier: GPL-2.0-only */
/* kleak census: walk through the slabs, sample them, print what the objects hold. */
#ifndef KLEAK_CMD_CENSUS_H
#define KLEAK_CMD_CENSUS_H

#include "cmd/options.h"
#include "kernel/kernel.h"
#include "kernel/symbols.h"
#include "trace/attach_plan.h"

#include <stdbool.h>

/* 0 or -errno, with what went wrong said on stderr. */
int cmd_census(const struct options *options, const struct kernel *kernel, const struct plan *plan,
	       struct symbols *symbols, bool color);

#endif
