/* SPDX-License-Identifier: GPL-2.0-only */
/* Where struct pages are, and what they say (include/linux/mm_types.h). */
#ifndef KLEAK_MEMORY_VMEMMAP_H
#define KLEAK_MEMORY_VMEMMAP_H

#include "memory/slub.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * *cache: the address of some struct kmem_cache, that of the struct pids of the PID namespace in
 * which the process whose task_struct is at `task` makes children (kernel/pid_namespace.c).  0,
 * -ENOTSUP: this kernel keeps it elsewhere, or -EFAULT.
 */
int vmemmap__find_cache(const struct slub *slub, const struct task_layout *tasks, uint64_t task,
			uint64_t *cache);

/*
 * Find page_base from slabs: of the cache at this address (a struct kmem_cache) and
 * of those that follow it in the kernel's list of caches.  Several must agree and
 * none disagree.  0 or -ENODATA.
 */
int vmemmap__learn(struct slub *slub, uint64_t cache);

/*
 * The head of the compound page that the struct page at `page` belongs to; word: its word at
 * slub_layout.page_head.
 */
uint64_t vmemmap__head_of(uint64_t page, uint64_t word);

/* Is the page whose struct page's bytes these are (no tail) a slab? */
bool vmemmap__says_slab(const struct slub_layout *layout, const uint8_t *page);

/* Of the memory at `address`: its struct page, and back; in the direct map. */
uint64_t vmemmap__page_of(const struct slub *slub, uint64_t address);
uint64_t vmemmap__address_of(const struct slub *slub, uint64_t page);

/*
 * Of a struct page, by its words at slub_layout.page_mapping and .page_pool: is it mapped by
 * processes or in the page cache?
 */
bool vmemmap__says_mapped(uint64_t mapping, uint64_t pool);

/* The same of one that has to be read.  False when it cannot be. */
bool vmemmap__is_mapped(const struct slub *slub, uint64_t page);

#endif
