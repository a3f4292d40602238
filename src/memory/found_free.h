/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Find the objects in the table that the allocator's own books call free: before anything is
 * listed.  Frees that no hook showed end here.
 */
#ifndef KLEAK_MEMORY_FOUND_FREE_H
#define KLEAK_MEMORY_FOUND_FREE_H

#include "kleak.h"
#include "memory/slub.h"
#include "trace/sites.h"
#include "trace/snapshot.h"

#include <stddef.h>
#include <stdint.h>

struct found_free {
	struct kleak_eviction *list; /* objects that are free, pages that are not the kernel's */
	size_t nr, room;
	uint8_t *wanted; /* by site.index */
	size_t room_wanted;
	uint64_t checked; /* objects looked at */
	uint64_t unknown; /* whose state could not be told */
	uint64_t skipped; /* beyond the budget */
	/* whose turn is next */
	uint32_t *in_region; /* objects, by snapshot_object.region, as last counted */
	uint32_t region;
	uint64_t done; /* of this region, which has too many for once */
	size_t turn;   /* where in the snapshot's list the next ones of them stand */
};

struct found_free_tables {
	const struct kleak_bucket *buckets;
	const struct kleak_site *entries;
	const struct kleak_cache *caches;
	uint64_t now; /* tracer__now() before the snapshot was taken */
};

/*
 * Look at `budget` objects at most: at those of the first `shown` sites that have any, as far
 * as whole sites fit, then at the others, by turns from call to call: at those that lie beside each
 * other, for reading a slab's books takes the same for one of its objects as for all.  List in
 * *found those that are free, and pages that belong to processes; *found starts as all zeros.  0 or
 * -ENOMEM.
 */
int found_free__look(struct found_free *found, struct slub *slub, const struct snapshot *snapshot,
		     const struct sites *sites, const struct found_free_tables *tables,
		     size_t shown, uint64_t budget);

void found_free__free(struct found_free *found);

#endif
