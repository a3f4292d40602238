/* SPDX-License-Identifier: GPL-2.0-only */
/* Sheaves of free objects, of each CPU and in the barns of nodes (mm/slub.c, from 6.18 on). */
#ifndef KLEAK_MEMORY_SHEAVES_H
#define KLEAK_MEMORY_SHEAVES_H

#include "memory/slub_cache.h"

#include <stdbool.h>
#include <stdint.h>

/* Note what lies in the sheaves of this cache, once: objects that are free.  0 or -ENOMEM. */
int sheaves__read(struct slub *slub, struct slub_cache *cache);

/* How many objects lie in the sheaves of this cache. */
uint64_t sheaves__count(const struct slub *slub, const struct slub_cache *cache);

/* Is this object one of them? */
bool sheaves__have(const struct slub *slub, uint64_t object);

/*
 * Hand the objects[] of every sheaf of every cache to see(), [start, end): what stands there is
 * free, or was, and refers to nothing.  cache: the address of any one.  0, or the first that is not
 * 0 of what see() returned.
 */
int sheaves__each(const struct slub *slub, uint64_t cache,
		  int (*see)(void *arg, uint64_t start, uint64_t end), void *arg);

#endif
