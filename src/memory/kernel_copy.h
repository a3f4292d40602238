/* SPDX-License-Identifier: GPL-2.0-only */
/* How the kernel's memory is read: by whoever can, a BPF program in kleak, a made-up machine in
 * tests. */
#ifndef KLEAK_MEMORY_KERNEL_COPY_H
#define KLEAK_MEMORY_KERNEL_COPY_H

#include <stddef.h>
#include <stdint.h>

/* Copy `len` bytes at the kernel's `address` to `to`, such as tracer__read().  0 or -EFAULT. */
typedef int (*kernel_copy)(void *arg, uint64_t address, void *to, size_t len);

#endif
