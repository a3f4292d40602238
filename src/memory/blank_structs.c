// SPDX-License-Identifier: GPL-2.0-only
#include "memory/blank_structs.h"
#include "memory/vmemmap.h"

/* Of a huge page the first few say what it is of: include/linux/mm_types.h, struct folio. */
#define FIRST_FEW 8

void blank_structs__begin(struct blank_structs *blank)
{
	blank->mapping = (struct page_mapping){};
}

/* Where the struct page is mapped.  False: nobody knows. */
static bool find(struct blank_structs *blank, uint64_t page)
{
	struct page_mapping *mapping = &blank->mapping;

	if (page - mapping->mapped < mapping->bytes)
		return true;
	if (!page_tables__find(blank->tables, page, mapping))
		return true;
	mapping->bytes = 0;
	return false;
}

int blank_structs__add(struct blank_structs *blank, uint64_t start, uint64_t end)
{
	const struct slub *slub = blank->memory->slub;
	const struct page_mapping *mapping = &blank->mapping;
	uint64_t page_size = slub->layout.page_size;
	uint64_t first = vmemmap__page_of(slub, start) + FIRST_FEW * slub->layout.page;
	uint64_t last = vmemmap__page_of(slub, end) & ~(page_size - 1);
	int err = 0;

	first = (first + page_size - 1) & ~(page_size - 1);
	for (uint64_t at = first, to; at < last && !err; at = to) {
		if (!find(blank, at))
			return 0;
		to = mapping->mapped + mapping->bytes < last ? mapping->mapped + mapping->bytes
							     : last;
		if (mapping->bytes > page_size)
			err = ram__add_blank(blank->memory,
					     mapping->address + (at - mapping->mapped),
					     mapping->address + (to - mapping->mapped));
	}
	return err;
}
