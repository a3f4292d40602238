/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which share of a site's objects cannot go, though their cache is reclaimable: a sample of them,
 * looked at one by one (vfs_reclaim.h).  Pure but for the callback that reads kernel memory.
 */
#ifndef KLEAK_MEMORY_PIN_SAMPLE_H
#define KLEAK_MEMORY_PIN_SAMPLE_H

#include "kleak.h"
#include "memory/object_sample.h"
#include "memory/vfs_reclaim.h"
#include "trace/sites.h"
#include "trace/snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PINS_SITES 32  /* of a look */
#define PINS_LEAST 10  /* a site with fewer objects is not looked at */
#define PINS_OLD_S 1.0 /* younger objects are in use by whoever makes them */

/* What was seen of a site's objects. */
struct pins_count {
	uint64_t of;	       /* objects that are old enough: the sample is of these */
	uint32_t sampled;      /* looked at; 0: none, and nothing is known */
	uint32_t by[VFS_PINS]; /* of them, by what pins them */
	uint32_t dirty;	       /* of them, inodes that are to be written first */
	char fs[VFS_NAME];     /* the type of file system of those seen first; "": not known */
	bool other_fs;	       /* some were of other types */
};

/* Those that cannot go. */
static inline uint32_t pin_sample__pinned(const struct pins_count *count)
{
	return count->sampled - count->by[VFS_NOT_PINNED] - count->by[VFS_UNKNOWN];
}

struct pins_site {
	uint64_t id;
	struct pins_count count;
	/* while it is looked at */
	uint32_t site;	/* of sites->list */
	uint32_t inode; /* where it is in an object, once that is known */
	struct object_sample sample;
};

struct pins {
	struct pins_site list[PINS_SITES];
	size_t nr;
	uint64_t random;
	/* at work */
	uint32_t *candidates;
	uint8_t *chosen; /* by site.index: place in `list`, or PINS_SITES */
	size_t room_candidates, room_chosen;
};

struct pins_tables {
	const struct kleak_bucket *buckets;
	const struct kleak_cache *caches;
	/*
	 * Are these dentries and inodes used by a file system that lies upon theirs?  Its inodes
	 * refer to them, and can go themselves: such references say nothing.  NULL: none are.
	 */
	bool (*stacked)(void *arg, const struct site *site);
	void *arg;
};

/*
 * Look at the sites of reclaimable caches that have most bytes or grow fastest.  *pins starts as
 * all zeros; what an earlier call saw is forgotten.  0 or -ENOMEM.
 */
int pin_sample__look(struct pins *pins, const struct vfs *vfs, const struct snapshot *snapshot,
		     const struct sites *sites, const struct pins_tables *tables);

/* What was seen of the site with that id; NULL: it was not looked at. */
const struct pins_count *pin_sample__of(const struct pins *pins, uint64_t id);

/* How many objects the last call looked at. */
uint64_t pin_sample__sampled(const struct pins *pins);

void pin_sample__free(struct pins *pins);

#endif
