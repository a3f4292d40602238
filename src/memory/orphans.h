/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects that nothing refers to, over several passes: only what stays so, unchanged, is
 * a leak for certain.  A pointer that is in motion is missed by a pass, not by all.
 */
#ifndef KLEAK_MEMORY_ORPHANS_H
#define KLEAK_MEMORY_ORPHANS_H

#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct orphan {
	uint64_t key; /* with `allocated_at`, the record in the object table */
	uint64_t allocated_at;
	uint32_t slot;
	uint32_t site;	  /* index into the site table */
	uint32_t passes;  /* in a row in which nothing referred to it; set by orphans__end() */
	uint64_t content; /* hash of its words */
	bool acknowledged;
};

struct orphans {
	uint32_t passes;	     /* by the caller: so many make it certain */
	struct orphan *list, *found; /* of the last pass that ended; of the one that goes on */
	size_t nr, room, nr_found, room_found;
	struct idmap by_key; /* of `list`, within orphans__end() */
};

/* A pass begins: what was found before is to be found again.  Until it ends the list stays. */
void orphans__begin(struct orphans *orphans);

/* This pass found no reference to it.  0 or -ENOMEM. */
int orphans__add(struct orphans *orphans, const struct orphan *orphan);

/* The pass is over, and the list is what it found.  0; -ENOMEM: the list stays as it was. */
int orphans__end(struct orphans *orphans);

/* Has it been without a reference for long enough? */
bool orphans__is_certain(const struct orphans *orphans, const struct orphan *orphan);

/* Leave out from here on what is certain now (kmemleak: clear).  How many. */
size_t orphans__acknowledge(struct orphans *orphans);

void orphans__free(struct orphans *orphans);

#endif
