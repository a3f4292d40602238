// SPDX-License-Identifier: GPL-2.0-only
#include "util/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE ((uintptr_t)2 << 20)
#define KEPT	  (32 << 20) /* bytes: as much as mallopt(3) lets M_MMAP_THRESHOLD be */

void heap__keep(void)
{
	uintptr_t start, end;
	void *room;

	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, KEPT);
	mallopt(M_TRIM_THRESHOLD, 2 * KEPT);
	room = malloc(KEPT - HUGE_PAGE);
	if (!room)
		return;
	start = ((uintptr_t)room + HUGE_PAGE - 1) & -HUGE_PAGE;
	end = ((uintptr_t)room + KEPT - HUGE_PAGE) & -HUGE_PAGE;
	madvise((void *)start, end - start, MADV_HUGEPAGE);
	free(room);
}

void heap__give_back(void)
{
	malloc_trim(0);
}
