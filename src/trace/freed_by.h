/* SPDX-License-Identifier: GPL-2.0-only */
/* Who frees what was allocated at each site, as the programs noted it (bpf/freer.bpf.h). */
#ifndef KLEAK_TRACE_FREED_BY_H
#define KLEAK_TRACE_FREED_BY_H

#include "kernel/allocator.h"
#include "kleak.h"

#include <stddef.h>
#include <stdint.h>

#define FREED_BY_LISTED 3 /* of a site */

struct freed_by_member {
	uint32_t site;
	uint32_t nr_frames; /* from whoever called the allocator on */
	uint64_t frames[KLEAK_FREER_FRAMES];
	uint32_t modules; /* the addresses are to be named as of then */
	uint64_t times;	  /* frees that were noted */
	uint64_t last;	  /* the tick of the last one */
};

struct freed_by {
	struct freed_by_member *list;
	size_t nr, room;
};

/* Add what was noted of a site (site.index).  The same stacks are one.  0 or -ENOMEM. */
int freed_by__add(struct freed_by *freed_by, uint32_t site, const struct kleak_freer *freer,
		  const struct allocator *allocator);

/*
 * Write the most frequent of the site, FREED_BY_LISTED at most, and set *times to all of them; they
 * are valid until the next freed_by__add().  How many.
 */
size_t freed_by__of(const struct freed_by *freed_by, uint32_t site,
		    const struct freed_by_member **list, uint64_t *times);

void freed_by__free(struct freed_by *freed_by);

#endif
