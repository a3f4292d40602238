/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of memory in order of their addresses: millions of them in a part of a second. */
#ifndef KLEAK_MEMORY_RANGE_SORT_H
#define KLEAK_MEMORY_RANGE_SORT_H

#include "memory/scan.h"

#include <stddef.h>

/*
 * By `start`, ascending; those that start at one address are in any order.  between(arg), or NULL,
 * is called between any few ms, and leaves the ranges alone.  0, or the first that is not 0 of what
 * it returned: then they are all there, in any order.
 */
int range_sort__by_start(struct scan_range *ranges, size_t nr, int (*between)(void *arg),
			 void *arg);

#endif
