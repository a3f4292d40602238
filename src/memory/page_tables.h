/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own page tables: where in the direct map is what it has mapped elsewhere?  Each
 * table is a page; an entry has the physical address of the next table or of memory, and bits that
 * say what it is (arch/x86/include/asm/pgtable_types.h, arch/arm64/include/asm/pgtable-hwdef.h).
 */
#ifndef KLEAK_MEMORY_PAGE_TABLES_H
#define KLEAK_MEMORY_PAGE_TABLES_H

#include "memory/ram.h"

#include <stdbool.h>
#include <stdint.h>

struct page_tables {
	/* by the caller */
	const struct ram *memory; /* its base is known */
	uint64_t top;		  /* address of the table to begin with; 0: not known */
	bool is_arm64;
};

/* What is mapped in one go: 2^n bytes at a multiple of their number. */
struct page_mapping {
	uint64_t mapped;  /* where it begins */
	uint64_t address; /* in the direct map */
	uint64_t bytes;
};

/* What `address` is mapped by.  0 or -EFAULT: by nothing, or it cannot be told. */
int page_tables__find(const struct page_tables *tables, uint64_t address,
		      struct page_mapping *mapping);

#endif
