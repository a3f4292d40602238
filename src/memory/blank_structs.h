/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Struct pages that refer to nothing: those of free blocks, and of huge pages all but the first
 * few. They are the kernel's memory, too, 1.6% of all there is, and need not be read.
 */
#ifndef KLEAK_MEMORY_BLANK_STRUCTS_H
#define KLEAK_MEMORY_BLANK_STRUCTS_H

#include "memory/page_tables.h"
#include "memory/ram.h"

#include <stdint.h>

struct blank_structs {
	/* by the caller */
	struct ram *memory;
	const struct page_tables *tables; /* top 0: nothing is known to be blank */

	struct page_mapping mapping; /* where the last one was found */
};

/* The tables may have changed. */
void blank_structs__begin(struct blank_structs *blank);

/*
 * Of the block of pages at [start, end) in the direct map: ram__add_blank().  Where struct pages
 * are mapped one page at a time those of several huge pages may share their memory, and are read.
 * 0 or -ENOMEM.
 */
int blank_structs__add(struct blank_structs *blank, uint64_t start, uint64_t end);

#endif
