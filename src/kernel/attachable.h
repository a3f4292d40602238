/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the kernel lets programs attach to its functions: found out by trying, with empty ones.
 */
#ifndef KLEAK_KERNEL_ATTACHABLE_H
#define KLEAK_KERNEL_ATTACHABLE_H

#include <bpf/btf.h>
#include <stdbool.h>

/*
 * Attach by fentry, or by fexit (at_return), to the function `name`, which is looked for in the
 * kernel's own BTF, and detach.  0 or -errno: -EPERM, or 524 (ENOTSUPP) on arm64 up to 6.1.
 */
int attachable__fentry(const struct btf *btf, const char *name, bool at_return);

/*
 * The same by a kprobe at the entry, or also at the return.  0 or -errno: -EOPNOTSUPP where the
 * kernel has no kprobes (kernel/events/core.c, perf_kprobe), or where the programs do not know in
 * which registers arguments are (bpf/call.bpf.h).
 */
int attachable__kprobe(const char *name, bool at_return);

#endif
