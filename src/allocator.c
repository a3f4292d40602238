// SPDX-License-Identifier: GPL-2.0-only
#include "allocator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * The allocators' own functions and the thin wrappers of them that tell nothing
 * about who allocates.  From 6.10 on many carry the suffix _noprof (memory
 * allocation profiling); it is tried for every name.  Functions that build
 * something of their own (alloc_skb, bpf_map_area_alloc, ...) are callers, not
 * plumbing: they stay.
 */
static const char *const names[] = {
	/* mm/slub.c, mm/slab_common.c */
	"__kmalloc",
	"__kmalloc_node",
	"__kmalloc_track_caller",
	"__kmalloc_node_track_caller",
	"__do_kmalloc_node",
	"__kmalloc_cache",
	"__kmalloc_cache_node",
	"__kmalloc_large",
	"__kmalloc_large_node",
	"___kmalloc_large_node",
	"kmalloc_trace",
	"kmalloc_node_trace",
	"kmalloc_large",
	"kmalloc_large_node",
	"kmalloc_order",
	"kmalloc_order_trace",
	"kmem_cache_alloc",
	"kmem_cache_alloc_node",
	"kmem_cache_alloc_lru",
	"kmem_cache_alloc_trace",
	"kmem_cache_alloc_node_trace",
	"__kmem_cache_alloc_node",
	"__kmem_cache_alloc_lru",
	"kmem_cache_alloc_bulk",
	"kmem_cache_alloc_from_sheaf",
	"krealloc",
	"krealloc_node_align",
	"__do_krealloc",
	"kmem_cache_zalloc",
	/* mm/util.c */
	"kmemdup",
	"kmemdup_nul",
	"kmemdup_array",
	"kvmemdup",
	"kstrdup",
	"kstrdup_const",
	"kstrndup",
	"kvmalloc_node",
	"__kvmalloc_node",
	"kvrealloc",
	"kvrealloc_node_align",
	"__vmalloc_array",
	"vmalloc_array",
	"__vcalloc",
	"vcalloc",
	"__kvmalloc",
	/* lib/kasprintf.c */
	"kasprintf",
	"kvasprintf",
	"kvasprintf_const",
	/* mm/vmalloc.c */

	"__get_vm_area_node",
	"get_vm_area",
	"get_vm_area_caller",
	"__get_vm_area_caller",
	"alloc_vm_area",
	"__vmalloc_node_range",
	"__vmalloc_node",
	"__vmalloc",
	"vmalloc",
	"vzalloc",
	"vmalloc_user",
	"vmalloc_node",
	"vzalloc_node",
	"vmalloc_32",
	"vmalloc_32_user",
	"vmalloc_huge",
	"vmalloc_huge_node",
	"vmap",
	"vmap_pfn",
	"vrealloc",
	"vrealloc_node_align",
	"execmem_alloc",
	"execmem_alloc_rw",
	"execmem_vmalloc",
	"module_alloc",
	/* arch/x86/mm/ioremap.c, mm/ioremap.c */
	"__ioremap_caller",
	"ioremap",
	"ioremap_wc",
	"ioremap_cache",
	"ioremap_uc",
	"ioremap_prot",
	"generic_ioremap_prot",
	"__ioremap",
	"memremap",
	/* mm/mempool.c */
	"mempool_alloc",
	"mempool_alloc_slab",
	"mempool_kmalloc",
	"mempool_alloc_pages",
	/* mm/percpu.c */
	"pcpu_alloc",
	"__alloc_percpu",
	"__alloc_percpu_gfp",
};

static void add(const struct kallsyms_symbol *symbol, void *arg)
{
	struct allocator *allocator = arg;

	/* the second pass: the first one, without room, counts */
	if (symbol->module)
		return;
	if (allocator->ranges) {
		allocator->ranges[allocator->nr].start = symbol->start;
		allocator->ranges[allocator->nr].end = symbol->end;
	}
	allocator->nr++;
}

static void add_all(struct allocator *allocator, const struct kallsyms *symbols)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char with_suffix[64];

		snprintf(with_suffix, sizeof(with_suffix), "%s_noprof", names[i]);
		kallsyms__each(symbols, names[i], add, allocator);
		kallsyms__each(symbols, with_suffix, add, allocator);
	}
}

static int by_start(const void *a, const void *b)
{
	const struct kleak_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

int allocator__learn(struct allocator *out, const struct kallsyms *symbols)
{
	struct allocator allocator = {};

	add_all(&allocator, symbols);
	allocator.ranges = calloc(allocator.nr + 1, sizeof(*allocator.ranges));
	if (!allocator.ranges)
		return -ENOMEM;
	allocator.nr = 0;
	add_all(&allocator, symbols);
	qsort(allocator.ranges, allocator.nr, sizeof(*allocator.ranges), by_start);
	*out = allocator;
	return 0;
}

bool allocator__contains(const struct allocator *allocator, uint64_t address)
{
	/* A frame is a return address: it may be the first one after its function. */
	uint64_t call = address - 1;
	size_t low = 0, high = allocator->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (allocator->ranges[middle].end <= call)
			low = middle + 1;
		else
			high = middle;
	}
	return low < allocator->nr && allocator->ranges[low].start <= call;
}

void allocator__free(struct allocator *allocator)
{
	free(allocator->ranges);
	*allocator = (struct allocator){};
}
