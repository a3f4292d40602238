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

#define SLUB_CACHES_MOST 4096 /* that there are */

/*
 * Show the address of each struct kmem_cache in the kernel's list, from `cache` on, until see()
 * returns something else than 0: that.  The list's head, which is no cache, is shown like one.
 */
int slub_cache__each(const struct slub *slub, uint64_t cache, int (*see)(void *arg, uint64_t cache),
		     void *arg);

/* Its name, which stands at `at`, as far as it fits and can be read; "" where nothing can. */
void slub_cache__name(const struct slub *slub, uint64_t at, char *name, size_t len);

#endif
