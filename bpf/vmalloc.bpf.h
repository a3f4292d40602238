/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmalloc, without a hook of its own.
 *
 * Every area owns a struct vm_struct, which __get_vm_area_node() kmalloc()s and
 * whoever frees the area kfree()s last, after its pages: the slab events of
 * that object are the area's allocation and free, on every kernel and through every
 * path (vfree, vfree_atomic, vunmap, free_vm_area, failed allocations).  At its
 * allocation the object is still empty; what it became is read by the program below
 * when the loader asks, or at its free.  Areas without VM_ALLOC (ioremap,
 * vmap) own no memory and are marked so.
 */
#ifndef KLEAK_VMALLOC_BPF_H
#define KLEAK_VMALLOC_BPF_H

#include "objects.bpf.h"

__noinline int area_ask(__u32 slot)
{
	__u32 index = slot / KLEAK_BUCKET_KEYS, i = slot_index(slot);
	struct kleak_bucket *b = bpf_map_lookup_elem(&objects, &index);
	__u64 key, vm, bytes, held;

	if (!b)
		return 0;
	key = b->key[i];
	vm = ~key & ~(__u64)KLEAK_SPACE_MASK;
	if (key != key_of(vm, KLEAK_SPACE_VMALLOC))
		return 0;
	held = b->record[i].bytes;
	if (!area_read(vm, &bytes) || b->key[i] != key)
		return 0;
	if (held & KLEAK_BYTES_UNSIZED)
		area_settle(&b->record[i], vm, bytes);
	else
		area_resize(&b->record[i], held, bytes);
	return 0;
}

struct kleak_area_batch areas;

/* BPF_PROG_TEST_RUN by the loader, which put slots of areas into `areas`. */
SEC("syscall")
int size_areas(void *ctx __attribute__((unused)))
{
	for (__u32 i = 0; i < KLEAK_AREA_BATCH && i < areas.nr; i++)
		area_ask(areas.slot[i]);
	return 0;
}

#endif
