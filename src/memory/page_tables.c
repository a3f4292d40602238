// SPDX-License-Identifier: GPL-2.0-only
#include "memory/page_tables.h"

#include <errno.h>

#define PRESENT	   1ULL
#define X86_HUGE   (1ULL << 7) /* _PAGE_PSE: memory, though it is no table of the last level */
#define ARM64_NEXT (1ULL << 1) /* PTE_TABLE_BIT: a table, or in the last level memory */

static uint32_t bits_of(uint64_t value)
{
	return value ? 64 - (uint32_t)__builtin_clzll(value) : 0;
}

/*
 * Of an address of the kernel so many lower bits are looked up in tables: all that tell its
 * addresses apart, and the direct map lies in the lower half of these (arm64); four tables or five,
 * which take one bit more (x86).
 */
static uint32_t bits_looked_up(const struct page_tables *tables)
{
	uint32_t bits = bits_of(~(tables->memory->base + tables->memory->ram[0].start));

	if (tables->is_arm64)
		return bits;
	return bits < 48 ? 48 : 57;
}

/* The address that an entry has: no bits of what it says beside, which lie above all RAM. */
static uint64_t target_of(const struct page_tables *tables, uint64_t entry)
{
	const struct ram *memory = tables->memory;
	uint32_t bits = bits_of(memory->ram[memory->nr_ram - 1].end - 1);

	return memory->base +
	       (entry & ((1ULL << bits) - 1) & ~(memory->slub->layout.page_size - 1ULL));
}

static bool is_memory(const struct page_tables *tables, uint64_t entry)
{
	return tables->is_arm64 ? !(entry & ARM64_NEXT) : entry & X86_HUGE;
}

int page_tables__find(const struct page_tables *tables, uint64_t address,
		      struct page_mapping *mapping)
{
	const struct slub *slub = tables->memory->slub;
	uint32_t page_bits = bits_of(slub->layout.page_size) - 1, per_table = page_bits - 3;
	uint32_t left = bits_looked_up(tables), shift = page_bits;
	uint64_t table = tables->top, entry;

	if (!table || left <= page_bits)
		return -EFAULT;
	while (shift + per_table < left)
		shift += per_table;
	for (;; left = shift, shift -= per_table) {
		uint64_t index = address >> shift & ((1ULL << (left - shift)) - 1);

		if (slub->read(slub->arg, table + index * sizeof(entry), &entry, sizeof(entry)) ||
		    !(entry & PRESENT))
			return -EFAULT;
		if (shift == page_bits || is_memory(tables, entry))
			break;
		table = target_of(tables, entry);
	}
	mapping->bytes = 1ULL << shift;
	mapping->mapped = address & ~(mapping->bytes - 1);
	mapping->address = target_of(tables, entry) & ~(mapping->bytes - 1);
	return ram__contains(tables->memory, mapping->address) ? 0 : -EFAULT;
}
