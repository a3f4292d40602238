// SPDX-License-Identifier: GPL-2.0-only
#include "memory/page_block.h"
#include "memory/vmemmap.h"
#include "util/bytes.h"

#define MOST_ORDER 20 /* 4 GiB of the smallest pages: more than the kernel has in one */

/* Nothing is locked: what is no order, or none that could be here, is something else by now. */
static uint64_t pages_of(uint64_t order, uint64_t index)
{
	return order > MOST_ORDER || index & ((1ULL << order) - 1) ? 1 : 1ULL << order;
}

uint64_t page_block__pages(const struct slub_layout *l, uint64_t page, const uint8_t *two,
			   uint64_t index)
{
	uint64_t second = page + l->page;

	/* mm/internal.h, buddy_order() */
	if (bytes__half(two, l->page_type) == l->buddy_type)
		return l->page_private == SLUB_NONE
			       ? 1
			       : pages_of(bytes__word(two, l->page_private), index);
	if (l->page_order == SLUB_NONE || l->page_order >= 2 * l->page ||
	    vmemmap__head_of(second, bytes__word(two + l->page, l->page_head)) != page)
		return 1;
	return pages_of(two[l->page_order], index);
}
