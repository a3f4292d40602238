/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel memory that is read with what lies beside it: a call to the kernel costs more than 4 KiB.
 * For struct pages, of which those of neighbouring slabs are asked for.
 */
#ifndef KLEAK_MEMORY_READ_AHEAD_H
#define KLEAK_MEMORY_READ_AHEAD_H

#include "memory/kernel_copy.h"

#include <stddef.h>
#include <stdint.h>

#define READ_AHEAD_BYTES  4096U /* a window, aligned: memory that is mapped is so in whole ones */
#define READ_AHEAD_PLACES 256U	/* the struct pages of 64 MiB */

/* Starts as all zeros. */
struct read_ahead {
	uint64_t *windows; /* by place: where its window begins; 0: it has none */
	uint8_t *bytes;
};

/* Forget what was read: from here on it is at least as new as this call. */
void read_ahead__begin(struct read_ahead *ahead);

/*
 * The `len` bytes at `address`, as they were at some time since read_ahead__begin().  0, -EFAULT or
 * -ENOMEM.
 */
int read_ahead__read(struct read_ahead *ahead, kernel_copy copy, void *arg, uint64_t address,
		     void *to, size_t len);

void read_ahead__free(struct read_ahead *ahead);

#endif
