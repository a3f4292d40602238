/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of slab caches: kmalloc's events name none, so theirs follow from size class and kind. */
#ifndef KLEAK_TRACE_CACHES_H
#define KLEAK_TRACE_CACHES_H

#include "kernel/kernel.h"
#include "kleak.h"
#include "trace/snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The name of the cache in table entry `cache`, as /proc/slabinfo has it:
 * "dentry", "kmalloc-512", "kmalloc-rcl-64"; "kmalloc-large" beyond the caches,
 * "(unknown)" for an entry that says nothing.
 */
void cache__name(char *name, size_t len, const struct kleak_cache *cache,
		 const struct cache_kinds *kinds);

/*
 * If `name` is "kmalloc-512", "kmalloc-cg-1k", "kmalloc-rcl-64" or "dma-kmalloc-8":
 * true, with its size and kind (enum kleak_cache_flags).
 */
bool cache__parse_kmalloc(const char *name, uint32_t *size, uint32_t *flags);

/*
 * The size class that kmalloc's events know the cache `name` by: 512 for "kmalloc-512",
 * "kmalloc-cg-512", "kmalloc-rnd-03-512", "msg_msg-512"; 0: it is no cache of kmalloc.
 * object_size: of its objects, which is the size in the name (more with slub_debug).
 */
uint32_t cache__class_size(const char *name, uint64_t object_size);

/* Is it some other cache of kmalloc (kmalloc-rnd-03-64, kmalloc-large)? */
bool cache__is_kmalloc_variant(const char *name);

/*
 * Does its owner free objects late, many at once?  The vmap_area of a freed area stays until so
 * many have come together that all are purged (mm/vmalloc.c, lazy_max_pages()): it grows whatever
 * happens.  Areas that leak show in vmalloc.
 */
bool cache__is_lazy(const char *name);

/* Where the struct kmem_cache of this entry is; 0: not known, it has gone, or it is a class. */
uint64_t cache__kmem(const struct kleak_cache *cache);

/*
 * Bytes of what was freed at this entry and had not been in the table, less those of what was
 * allocated and not recorded.
 */
int64_t cache__older_bytes(const struct kleak_cache *cache);

/* What became of the objects of each cache, by index into the cache table. */
struct cache_sum {
	uint64_t allocations, frees, implicit, verified, live;
	uint64_t pending; /* of those live: passed to kfree_rcu() */
};

void cache__sum(struct cache_sum sums[KLEAK_MAX_CACHES], const struct snapshot *snapshot,
		const struct kleak_site *entries);

/*
 * Were so many of its frees not seen (3% and ten at least) that the list of its live
 * objects is approximate between two looks at the allocator's books?
 */
bool cache__is_approximate(const struct cache_sum *sum);

#endif
