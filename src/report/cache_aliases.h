/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other names of a slab cache.  Caches of one size and kind are merged into one, which goes by
 * the name of the first (mm/slab_common.c, find_mergeable()): /proc/slabinfo's, and that of a
 * site, may be the name of something else.
 */
#ifndef KLEAK_REPORT_CACHE_ALIASES_H
#define KLEAK_REPORT_CACHE_ALIASES_H

#include "kernel/slabnames.h"
#include "kleak.h"
#include "report/report.h"

#include <stdint.h>

#define CACHE_ALIASES_NAME 64
#define CACHE_ALIASES_TEXT 512

/* What was found for each entry of the table of caches; all zeros at first. */
struct cache_aliases {
	int (*read)(struct slabnames *names); /* by the caller: slabnames__read() */
	struct slabnames names;
	struct {
		char name[CACHE_ALIASES_NAME]; /* of which these are; "": not asked yet */
		char text[CACHE_ALIASES_TEXT];
	} entries[KLEAK_MAX_CACHES];
};

/*
 * Of entry `index`, which is the cache `name` now: "a, b", as many as there is room for; "": there
 * are none, or the kernel does not tell.  It stays until the next call for that entry.  The
 * kernel's names are read when the cache is new, not with each call.
 */
const char *cache_aliases__of(struct cache_aliases *aliases, uint32_t index, const char *name);

/* Read them anew from now on: a cache that was merged since is a name more. */
void cache_aliases__forget(struct cache_aliases *aliases);

/* What the report says of a cache; "" where it says nothing. */
const char *cache_aliases__in(const struct report *report, const char *cache);

void cache_aliases__free(struct cache_aliases *aliases);

#endif
