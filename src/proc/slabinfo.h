/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/slabinfo, version 2.1: every slab cache (mm/slab_common.c, cache_show()). */
#ifndef KLEAK_PROC_SLABINFO_H
#define KLEAK_PROC_SLABINFO_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct slabinfo_cache {
	char name[64];
	uint64_t active_objects;
	uint64_t objects;
	uint64_t object_size; /* bytes one object takes: kmem_cache.size */
	uint64_t objects_per_slab;
	uint64_t pages_per_slab;
	uint64_t slabs;
};

struct slabinfo {
	struct slabinfo_cache *caches;
	size_t nr;
	uint64_t odd; /* lines that were not understood */
};

/*
 * Read the text of /proc/slabinfo from `file`.  0, -EINVAL when the version line
 * is not 2.x or no line is a cache, -ENOMEM, -EIO; *info is untouched unless 0.
 */
int slabinfo__parse(struct slabinfo *info, FILE *file);

/* The cache called `name`, or NULL. */
const struct slabinfo_cache *slabinfo__find(const struct slabinfo *info, const char *name);

void slabinfo__free(struct slabinfo *info);

/*
 * kmalloc()'s size classes in `classes`, ascending and with zeros behind them, if objects of its
 * caches take more than their names say, because of slub_debug.  How many, at most `room`; 0: they
 * do not.
 */
size_t slabinfo__padded_classes(const struct slabinfo *info, uint32_t *classes, size_t room);

#endif
