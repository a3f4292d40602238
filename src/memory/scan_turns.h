/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns of others in what takes long of a scan: see scan.between. */
#ifndef KLEAK_MEMORY_SCAN_TURNS_H
#define KLEAK_MEMORY_SCAN_TURNS_H

#include "memory/scan.h"

/* To be called before each turn of a long loop: in each `every`-th others have theirs.  0 or what
 * scan->between() said. */
static inline int scan_turns__take(const struct scan *scan, size_t turn, size_t every)
{
	return turn % every || !scan->between ? 0 : scan->between(scan->arg);
}

/*
 * Make zeros of so many bytes, in order: memory that is touched for the first time costs most of
 * all.  As scan_turns__take().
 */
int scan_turns__clear(const struct scan *scan, void *start, size_t bytes);

#endif
