/* SPDX-License-Identifier: GPL-2.0-only */
/* The objects in use of a slab, one by one, with what they hold. */
#ifndef KLEAK_MEMORY_SLAB_OBJECTS_H
#define KLEAK_MEMORY_SLAB_OBJECTS_H

#include "memory/slub.h"

#include <stdbool.h>
#include <stdint.h>

/* An object at `address`; size: bytes in words; whole: they are all of it. */
typedef int (*slab_objects_see)(void *arg, uint64_t address, const uint64_t *words, uint32_t size,
				bool whole);

/*
 * Hand every object in use of the slab that `slab` lies in to see(); what cannot be read is left
 * out.  slub__begin() first.  0, the first that is not 0 of what see() returned, or -ENOMEM.
 */
int slab_objects__each(struct slub *slub, uint64_t slab, slab_objects_see see, void *arg);

#endif
