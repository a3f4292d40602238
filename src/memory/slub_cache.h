/* SPDX-License-Identifier: GPL-2.0-only */
/* A slab cache, as its struct kmem_cache says (mm/slab.h). */
#ifndef KLEAK_MEMORY_SLUB_CACHE_H
#define KLEAK_MEMORY_SLUB_CACHE_H

#include "memory/slub.h"

#include <stdbool.h>
#include <stdint.h>

struct slub_cache {
	uint64_t address;
	uint64_t name;	/* where it stands */
	uint64_t next;	/* in the kernel's list of caches, whose links these are; 0: not known */
	uint32_t flags; /* the first 32 of them */
	uint64_t random, cpu_slab, sheaves;
	uint32_t size; /* from one object to the next */
	uint32_t pad;  /* a slab's first object lies so far behind its start (slub_debug=Z) */
	uint32_t used; /* bytes from there on that are the object's; the rest is the allocator's */
	uint32_t offset; /* of a free object's link */
	bool known;
	bool sheaves_read;
	bool lists_read;   /* which slabs CPUs work with */
	uint32_t searched; /* since then, how often one of them was looked for */
};

/*
 * The cache at `address`, a struct kmem_cache, read if it is new: its index in slub->caches; or
 * -ENOMEM.
 */
int64_t slub_cache__at(struct slub *slub, uint64_t address);

#endif
