/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom an object is charged to: from its address to a memory cgroup, read from the object's own
 * books, whoever allocated it and when (mm/memcontrol.c, mm/slab.h).  Pure but for the callback
 * that reads kernel memory.
 *
 * The kernel charges what is allocated with __GFP_ACCOUNT, or from a cache with SLAB_ACCOUNT, by a
 * process outside of the root cgroup; all else is charged to nobody.  It notes a struct obj_cgroup,
 * which refers to the group.  When a group goes offline its obj_cgroups refer to its parent from
 * then on (memcg_reparent_objcgs()): objects of the kernel are never found charged to a dead
 * group.  Pages of processes and files refer to the group itself, and keep it (up to 7.0; later
 * they have obj_cgroups as well).
 */
#ifndef KLEAK_MEMORY_CHARGES_H
#define KLEAK_MEMORY_CHARGES_H

#include "kernel/charge_layout.h"
#include "memory/kernel_copy.h"
#include "memory/memcgs.h"
#include "memory/percpu_chunks.h"
#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In place of an index in memcgs->list: */
#define CHARGES_NOBODY	(MEMCGS_NONE - 1) /* it is charged to none */
#define CHARGES_UNKNOWN (MEMCGS_NONE - 2) /* to one that was not there, or it cannot be told */

struct charges {
	struct charge_layout layout;
	kernel_copy read;
	void *arg;
	const struct memcgs *memcgs; /* read before */
	/* what was found out, until charges__forget() */
	struct idmap by_word;
	uint32_t elements;  /* of an object in a vector; 0: not looked up yet */
	uint64_t strangers; /* words that lead to no group of memcgs: it may have come since */
	uint8_t *vector;    /* room for one */
	size_t room_vector;
};

/* An object of a slab, the `index`-th of it, is charged to `memcg`; never CHARGES_NOBODY. */
typedef int (*charges_see)(void *arg, uint32_t index, uint32_t memcg);

/* Whom the word in a struct page says it is charged to.  0: nobody. */
uint32_t charges__of_page(struct charges *charges, uint64_t word);

/*
 * Hand the objects of a slab that are charged to see(): of `nr` objects of `size` bytes, by the
 * slab's struct page, `page`.  Free ones are charged to nobody.  0, the first that is not 0 of what
 * see() returned, -EFAULT: the vector cannot be read, or -ENOMEM.
 */
int charges__of_slab(struct charges *charges, const uint8_t *page, uint32_t size, uint32_t nr,
		     charges_see see, void *arg);

/*
 * Whom the `index`-th object of a slab is charged to, by the slab's struct page, `page`, and its
 * objects' size: CHARGES_NOBODY, too; CHARGES_UNKNOWN: its vector cannot be read.
 */
uint32_t charges__of_object(struct charges *charges, const uint8_t *page, uint32_t size,
			    uint32_t index);

/*
 * The same of what was allocated `offset` bytes behind the start of a chunk of per-CPU memory
 * (struct pcpu_chunk, at address `chunk`).  CHARGES_UNKNOWN, too, where this kernel does not tell.
 */
uint32_t charges__of_unit(struct charges *charges, uint64_t chunk, uint64_t offset);

/*
 * Hand what of per-CPU memory is charged to see(), with the bytes that one CPU has of it.  0;
 * -ENOTSUP: this kernel does not tell; -EAGAIN or -EFAULT: it cannot be read; -ENOMEM; or what
 * see() returned.
 */
int charges__of_percpu(struct charges *charges, const struct percpu_chunks *chunks,
		       int (*see)(void *arg, uint32_t memcg, uint32_t bytes), void *arg);

/* Forget what was found out. */
void charges__forget(struct charges *charges);

void charges__free(struct charges *charges);

#endif
