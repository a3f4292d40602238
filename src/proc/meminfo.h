/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/meminfo: the kernel's own books (fs/proc/meminfo.c). */
#ifndef KLEAK_PROC_MEMINFO_H
#define KLEAK_PROC_MEMINFO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum meminfo_field {
	MEMINFO_MEM_TOTAL,
	MEMINFO_MEM_FREE,
	MEMINFO_MEM_AVAILABLE,
	MEMINFO_S_RECLAIMABLE,
	MEMINFO_S_UNRECLAIM,
	MEMINFO_KERNEL_STACK,
	MEMINFO_PAGE_TABLES,
	MEMINFO_VMALLOC_USED,
	MEMINFO_PERCPU,
	/* for `kleak ledger`; the order follows the file */
	MEMINFO_BUFFERS,
	MEMINFO_CACHED,
	MEMINFO_SWAP_CACHED,
	MEMINFO_SWAP_TOTAL,
	MEMINFO_SWAP_FREE,
	MEMINFO_ZSWAP,
	MEMINFO_ANON_PAGES,
	MEMINFO_SHMEM,
	MEMINFO_K_RECLAIMABLE,
	MEMINFO_SLAB,
	MEMINFO_SEC_PAGE_TABLES,
	MEMINFO_BOUNCE,
	MEMINFO_HARDWARE_CORRUPTED,
	MEMINFO_BALLOON,
	MEMINFO_UNACCEPTED,
	MEMINFO_HUGETLB,
	MEMINFO_FIELDS,
};

struct meminfo {
	uint64_t bytes[MEMINFO_FIELDS];
	bool present[MEMINFO_FIELDS]; /* kernels have more or fewer fields */
	uint64_t odd; /* lines that were not understood: their fields are not there */
};

/* The name the kernel prints, "SUnreclaim". */
const char *meminfo__name(enum meminfo_field field);

/*
 * Read the text of /proc/meminfo from `file` into *mem, in bytes.  Unknown lines
 * are passed over; a known field's that is not "Name: N kB", or more than any machine
 * has, is odd.  0, or -EINVAL when MemTotal is missing (*mem is then untouched), or -EIO.
 */
int meminfo__parse(struct meminfo *mem, FILE *file);

#endif
