/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page allocator's events (mm/page_alloc.c).  Pages that may be moved are
 * those of processes and of the page cache: they are no leaks of the kernel, and
 * most of the volume; they are left out first.
 *
 * A block that is no compound page may be split and freed in parts: each of its
 * pages is an object.  A compound page is one.  The key is the address of the
 * struct page.
 */
#ifndef KLEAK_PAGES_BPF_H
#define KLEAK_PAGES_BPF_H

#include "bulk.bpf.h"
#include "slab.bpf.h"

#define MAX_ORDER_PAGES 1024

struct block {
	__u64 page;
	struct kleak_record record;
	bool again;
};

static long block_page_allocated(__u32 i, void *arg)
{
	struct block *block = arg;

	object_allocated(block->page + (__u64)i * config.page_struct, KLEAK_SPACE_PAGES,
			 &block->record, block->again);
	return 0;
}

static long block_page_freed(__u32 i, void *arg)
{
	struct block *block = arg;

	object_freed(block->page + (__u64)i * config.page_struct, KLEAK_SPACE_PAGES);
	return 0;
}

/* Once the loader has seen the stack, it knows whose pages these are. */
static __always_inline bool is_muted(__u32 index)
{
	struct kleak_site *site = site_at(index);

	return site && site->muted;
}

/* TP_PROTO(struct page *page, unsigned int order, gfp_t gfp_flags, int migratetype) */
static __always_inline void page_allocated(struct bpf_raw_tracepoint_args *ctx, __u64 page,
					   bool again)
{
	struct block block = {.page = page, .again = again};
	__u32 order = ctx->args[1], gfp = ctx->args[2];
	__u64 bytes = 1ULL << config.page_shift;
	bool whole = !order || gfp & config.gfp_comp;
	long site;

	if (gfp & config.gfp_movable || order > 20 || !is_followed(ctx) ||
	    !is_size_wanted(bytes << order))
		return;
	site = site_by_walk(ctx, 0, KLEAK_CACHE_NONE, KLEAK_SPACE_PAGES);
	if (site < 0 || is_muted(site))
		return;
	block.record.site = site;
	stamp(&block.record);
	block.record.bytes = whole ? bytes << order : bytes;
	block.record.flags = whole ? 0 : order << KLEAK_RECORD_ORDER_SHIFT;
	if (whole)
		object_allocated(page, KLEAK_SPACE_PAGES, &block.record, again);
	else
		bpf_loop(order <= 10 ? 1U << order : MAX_ORDER_PAGES, block_page_allocated, &block,
			 0);
}

/*
 * TP_PROTO(struct page *page, unsigned int order): most of these pages were never
 * recorded, which is no loss.  Only where the first page is one of a block that is
 * freed in one piece are the others looked for; with sampling the first need not be recorded.
 */
static __always_inline void page_freed(struct bpf_raw_tracepoint_args *ctx, __u64 page)
{
	struct block block = {.page = page};
	__u32 order = ctx->args[1];

	__u64 recorded = object_freed(page, KLEAK_SPACE_PAGES);

	if (recorded)
		note_free(ctx, 0, recorded);
	if (order && (recorded || most_bits()))
		bpf_loop(order <= 10 ? 1U << order : MAX_ORDER_PAGES, block_page_freed, &block, 0);
}

static __always_inline int page_copy(struct bpf_raw_tracepoint_args *ctx, enum kleak_event event,
				     enum copy copy)
{
	__u64 *recent = recent_of(event), page = ctx->args[0];

	if (!recent)
		return 0;
	if (page && (copy == COPY_FIRST || *recent != ~page)) {
		if (event == KLEAK_EVENT_PAGE_ALLOC)
			page_allocated(ctx, page, copy != COPY_FIRST);
		else
			page_freed(ctx, page);
	}
	*recent = copy == COPY_LAST ? 0 : ~page;
	return 0;
}

static long bulk_page_allocated(__u32 i, void *arg)
{
	struct bulk *b = arg;
	__u64 page = bulk_object(b, i);

	if (page)
		object_allocated(page, KLEAK_SPACE_PAGES, &b->record, true);
	return 0;
}

/*
 * Pages were allocated; their struct pages are in `array`, `got` of them.  What was taken from the
 * CPU's list fired no event.  The array may have had pages before; those are in the table already,
 * or not wanted there.
 */
static __always_inline int pages_recorded(void *ctx, __u64 gfp, __u64 array, __u64 got)
{
	struct bulk b = {.array = array};
	long site;

	if (!got || !array || !is_followed(ctx) || gfp & config.gfp_movable)
		return 0;
	b.record.bytes = 1ULL << config.page_shift;
	if (!is_size_wanted(b.record.bytes))
		return 0;
	site = site_by_walk(ctx, 0, KLEAK_CACHE_NONE, KLEAK_SPACE_PAGES);
	if (site < 0 || is_muted(site))
		return 0;
	stamp(&b.record);
	b.record.site = site;
	bpf_loop(bulk_bounded(got), bulk_page_allocated, &b, 0);
	return 0;
}

/* unsigned long alloc_pages_bulk(gfp, nid, nodemask, nr_pages, [page_list,] page_array) */
static __always_inline int pages_bulk(void *ctx)
{
	__u64 gfp = 0, array = 0, got = 0;

	if (bpf_get_func_ret(ctx, &got) || bpf_get_func_arg(ctx, 0, &gfp) ||
	    bpf_get_func_arg(ctx, config.pages_bulk_array, &array))
		return 0;
	return pages_recorded(ctx, gfp, array, got);
}

/* The loader sets the target: the name changed twice. */
SEC("fexit/alloc_pages_bulk_noprof")
int alloc_pages_bulk_1(void *ctx)
{
	return pages_bulk(ctx);
}

SEC("fexit/alloc_pages_bulk_noprof")
int alloc_pages_bulk_2(void *ctx)
{
	return pages_bulk(ctx);
}

/* The same by kprobes. */
SEC("kprobe")
int alloc_pages_bulk_entry_1(void *ctx)
{
	const struct kleak_call call = {
		.not_cache = ~call_arg(ctx, 0),
		.not_array = ~call_arg(ctx, config.pages_bulk_array),
	};

	return call_begins(ctx, KLEAK_SPACE_PAGES, &call);
}

SEC("kretprobe")
int alloc_pages_bulk_return_1(void *ctx)
{
	struct kleak_call call;

	if (!call_ends(ctx, KLEAK_SPACE_PAGES, &call))
		return 0;
	return pages_recorded(ctx, ~call.not_cache, ~call.not_array, call_result(ctx));
}

#define PAGE_COPY(n, copy)                                                                         \
	SEC("raw_tp/mm_page_alloc")                                                                \
	int mm_page_alloc_##n(struct bpf_raw_tracepoint_args *ctx)                                 \
	{                                                                                          \
		return page_copy(ctx, KLEAK_EVENT_PAGE_ALLOC, copy);                               \
	}                                                                                          \
	SEC("raw_tp/mm_page_free")                                                                 \
	int mm_page_free_##n(struct bpf_raw_tracepoint_args *ctx)                                  \
	{                                                                                          \
		return page_copy(ctx, KLEAK_EVENT_PAGE_FREE, copy);                                \
	}

PAGE_COPY(1, COPY_FIRST)
PAGE_COPY(2, COPY_LAST)

#endif
