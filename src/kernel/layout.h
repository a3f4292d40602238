/* SPDX-License-Identifier: GPL-2.0-only */
/* Where this kernel keeps what: offsets of fields, from BTF. */
#ifndef KLEAK_LAYOUT_H
#define KLEAK_LAYOUT_H

#include "memory/krc.h"
#include "memory/slub.h"

#include <stddef.h>

struct btf;

/*
 * The layout of SLUB's books.  0, or -ENOTSUP when it is none that is known, with
 * what is missing in `why` (no sentence: "no field kmem_cache.cpu_slab").
 */
int layout__read_slub(struct slub_layout *layout, const struct btf *btf, uint32_t page_size,
		      char *why, size_t len);

/* struct vm_struct and struct vmap_area (include/linux/vmalloc.h); offsets in bytes. */
struct area_layout {
	uint32_t vm_struct; /* its size */
	uint32_t vm_addr, vm_size, vm_pages, vm_nr_pages, vm_caller;
	uint32_t vmap_area_vm;
};

/* struct task_struct (include/linux/sched.h); offsets in bytes, SLUB_NONE: not known. */
struct task_layout {
	uint32_t stack, stack_vm_area, on_cpu, tgid;
	uint32_t thread, size;
	uint32_t sp; /* of one that does not run: task_struct.thread.sp, x86 */
};

/* What cannot be found is SLUB_NONE. */
void layout__read_tasks(struct task_layout *layout, const struct btf *btf);

/* As layout__read_slub(). */
int layout__read_areas(struct area_layout *layout, const struct btf *btf, char *why, size_t len);

/* kfree_rcu()'s queues, as layout__read_slub(); all but head_offset, which is how it is called. */
int layout__read_krc(struct krc_layout *layout, const struct btf *btf, uint32_t page_size,
		     char *why, size_t len);

#endif
