/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the kernel's types come from: from its own BTF, or from a file (--btf). */
#ifndef KLEAK_KERNEL_TYPES_H
#define KLEAK_KERNEL_TYPES_H

#include <stddef.h>
#include <stdint.h>

struct btf;

/*
 * Two things are asked of BTF.  How structs are laid out and what events pass is the same in any
 * BTF of this kernel.  What a program is attached to, and which kernel functions it calls, is
 * numbered by the BTF that the kernel has in its memory (kernel/bpf/btf.c, bpf_get_btf_vmlinux()).
 */
struct types {
	const char *file; /* NULL: the kernel's own */
	struct btf *btf;  /* of the file, or the kernel's own */
	struct btf *own;  /* the kernel's own; NULL: it has none */
};

/*
 * Read them, from `file` unless that is NULL.  0, or a negative errno and one sentence in `why`:
 * -ENOTSUP: the kernel has none, and no file was given; -EINVAL: the file is no BTF, or not of this
 * kernel; that of opening the file; -ENOMEM.
 */
int types__open(struct types *types, const char *file, char *why, size_t len);

void types__close(struct types *types);

/* The kernel's own; NULL: it has none.  Prints nothing, works unprivileged.  btf__free() it. */
struct btf *types__own(void);

/*
 * What can be told of a file: has it what kleak needs, and are structs as large as the caches of
 * the running kernel that hold them?  object_size(cache) is what /sys/kernel/slab says of a cache
 * that holds nothing but that struct; 0: it is not told.  0 or -EINVAL, and one sentence in `why`.
 */
int types__check(const struct btf *btf, uint32_t (*object_size)(const char *cache),
		 const char *file, char *why, size_t len);

#endif
