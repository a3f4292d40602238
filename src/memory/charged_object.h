/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom one object of the object table is charged to, by its address and its allocator: what its
 * slab, its pages or its chunk of per-CPU memory say (charges.h).  Pure but for the callbacks that
 * read kernel memory.
 */
#ifndef KLEAK_MEMORY_CHARGED_OBJECT_H
#define KLEAK_MEMORY_CHARGED_OBJECT_H

#include "memory/charges.h"
#include "memory/slub.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct charged_object {
	/* by the caller */
	struct charges *charges;
	struct slub *slub;		    /* it knows where struct pages are */
	const struct area_layout *areas;    /* NULL: not known, nor is who is charged for areas */
	const struct percpu_chunks *percpu; /* NULL: the same of per-CPU memory */
	/* the chunks of per-CPU memory, once they are needed; until charged_object__forget() */
	struct charged_chunk *chunks;
	size_t nr_chunks, room_chunks;
	bool chunks_known, chunks_read;
};

/*
 * Whom the object is charged to that has this key in the object table (kleak.h): an index in
 * charges->memcgs, CHARGES_NOBODY or CHARGES_UNKNOWN.  Of an area of vmalloc() the first page
 * answers for all.  It may have been freed meanwhile: the caller looks whether it is still there.
 */
uint32_t charged_object__of(struct charged_object *object, uint64_t key);

/* Forget what was found out: the kernel has gone on. */
void charged_object__forget(struct charged_object *object);

void charged_object__free(struct charged_object *object);

#endif
