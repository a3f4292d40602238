/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/vmallocinfo: every virtually mapped area (mm/vmalloc.c, vmalloc_info_show()). */
#ifndef KLEAK_PROC_VMALLOCINFO_H
#define KLEAK_PROC_VMALLOCINFO_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The VM_ALLOC areas of one caller. */
struct vmallocinfo_caller {
	char name[96]; /* "bpf_map_area_alloc+0x4d/0x60 [mod]"; "(unknown)" when none is printed */
	uint64_t areas;
	uint64_t pages;
};

/*
 * Sums by class.  Only areas marked "vmalloc" with pages own memory; ioremap,
 * vmap, user and per-CPU areas map what others own.  "unpurged vm_area" lines
 * are freed already, "vm_map_ram" lines have no vm_struct.
 */
struct vmallocinfo {
	uint64_t alloc_areas; /* VM_ALLOC with pages */
	uint64_t alloc_pages; /* sum of their pages=, without guard pages */
	uint64_t ioremap_areas;
	uint64_t vmap_areas;
	uint64_t ioremap_bytes; /* of address space, guard pages included */
	uint64_t vmap_bytes;
	uint64_t spanned_bytes; /* of address space, of all areas but those that are unpurged */
	uint64_t other_areas;	/* VM_ALLOC without pages (per-CPU), vm_map_ram, user, ... */
	uint64_t unpurged_areas;
	struct vmallocinfo_caller *callers; /* of the areas in alloc_areas, by name */
	size_t nr_callers;
	uint64_t odd; /* lines that were not understood */
};

/*
 * Read the text of /proc/vmallocinfo from `file`.  0, -EINVAL when no line is an
 * area (*info is then untouched), -ENOMEM or -EIO.
 */
int vmallocinfo__parse(struct vmallocinfo *info, FILE *file);

void vmallocinfo__free(struct vmallocinfo *info);

#endif
