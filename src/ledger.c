// SPDX-License-Identifier: GPL-2.0-only
#include "ledger.h"

#include <math.h>

static const struct {
	const char *name;
	enum meminfo_field field;
} books[LEDGER_CLASSES] = {
	[LEDGER_SLAB_UNRECLAIMABLE] = {"slab_unreclaimable", MEMINFO_S_UNRECLAIM},
	[LEDGER_SLAB_RECLAIMABLE] = {"slab_reclaimable", MEMINFO_S_RECLAIMABLE},
	[LEDGER_VMALLOC] = {"vmalloc", MEMINFO_VMALLOC_USED},
	[LEDGER_PERCPU] = {"percpu", MEMINFO_PERCPU},
};

/*
 * kmalloc() beyond the caches takes pages, and still counts as unreclaimable slab
 * (mm/slub.c, ___kmalloc_large_node(): NR_SLAB_UNRECLAIMABLE_B).
 */
static enum ledger_class class_of(const struct kleak_site *entry, const struct kleak_cache *caches)
{
	if (entry->space == KLEAK_SPACE_VMALLOC)
		return LEDGER_VMALLOC;
	if (entry->space == KLEAK_SPACE_PERCPU)
		return LEDGER_PERCPU;
	if (entry->cache < KLEAK_MAX_CACHES && caches[entry->cache].flags & KLEAK_CACHE_RECLAIMABLE)
		return LEDGER_SLAB_RECLAIMABLE;
	return LEDGER_SLAB_UNRECLAIMABLE;
}

void ledger__sum(int64_t traced[LEDGER_CLASSES], const struct snapshot *snapshot,
		 const struct kleak_site *entries, const struct kleak_cache *caches)
{
	for (int i = 0; i < LEDGER_CLASSES; i++)
		traced[i] = 0;
	for (uint32_t i = 0; i < snapshot->nr_sites; i++)
		if (snapshot->sites[i].live && entries[i].space != KLEAK_SPACE_PAGES)
			traced[class_of(&entries[i], caches)] +=
				(int64_t)snapshot->sites[i].held_bytes;
}

void ledger__compare(struct report_class classes[LEDGER_CLASSES], const struct meminfo *before,
		     const struct meminfo *now, const int64_t traced[LEDGER_CLASSES])
{
	for (int i = 0; i < LEDGER_CLASSES; i++) {
		enum meminfo_field field = books[i].field;
		struct report_class *c = &classes[i];

		*c = (struct report_class){
			.name = books[i].name,
			.field = field,
			.known = before->present[field] && now->present[field],
			.traced_bytes = traced[i],
			.explained = NAN,
		};
		if (!c->known)
			continue;
		c->kernel_delta_bytes = (int64_t)(now->bytes[field] - before->bytes[field]);
		if (c->kernel_delta_bytes > 0)
			c->explained = (double)traced[i] / (double)c->kernel_delta_bytes;
	}
}
