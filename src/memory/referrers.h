/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds the objects of a site: references that a scan saw to some of them, counted by
 * where they stand.  Pure.
 */
#ifndef KLEAK_HOLDERS_H
#define KLEAK_HOLDERS_H

#include "memory/places.h"

#include <stddef.h>
#include <stdint.h>

#define HOLDERS_SAMPLED 50 /* objects of a site */

/* Objects that are referred to from such a place. */
struct holder {
	struct place place;
	uint32_t objects;
	uint32_t last; /* object that was counted last */
};

/* Of one site. */
struct holders_site {
	uint64_t id;
	uint32_t sampled; /* objects looked at */
	struct holder *list;
	size_t nr, room;
};

struct holders {
	struct holders_site *sites;
	size_t nr, room;
};

/* Forget everything. */
void holders__begin(struct holders *holders);

/* Objects of this site are looked at: how many so far.  *number: the site's.  0 or -ENOMEM. */
int holders__add_site(struct holders *holders, uint64_t id, uint32_t *number);

/*
 * An object of the site is referred to from `place`; those of one object come one after
 * another.  0 or -ENOMEM.
 */
int holders__add(struct holders *holders, uint32_t number, uint32_t object,
		 const struct place *place);

/* Put the most frequent ones of every site first. */
void holders__end(struct holders *holders);

/* Of the site with that id, or NULL. */
const struct holders_site *holders__of(const struct holders *holders, uint64_t id);

void holders__free(struct holders *holders);

#endif
