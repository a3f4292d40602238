/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own books, read from /proc at one instant.  The only file that opens them. */
#ifndef KLEAK_KERNEL_BOOKS_H
#define KLEAK_KERNEL_BOOKS_H

#include "proc/allocinfo.h"
#include "proc/kmemleak.h"
#include "proc/meminfo.h"
#include "proc/slabinfo.h"
#include "proc/vfsstate.h"
#include "proc/vmallocinfo.h"
#include "proc/zoneinfo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each with what reading it returned: 0, or -errno and nothing in it. */
struct books {
	uint64_t page_size; /* what the books count in */
	struct meminfo mem;
	int mem_err;
	struct zoneinfo zones;
	int zones_err;
	struct slabinfo slabs;
	int slabs_err;
	struct vmallocinfo areas;
	int areas_err;
	struct allocinfo lines;
	int lines_err;
	struct vfsstate dentries, inodes;
	int vfs_err;
};

enum books_wanted {
	BOOKS_MEM = 1 << 0,
	BOOKS_SLABS = 1 << 1,
	BOOKS_AREAS = 1 << 2,
	BOOKS_LINES = 1 << 3,
	BOOKS_VFS = 1 << 4,
	BOOKS_ZONES = 1 << 5,
	BOOKS_ALL = BOOKS_MEM | BOOKS_ZONES | BOOKS_SLABS | BOOKS_AREAS | BOOKS_LINES,
};

#define BOOKS_ALLOCINFO	  "/proc/allocinfo"
#define BOOKS_COUNTING	  "/proc/sys/vm/mem_profiling"
#define BOOKS_KMEMLEAK	  "/sys/kernel/debug/kmemleak"
#define BOOKS_PAGE_OWNER  "/sys/kernel/debug/page_owner"
#define BOOKS_PAGE_STACKS "/sys/kernel/debug/page_owner_stacks/show_stacks" /* 6.8 */
#define BOOKS_SLABS_DIR	  "/sys/kernel/debug/slab"

/*
 * Read the books in `wanted` (enum books_wanted) into *books; what is not wanted has
 * -ENODATA.  books__free() it, whatever happened.
 */
void books__read(struct books *books, unsigned int wanted);

void books__free(struct books *books);

#define BOOKS_ODD 5 /* books that may have lines which were not understood */

/* "3 lines of /proc/slabinfo were not understood", of the i-th book.  false: all were. */
bool books__odd(const struct books *books, size_t i, char *text, size_t len);

/* Say it on stderr, of each book that it was not said of yet. */
void books__say_odd(const struct books *books, bool said[BOOKS_ODD]);

/* Read /proc/meminfo alone.  0 or -errno. */
int books__read_meminfo(struct meminfo *mem);

/*
 * Does the kernel count by line of source now?  As /proc/sys/vm/mem_profiling has it, without which
 * there is no /proc/allocinfo (lib/alloc_tag.c).  0 and *counting; -ENOENT: this kernel never does,
 * or -errno.
 */
int books__counts_lines(bool *counting);

/* What kmemleak lists; see kmemleak.h.  0 or -errno. */
int books__read_kmemleak(struct kmemleak *list);

/*
 * Have the kernel drop clean page cache and reclaimable slab objects: 3 to
 * /proc/sys/vm/drop_caches (fs/drop_caches.c).  0 or -errno.
 */
int books__drop_caches(void);

#endif
