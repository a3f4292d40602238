/* SPDX-License-Identifier: GPL-2.0-only */
/* Looking at what memory cgroups are charged with, on the running kernel. */
#ifndef KLEAK_MEMORY_CHARGE_LOOK_H
#define KLEAK_MEMORY_CHARGE_LOOK_H

#include "memory/charge_walk.h"
#include "memory/kmem.h"
#include "memory/zombies.h"

/* Neither moves nor is copied while it is in use. */
struct charge_look {
	const struct kernel *kernel;
	struct kmem *reader;
	struct ram *memory; /* open and found; NULL: only charge_look__count() */
	struct memcgs memcgs;
	struct charges charges;
	struct charge_walk walk;
};

void charge_look__begin(struct charge_look *look, const struct kernel *kernel, struct kmem *reader,
			struct ram *memory);

/* Read the memory cgroups alone.  As memcgs__read(). */
int charge_look__count(struct charge_look *look);

/* Read them, and all that they are charged with.  The same, or -errno. */
int charge_look__take(struct charge_look *look);

/*
 * Make the list of the dead ones, name the files of the first `named` (0: of all), and what keeps
 * them.  To be freed with zombies__free().  0 or -errno.
 */
int charge_look__zombies(struct charge_look *look, struct zombies *zombies, uint32_t named);

void charge_look__free(struct charge_look *look);

#endif
