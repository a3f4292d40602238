/* SPDX-License-Identifier: GPL-2.0-only */
/* kleak census --by-cgroup, --zombies: whom the kernel's memory is charged to. */
#ifndef KLEAK_CMD_CHARGES_H
#define KLEAK_CMD_CHARGES_H

#include "cmd/options.h"
#include "kernel/kernel.h"
#include "memory/kmem.h"
#include "memory/ram.h"

#include <stdbool.h>

/* With memory that is open and found.  0 or -errno, with what went wrong said on stderr. */
int cmd_charges(const struct options *options, const struct kernel *kernel, struct kmem *reader,
		struct ram *memory, bool color);

#endif
