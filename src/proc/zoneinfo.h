/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/zoneinfo: of the kernel's books of zones (mm/vmstat.c, zoneinfo_show_print()), what
 * /proc/meminfo leaves out.
 */
#ifndef KLEAK_PROC_ZONEINFO_H
#define KLEAK_PROC_ZONEINFO_H

#include <stdint.h>
#include <stdio.h>

struct zoneinfo {
	/*
	 * Free pages that CPUs keep for themselves, of all zones: "count:" of their pagesets.
	 * MemFree does not have them (mm/page_alloc.c, rmqueue_bulk() and free_pcppages_bulk()).
	 */
	uint64_t cpu_pages;
	uint64_t odd; /* lines that were not understood, and are not in it */
};

/* Read the text of /proc/zoneinfo.  0, -EINVAL when no CPU has a pageset, or -EIO. */
int zoneinfo__parse(struct zoneinfo *zones, FILE *file);

#endif
