/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs note of sites beside the tables: who allocates there, and who frees. */
#ifndef KLEAK_TRACE_NOTED_H
#define KLEAK_TRACE_NOTED_H

#include "kleak.h"

#include <stdbool.h>

/*
 * Of the map `who` (bpf/maps.bpf.h): each(who, how often, arg) for every entry.  A `site` is an
 * index into the site table.  0 or -errno.
 */
int noted__who(int map,
	       void (*each)(const struct kleak_who *, const struct kleak_who_times *, void *),
	       void *arg);

/* Of the map `freers`: each(freer, arg) for every stack.  0 or -errno. */
int noted__freers(int map, void (*each)(const struct kleak_freer *freer, void *arg), void *arg);

/* Delete from the two maps what they have of the entries that are gone, by index.  0 or -errno. */
int noted__forget(int who, int freers, const bool *gone);

#endif
