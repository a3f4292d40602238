/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks of pages that belong together: compound pages, and the buddy allocator's free ones. */
#ifndef KLEAK_MEMORY_PAGE_BLOCK_H
#define KLEAK_MEMORY_PAGE_BLOCK_H

#include "kernel/layout.h"

#include <stdint.h>

/*
 * How many pages the block has that begins with the page whose struct page is at `page`; 1: it is
 * alone, or none begins there.  two: the bytes of its struct page and of the next one; index: how
 * many pages of its size fit before it, from physical address 0 on.
 */
uint64_t page_block__pages(const struct slub_layout *layout, uint64_t page, const uint8_t *two,
			   uint64_t index);

#endif
