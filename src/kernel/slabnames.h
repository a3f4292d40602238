/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/slab: which caches are merged, and which the kernel can reclaim (mm/slub.c,
 * create_unique_id()).
 */
#ifndef KLEAK_KERNEL_SLABNAMES_H
#define KLEAK_KERNEL_SLABNAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slabnames_cache {
	char name[64];
	char id[64];	 /* what merged caches share: ":a-0000104"; alone: its name */
	int reclaimable; /* 1: SLAB_RECLAIM_ACCOUNT; 0; -1: not told */
};

struct slabnames {
	struct slabnames_cache *caches;
	size_t nr, room;
};

/* Read the directory; works unprivileged.  0, -ENOENT where the kernel keeps none, -errno. */
int slabnames__read(struct slabnames *names);

/* Is there such a cache? */
bool slabnames__has(const struct slabnames *names, const char *cache);

/* 1, 0, or -1 for what is not told. */
int slabnames__reclaimable(const struct slabnames *names, const char *cache);

/* Write the other names that the cache goes by, "a, b", as many as fit into len; or "". */
void slabnames__aliases(const struct slabnames *names, const char *cache, char *text, size_t len);

/*
 * How large the objects of a cache are that is never merged with others (struct kmem_cache,
 * object_size: without what debugging adds), in bytes; 0: it is not told, or may be merged.
 */
uint32_t slabnames__object_size(const char *cache);

void slabnames__free(struct slabnames *names);

#endif
