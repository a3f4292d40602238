/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who refers to the objects of a site: references that a scan saw to some of them, counted by
 * where they are.  Pure.
 */
#ifndef KLEAK_MEMORY_REFERRERS_H
#define KLEAK_MEMORY_REFERRERS_H

#include "memory/places.h"

#include <stddef.h>
#include <stdint.h>

#define REFERRERS_SAMPLED 50 /* objects of a site */

/* Objects that are referred to from such a place. */
struct referrer {
	struct place place;
	uint32_t objects;
	uint32_t last; /* object that was counted last */
};

/* Of one site. */
struct referrers_site {
	uint64_t id;
	uint32_t sampled; /* objects looked at */
	struct referrer *list;
	size_t nr, room;
};

struct referrers {
	struct referrers_site *sites;
	size_t nr, room;
};

/* Forget everything. */
void referrers__begin(struct referrers *holders);

/* Objects of this site are looked at: how many so far.  *number: the site's.  0 or -ENOMEM. */
int referrers__add_site(struct referrers *holders, uint64_t id, uint32_t *number);

/*
 * An object of the site is referred to from `place`; those of one object come one after
 * another.  0 or -ENOMEM.
 */
int referrers__add(struct referrers *holders, uint32_t number, uint32_t object,
		   const struct place *place);

/* Put the most frequent ones of every site first. */
void referrers__end(struct referrers *holders);

/* Of the site with that id, or NULL. */
const struct referrers_site *referrers__of(const struct referrers *holders, uint64_t id);

void referrers__free(struct referrers *holders);

#endif
