// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/allocator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	"__kmalloc_flags",
	"_kmalloc_nolock",
	"__kmalloc_nolock",
	"kmalloc_nolock",
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
	"memdup_user",
	"memdup_user_nul",
	"vmemdup_user",
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
	"mempool_alloc_preallocated",
	"mempool_kmalloc",
	"mempool_kvmalloc",
	"mempool_alloc_pages",
	/* mm/page_alloc.c, mm/mempolicy.c */
	"__alloc_pages",
	"alloc_pages",
	"alloc_pages_mpol",
	"alloc_pages_node",
	"__alloc_frozen_pages",
	"alloc_frozen_pages",
	"__folio_alloc",
	"folio_alloc",
	"folio_alloc_mpol",
	"__get_free_pages",
	"get_free_pages",
	"get_zeroed_page",
	"alloc_pages_exact",
	"alloc_pages_exact_nid",
	"alloc_page_interleave",
	"alloc_pages_bulk",
	"__alloc_pages_bulk",
	"alloc_pages_bulk_mempolicy",
	"alloc_pages_preferred_many",
	/* mm/percpu.c */
	"pcpu_alloc",
	"__alloc_percpu",
	"__alloc_percpu_gfp",
};

/* Whose pages these functions take is counted elsewhere: see allocator__is_backing(). */
static const char *const backing_names[] = {
	/* mm/slub.c; large kmalloc */
	"allocate_slab",
	"alloc_slab_page",
	"new_slab",
	"___slab_alloc",
	"___kmalloc_large_node",
	"__kmalloc_large_node",
	"__kmalloc_large",
	"kmalloc_large",
	"kmalloc_large_node",
	/* mm/vmalloc.c */
	"__vmalloc_node_range",
	"__vmalloc_area_node",
	"vm_area_alloc_pages",
	/* mm/percpu.c, mm/percpu-vm.c */
	"pcpu_populate_chunk",
	"pcpu_alloc_pages",
	"pcpu_create_chunk",
	"pcpu_alloc",
	/* page tables */
	"pte_alloc_one",
	"__pte_alloc",
	"__pte_alloc_kernel",
	"__pmd_alloc",
	"__pud_alloc",
	"__p4d_alloc",
	"pgd_alloc",
	"__pgd_alloc",
	"pgtable_alloc",
	/* of the direct map (arch/x86/mm/pat/set_memory.c, init_64.c, arch/arm64/mm/mmu.c) */
	"__change_page_attr_set_clr",
	"__change_page_attr",
	"split_large_page",
	"alloc_low_pages",
	"pgd_pgtable_alloc",
	"__pgd_pgtable_alloc",
	/* of IOMMUs (SecPageTables, from 6.11 on) */
	"iommu_alloc_pages_node",
	"iommu_alloc_pages_node_sz",
	"alloc_pgtable_page",
	"__arm_lpae_alloc_pages",
	/* memory of processes, page cache */
	"handle_mm_fault",
	"__handle_mm_fault",
	"filemap_alloc_folio",
	"__filemap_get_folio",
	"page_cache_ra_unbounded",
	"page_cache_ra_order",
	"shmem_alloc_folio",
	"shmem_alloc_page",
	"vma_alloc_folio",
	"setup_arg_pages",
	"get_arg_page",
};

/* What these functions allocate is the slab allocator's own: it lives as long as a slab does. */
static const char *const metadata_names[] = {
	"alloc_slab_obj_exts", "memcg_alloc_slab_cgroups", "alloc_empty_sheaf",
	"__alloc_empty_sheaf", "__kfree_rcu_sheaf",
};

/* Functions of headers, which are inlined; some of `names` are as well, by version. */
static const char *const inline_names[] = {
	/* include/linux/slab.h */
	"kmalloc",
	"kmalloc_node",
	"kzalloc",
	"kzalloc_node",
	"kmalloc_array",
	"kmalloc_array_node",
	"kcalloc",
	"kcalloc_node",
	"krealloc_array",
	"kvmalloc",
	"kvzalloc",
	"kvzalloc_node",
	"kvmalloc_array",
	"kvmalloc_array_node",
	"kvcalloc",
	"kvcalloc_node",
	/* include/linux/gfp.h */
	"__alloc_pages_node",
	"alloc_page_vma",
	"__folio_alloc_node",
	"folio_alloc_node",
};

struct ranges {
	struct kleak_range *list;
	size_t nr;
};

static void add(const struct kallsyms_symbol *symbol, void *arg)
{
	struct ranges *ranges = arg;

	if (symbol->module)
		return;
	/* the second pass: the first one, without a list, counts */
	if (ranges->list) {
		ranges->list[ranges->nr].start = symbol->start;
		ranges->list[ranges->nr].end = symbol->end;
	}
	ranges->nr++;
}

static void add_all(struct ranges *ranges, const struct kallsyms *symbols, const char *const *list,
		    size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		char with_suffix[64];

		snprintf(with_suffix, sizeof(with_suffix), "%s_noprof", list[i]);
		kallsyms__each(symbols, list[i], add, ranges);
		kallsyms__each(symbols, with_suffix, add, ranges);
	}
}

static int by_start(const void *a, const void *b)
{
	const struct kleak_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

static int find_ranges(struct ranges *out, const struct kallsyms *symbols, const char *const *list,
		       size_t nr)
{
	struct ranges ranges = {};

	add_all(&ranges, symbols, list, nr);
	ranges.list = calloc(ranges.nr + 1, sizeof(*ranges.list));
	if (!ranges.list)
		return -ENOMEM;
	ranges.nr = 0;
	add_all(&ranges, symbols, list, nr);
	qsort(ranges.list, ranges.nr, sizeof(*ranges.list), by_start);
	*out = ranges;
	return 0;
}

int allocator__learn(struct allocator *allocator, const struct names *known)
{
	const struct kallsyms *symbols = names__kallsyms(known);
	struct ranges plumbing = {}, backing = {}, metadata = {};
	int err = find_ranges(&plumbing, symbols, names, sizeof(names) / sizeof(names[0]));

	if (!err)
		err = find_ranges(&backing, symbols, backing_names,
				  sizeof(backing_names) / sizeof(backing_names[0]));
	if (!err)
		err = find_ranges(&metadata, symbols, metadata_names,
				  sizeof(metadata_names) / sizeof(metadata_names[0]));
	if (err) {
		free(plumbing.list);
		free(backing.list);
		return err;
	}
	*allocator = (struct allocator){.ranges = plumbing.list,
					.nr = plumbing.nr,
					.backing = backing.list,
					.nr_backing = backing.nr,
					.metadata = metadata.list,
					.nr_metadata = metadata.nr,
					.names = known};
	return 0;
}

static bool contains(const struct kleak_range *ranges, size_t nr, uint64_t address)
{
	/* A frame is a return address: it may be the first one after its function. */
	uint64_t call = address - 1;
	size_t low = 0, high = nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges[middle].end <= call)
			low = middle + 1;
		else
			high = middle;
	}
	return low < nr && ranges[low].start <= call;
}

bool allocator__contains(const struct allocator *allocator, uint64_t address)
{
	return contains(allocator->ranges, allocator->nr, address);
}

bool allocator__is_tracing(const struct allocator *allocator, uint64_t address,
			   struct names_time when)
{
	const struct names_module *module;
	struct kallsyms_symbol symbol;

	if (!allocator->names)
		return false;
	return names__find(allocator->names, address - 1, when, &symbol, &module) ||
	       (symbol.module && !strcmp(symbol.module, "bpf"));
}

bool allocator__is_backing(const struct allocator *allocator, uint64_t address)
{
	return contains(allocator->backing, allocator->nr_backing, address);
}

bool allocator__is_metadata(const struct allocator *allocator, uint64_t address)
{
	return contains(allocator->metadata, allocator->nr_metadata, address);
}

static bool is_one_of(const char *const *list, size_t nr, const char *function, size_t length)
{
	for (size_t i = 0; i < nr; i++)
		if (strlen(list[i]) == length && !strncmp(list[i], function, length))
			return true;
	return false;
}

static size_t without_suffix(const char *function, size_t length)
{
	static const char suffix[] = "_noprof";
	size_t end = strlen(suffix);

	return length > end && !strncmp(function + length - end, suffix, end) ? length - end
									      : length;
}

enum allocator_part allocator__part_of(const char *function, size_t length)
{
	length = without_suffix(function, length);
	if (is_one_of(backing_names, sizeof(backing_names) / sizeof(backing_names[0]), function,
		      length))
		return ALLOCATOR_BACKING;
	return is_one_of(names, sizeof(names) / sizeof(names[0]), function, length)
		       ? ALLOCATOR_PLUMBING
		       : ALLOCATOR_NONE;
}

bool allocator__is_inlined(const char *function)
{
	size_t whole = strlen(function), length = without_suffix(function, whole);

	/* With that suffix it says itself that its caller is meant: 7.3 has a _kmalloc_noprof(). */
	return length < whole ||
	       is_one_of(inline_names, sizeof(inline_names) / sizeof(inline_names[0]), function,
			 whole) ||
	       is_one_of(names, sizeof(names) / sizeof(names[0]), function, whole);
}

void allocator__free(struct allocator *allocator)
{
	free(allocator->ranges);
	free(allocator->backing);
	free(allocator->metadata);
	*allocator = (struct allocator){};
}
