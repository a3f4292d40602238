// SPDX-License-Identifier: GPL-2.0-only
#include "proc/classes.h"

static const struct {
	const char *name, *title, *remark;
	bool apart;
} words[CLASSES] = {
	[CLASS_FREE] = {"free", "free", NULL, false},
	[CLASS_ANON] = {"anonymous", "anonymous", NULL, false},
	[CLASS_CACHE] = {"page_cache", "page cache", NULL, false},
	[CLASS_SHMEM] = {"shmem", "shared memory", NULL, false},
	[CLASS_HUGETLB] = {"hugetlb", "huge pages", NULL, false},
	[CLASS_SLAB_UNRECLAIMABLE] = {"slab_unreclaimable", "slab, unreclaimable", NULL, false},
	[CLASS_SLAB_RECLAIMABLE] = {"slab_reclaimable", "slab, reclaimable",
				    "the kernel can take it back", false},
	[CLASS_VMALLOC] = {"vmalloc", "vmalloc", NULL, false},
	[CLASS_PERCPU] = {"percpu", "per-CPU", NULL, false},
	[CLASS_KERNEL_STACK] = {"kernel_stack", "kernel stacks", NULL, false},
	[CLASS_PAGE_TABLES] = {"page_tables", "page tables", NULL, false},
	[CLASS_SEC_PAGE_TABLES] = {"sec_page_tables", "secondary tables", NULL, false},
	[CLASS_ZSWAP] = {"zswap", "zswap pool", NULL, false},
	[CLASS_OTHER] = {"other", "other counters", NULL, false},
	[CLASS_UNACCOUNTED] = {"unaccounted", "unaccounted", "raw pages that no counter shows",
			       false},
	[CLASS_SWAP] = {"swap", "swap used", "on disk or in zswap, not RAM", true},
	[CLASS_IOREMAP] = {"ioremap", "ioremap", "address space of devices, not RAM", true},
	[CLASS_VMAP] = {"vmap", "vmap", "pages of others mapped again, not RAM", true},
};

const char *class__name(enum memory_class which)
{
	return words[which].name;
}

const char *class__title(enum memory_class which)
{
	return words[which].title;
}

static const char *remark_on_vmalloc(enum vmalloc_count count)
{
	static const char *const remarks[] = {
		[VMALLOC_BY_FIELD] = NULL,
		[VMALLOC_IS_ZERO] = "by its areas: VmallocUsed is 0",
		[VMALLOC_IS_SPACE] = "by its areas: VmallocUsed is no RAM",
	};

	return remarks[count];
}

const char *classes__remark(const struct classes *classes, enum memory_class which)
{
	if (which == CLASS_VMALLOC)
		return remark_on_vmalloc(classes->vmalloc);
	if (which == CLASS_UNACCOUNTED && classes->bytes[which] < 0)
		return "below 0: some memory counts twice";
	if (which == CLASS_UNACCOUNTED && classes->vmalloc == VMALLOC_IS_ZERO &&
	    !classes->known[CLASS_VMALLOC])
		return "raw pages, vmalloc among them";
	return words[which].remark;
}

bool class__is_apart(enum memory_class which)
{
	return words[which].apart;
}

/* Add the field to the class, if the kernel prints it. */
static void add(struct classes *classes, enum memory_class which, const struct meminfo *mem,
		enum meminfo_field field, int sign)
{
	if (!mem->present[field])
		return;
	classes->bytes[which] += sign * (int64_t)mem->bytes[field];
	classes->known[which] = true;
}

static void fill_users(struct classes *classes, const struct meminfo *mem,
		       const struct zoneinfo *zones, uint64_t page_size)
{
	add(classes, CLASS_FREE, mem, MEMINFO_MEM_FREE, 1);
	/* Many MB that come and go: raw pages that grow slowly were not seen without it. */
	if (zones)
		classes->bytes[CLASS_FREE] += (int64_t)(zones->cpu_pages * page_size);
	/* Swap cache that is mapped is in both: "unaccounted" is too small by that. */
	add(classes, CLASS_ANON, mem, MEMINFO_ANON_PAGES, 1);
	add(classes, CLASS_ANON, mem, MEMINFO_SWAP_CACHED, 1);
	/* Cached counts shared memory too (fs/proc/meminfo.c: NR_FILE_PAGES). */
	add(classes, CLASS_CACHE, mem, MEMINFO_BUFFERS, 1);
	add(classes, CLASS_CACHE, mem, MEMINFO_CACHED, 1);
	add(classes, CLASS_CACHE, mem, MEMINFO_SHMEM, -1);
	add(classes, CLASS_SHMEM, mem, MEMINFO_SHMEM, 1);
	add(classes, CLASS_HUGETLB, mem, MEMINFO_HUGETLB, 1);
	add(classes, CLASS_ZSWAP, mem, MEMINFO_ZSWAP, 1);
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* There is no kernel that has vmalloc()ed nothing. */
static enum vmalloc_count how_counted(uint64_t used, const struct vmallocinfo *areas,
				      uint64_t page_size)
{
	if (!used)
		return VMALLOC_IS_ZERO;
	if (areas &&
	    distance(used, areas->spanned_bytes) < distance(used, areas->alloc_pages * page_size))
		return VMALLOC_IS_SPACE;
	return VMALLOC_BY_FIELD;
}

static void fill_vmalloc(struct classes *classes, const struct meminfo *mem,
			 const struct vmallocinfo *areas, uint64_t page_size, bool vmap_stack)
{
	int64_t *bytes = &classes->bytes[CLASS_VMALLOC];

	if (!mem->present[MEMINFO_VMALLOC_USED])
		return;
	classes->vmalloc = how_counted(mem->bytes[MEMINFO_VMALLOC_USED], areas, page_size);
	if (classes->vmalloc == VMALLOC_BY_FIELD)
		*bytes = (int64_t)mem->bytes[MEMINFO_VMALLOC_USED];
	else if (areas)
		*bytes = (int64_t)(areas->alloc_pages * page_size);
	classes->known[CLASS_VMALLOC] = classes->vmalloc == VMALLOC_BY_FIELD || areas;
	if (vmap_stack && classes->known[CLASS_VMALLOC])
		*bytes -= classes->bytes[CLASS_KERNEL_STACK];
	if (*bytes < 0)
		*bytes = 0;
}

static void fill_kernel(struct classes *classes, const struct meminfo *mem)
{
	add(classes, CLASS_SLAB_UNRECLAIMABLE, mem, MEMINFO_S_UNRECLAIM, 1);
	add(classes, CLASS_SLAB_RECLAIMABLE, mem, MEMINFO_S_RECLAIMABLE, 1);
	add(classes, CLASS_KERNEL_STACK, mem, MEMINFO_KERNEL_STACK, 1);
	add(classes, CLASS_PERCPU, mem, MEMINFO_PERCPU, 1);
	add(classes, CLASS_PAGE_TABLES, mem, MEMINFO_PAGE_TABLES, 1);
	add(classes, CLASS_SEC_PAGE_TABLES, mem, MEMINFO_SEC_PAGE_TABLES, 1);
	add(classes, CLASS_OTHER, mem, MEMINFO_BOUNCE, 1);
	add(classes, CLASS_OTHER, mem, MEMINFO_HARDWARE_CORRUPTED, 1);
	add(classes, CLASS_OTHER, mem, MEMINFO_BALLOON, 1);
	add(classes, CLASS_OTHER, mem, MEMINFO_UNACCEPTED, 1);
	/* What drivers register as reclaimable, beside slab. */
	if (mem->present[MEMINFO_K_RECLAIMABLE] && mem->present[MEMINFO_S_RECLAIMABLE]) {
		add(classes, CLASS_OTHER, mem, MEMINFO_K_RECLAIMABLE, 1);
		add(classes, CLASS_OTHER, mem, MEMINFO_S_RECLAIMABLE, -1);
	}
}

static void fill_apart(struct classes *classes, const struct meminfo *mem,
		       const struct vmallocinfo *areas)
{
	if (mem->present[MEMINFO_SWAP_TOTAL] && mem->present[MEMINFO_SWAP_FREE]) {
		add(classes, CLASS_SWAP, mem, MEMINFO_SWAP_TOTAL, 1);
		add(classes, CLASS_SWAP, mem, MEMINFO_SWAP_FREE, -1);
	}
	if (!areas)
		return;
	classes->known[CLASS_IOREMAP] = classes->known[CLASS_VMAP] = true;
	classes->bytes[CLASS_IOREMAP] = (int64_t)areas->ioremap_bytes;
	classes->bytes[CLASS_VMAP] = (int64_t)areas->vmap_bytes;
}

void classes__of(struct classes *classes, const struct meminfo *mem, const struct zoneinfo *zones,
		 const struct vmallocinfo *areas, uint64_t page_size, bool vmap_stack)
{
	int64_t rest = (int64_t)mem->bytes[MEMINFO_MEM_TOTAL];

	*classes = (struct classes){};
	fill_users(classes, mem, zones, page_size);
	fill_kernel(classes, mem);
	fill_vmalloc(classes, mem, areas, page_size, vmap_stack);
	for (int i = 0; i < CLASS_UNACCOUNTED; i++)
		rest -= classes->bytes[i];
	classes->bytes[CLASS_UNACCOUNTED] = rest;
	classes->known[CLASS_UNACCOUNTED] = true;
	fill_apart(classes, mem, areas);
}

void classes__free_cache(uint64_t bytes[3], const struct meminfo *mem)
{
	uint64_t reclaimable = mem->bytes[MEMINFO_S_RECLAIMABLE];

	bytes[0] = mem->bytes[MEMINFO_BUFFERS] + mem->bytes[MEMINFO_CACHED];
	bytes[1] = bytes[0] + reclaimable + mem->bytes[MEMINFO_S_UNRECLAIM];
	bytes[2] = bytes[0] + reclaimable;
}
