/* SPDX-License-Identifier: GPL-2.0-only */
/* The objects of a scan: from records of the object table to what scan.h looks for. */
#ifndef KLEAK_MEMORY_SUBJECTS_H
#define KLEAK_MEMORY_SUBJECTS_H

#include "kernel/layout.h"
#include "kleak.h"
#include "memory/page_tables.h"
#include "memory/ram.h"
#include "memory/referrers.h"
#include "memory/scan.h"
#include "memory/slub.h"
#include "trace/tracer.h"
#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An object of the scan, beside what scan.h knows of it. */
struct subject {
	uint64_t key;
	uint64_t allocated_at;
	uint32_t slot;
	uint32_t site;
	uint64_t kmem;	/* of a slab object: cache__kmem() */
	uint32_t size;	/* of a slab object that is no large kmalloc; else 0 */
	bool large;	/* large kmalloc */
	bool companion; /* the books of an area: not to be reported beside it */
	bool young;
};

/* A block of pages that is no compound page: who has its first page has all of it. */
struct subject_block;

struct subjects {
	/* by the caller; all zeros but these */
	const struct tracer_view *view;
	const struct area_layout *areas_layout;
	const struct slub
		*slub; /* reads the kernel's memory, and knows where the CPUs have theirs */
	struct ram *memory;
	struct scan *scan;
	/* where struct pages have their memory; top 0: that is not known, their words are roots */
	const struct page_tables *tables;
	bool sampled;		   /* the table has only some of the objects that there are */
	struct referrers *holders; /* of the sites that are sampled; NULL: of none */
	const uint32_t *groups;	   /* entry of the site table -> site of `holders`, or SCAN_NONE */

	struct subject *list; /* as the scan numbers its objects */
	size_t nr, room;
	struct subject_area *areas;
	size_t nr_areas, room_areas;
	struct idmap vm_structs; /* address of a tracked vm_struct -> object */
	struct subject_block *blocks;
	size_t nr_blocks, room_blocks;
	struct idmap by_block; /* where a block begins, and when -> the block */
	struct idmap by_piece; /* a page's worth of struct pages -> where it is in the direct map */
	uint64_t *pieces;
	size_t nr_pieces, room_pieces;
};

/*
 * Begin the scan with the objects that are in the table at the tick `now`.  Pages among them: what
 * points into their memory, in the direct map, or to their struct pages refers to them.  Those of
 * blocks of which the table has a part only, by sampling, count as roots.  0 or -ENOMEM.
 */
int subjects__gather(struct subjects *subjects, uint64_t now);

/* The address that a key of the object table stands for. */
uint64_t subjects__address_of(uint64_t key);

/*
 * The pointer to per-CPU memory that a key stands for: add a CPU's offset.  Its top bit is not in
 * the key (kleak.h).
 */
uint64_t subjects__percpu_pointer(const struct slub *slub, uint64_t key);

/* What each CPU has of it, in bytes. */
uint64_t subjects__percpu_bytes(const struct slub *slub, const struct kleak_record *record);

/* The area of this vm_struct as its user has it: where it begins, or 0 if that cannot be read. */
uint64_t subjects__area_of(const struct subjects *subjects, uint64_t vm);

/* Its record, if it is still there: the same object, not on its way to be freed. */
bool subjects__read_record(const struct subjects *subjects, const struct subject *subject,
			   struct kleak_record *record);

/* Of a record of pages: does the kernel have them for itself, and no other allocator? */
bool subjects__has_pages(const struct subjects *subjects, uint64_t key,
			 const struct kleak_record *record);

/* Is what this object of the scan stands for still there?  True where it has no record. */
bool subjects__is_there(const struct subjects *subjects, uint32_t object);

/* What was sampled and has been freed since is no sample: what referred to it is others' by now. */
void subjects__drop_freed(struct subjects *subjects);

void subjects__free(struct subjects *subjects);

#endif
