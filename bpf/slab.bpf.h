/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slab allocator's events.
 *
 * A kernel does not run a program that is already running on the CPU: an interrupt in the middle
 * of it loses its events to that program.  An allocation that is lost in this way is counted as a
 * loss, and that is all: what is listed stays true.  A free that is lost leaves an object that is
 * none, until its address is allocated again or the loader looks into the allocator's books, which
 * it does before it lists anything: then one program does.  (Under load 200 of 4 million frees are
 * lost on 6.18, where 20,000 others fire no event; a second program on each free would cost a
 * fifth of all that tracing costs.)
 *
 * Where the loader cannot read those books the programs of frees are attached twice ("copies"):
 * the one that was interrupted is one copy, the other still runs.  The first copy leaves the
 * address in `recents`, and the last one leaves at once.  That is a hint and no more: a nested
 * event may overwrite it, and then the last copy looks the address up and finds the work done.  The
 * first copy never trusts it, the last one clears it, so that it cannot outlive the event.
 *
 * Where only some processes are followed one copy always does: an interrupt's allocations are not
 * theirs, and a free that is missed is noticed when the address is allocated again, by whomever.
 *
 * From 7.0 on (a46023d5616e, "tracing: Guard __DECLARE_TRACE() use of __DO_TRACE_CALL() with
 * SRCU-fast") these programs may be preempted, too, and until that task runs again its CPU runs
 * them for nobody: thousands of allocations may be missed in a row.  There allocations have two
 * copies.  (bpf_preempt_disable() is of no use: the task goes as soon as that ends, and the program
 * is still running then.)
 */
#ifndef KLEAK_SLAB_BPF_H
#define KLEAK_SLAB_BPF_H

#include "cache.bpf.h"
#include "filter.bpf.h"
#include "freer.bpf.h"
#include "objects.bpf.h"
#include "older.bpf.h"

/* NULL and ZERO_SIZE_PTR are no objects. */
#define LOWEST_OBJECT 17

enum copy {
	COPY_FIRST,
	COPY_LAST,
};

static __always_inline __u64 *recent_of(enum kleak_event event)
{
	__u32 zero = 0;
	struct recent *r = bpf_map_lookup_elem(&recents, &zero);

	return r ? &r->not_ptr[event] : NULL;
}

/*
 * kmalloc() beyond the caches fires twice from 6.12 on: first from inside the allocator, then with
 * its caller as call_site.  Leave the first one out.  kvmalloc() is such a caller up to 6.14, and
 * inside later on: so it is the first one only if it comes from inside and none came before it.
 */
static __always_inline bool is_first_of_two(__u64 call_site, __u64 ptr)
{
	__u32 zero = 0;
	struct recent *r = bpf_map_lookup_elem(&recents, &zero);
	bool first;

	if (!r)
		return false;
	first = in_ranges(config.kmalloc, KLEAK_KMALLOC_RANGES, call_site) && r->not_first != ~ptr;
	r->not_first = first ? ~ptr : 0;
	return first;
}

/*
 * 1 where the bytes of an object are the size of its cache.  Without branches: the verifier would
 * look at all that follows twice.
 */
static __always_inline __u32 has_size_of_cache(__u32 index, __u32 flags)
{
	__u32 none = (index - (KLEAK_CACHE_UNKNOWN + 1)) >> 31;

	return ((flags / KLEAK_CACHE_LARGE | none) & 1) ^ 1;
}

/*
 * KLEAK_RECORD_ACCOUNT, if the event says so: asked for where a cgroup is followed, whose books are
 * told beside it.  Without branches, as above: the verifier takes that of a constant away.
 */
static __always_inline __u32 account_flag(struct bpf_raw_tracepoint_args *ctx, __u32 gfp)
{
	if (config.follow != KLEAK_FOLLOW_CGROUP || gfp == KLEAK_ARG_NONE)
		return 0;
	return ((event_arg(ctx, gfp) & config.gfp_account) != 0) * KLEAK_RECORD_ACCOUNT;
}

static __always_inline bool is_of_kmalloc(enum kleak_event event)
{
	return event == KLEAK_EVENT_KMALLOC || event == KLEAK_EVENT_KMALLOC_NODE;
}

/* One area: its vm_struct was just allocated; what it is, is read later. */
static __always_inline void area_allocated(struct bpf_raw_tracepoint_args *ctx, __u64 vm,
					   __u64 call_site, bool again)
{
	struct kleak_record r = {.bytes = area_unsized(vm)};
	long site = site_of(ctx, call_site, KLEAK_CACHE_NONE, KLEAK_SPACE_VMALLOC);

	if (site < 0)
		return;
	r.site = site;
	stamp(&r);
	object_allocated(vm, KLEAK_SPACE_VMALLOC, &r, again);
}

/*
 * The cache that is allocated from; 0: one of kmalloc()'s, or it is not known.  Up to 5.19 the
 * events of kmem_cache_alloc() do not say it; the object's slab does.
 */
static __always_inline __u64 cache_of(struct bpf_raw_tracepoint_args *ctx, enum kleak_event event,
				      __u64 ptr)
{
	const volatile struct kleak_event_args *args = &config.args[event];

	if (args->cache != KLEAK_ARG_NONE)
		return event_arg(ctx, args->cache);
	return is_of_kmalloc(event) ? 0 : kmem_of(ptr);
}

/* Where no cache is known: the kind of the class.  Of kmem_cache_alloc() that says nothing. */
static __always_inline __u32 kind_of_class(enum kleak_event event, __u64 size, __u64 gfp)
{
	return is_of_kmalloc(event) ? kmalloc_flags(size, gfp) : 0;
}

/*
 * A slab object was allocated, of the cache kmem or, without, of the class (size, cache_flags).
 * What a filter leaves out is not recorded; whatever else goes wrong is counted.
 */
static __always_inline void slab_allocated(struct bpf_raw_tracepoint_args *ctx, __u64 ptr,
					   __u64 call_site, __u64 kmem, __u64 class_size,
					   __u64 size, __u64 requested, __u32 cache_flags,
					   __u32 record_flags, bool again)
{
	struct kleak_record r = {.bytes = size, .flags = record_flags};
	struct kleak_cache *cache;
	__u64 id = ~kmem;
	__u32 cache_index;
	long site;

	if (!kmem)
		id = class_of(cache_flags & KLEAK_CACHE_LARGE ? 0 : class_size, cache_flags);
	cache_index = cache_find(id, kmem, size, cache_flags, &cache);
	cache = cache_ready(cache);
	if (config.nr_wanted && !cache) {
		count(KLEAK_LOSS_RACE, 1);
		return;
	}
	if (cache && !(cache->flags & KLEAK_CACHE_WANTED))
		return;

	if (!kmem) {
		r.slack = size - requested;
	} else if (cache) {
		r.bytes = cache->size;
		r.slack = cache->size - cache->object_size;
	} else {
		const struct kmem_cache *s = (const struct kmem_cache *)kmem;

		r.bytes = BPF_CORE_READ(s, size);
		r.slack = r.bytes - BPF_CORE_READ(s, object_size);
	}
	if (!is_size_wanted(r.bytes))
		return;

	object_fetch(ptr);
	r.flags |= has_size_of_cache(cache_index, cache_flags) * KLEAK_RECORD_OF_CACHE;
	site = site_of_slab(ctx, call_site, cache_index);
	if (site < 0)
		return;
	r.site = site;
	stamp(&r);
	if (object_allocated(ptr, KLEAK_SPACE_SLAB, &r, again) == ALLOCATION_RECORDED && cache &&
	    cache->flags & KLEAK_CACHE_OF_CACHES)
		cache_retire(ptr);
}

/* Is every slab object recorded, those that are vm_structs, and what follows where they were? */
static __always_inline bool records_all_slab(void)
{
	return config.slab && !config.nr_wanted && !config.min_size && config.max_size == ~0ULL;
}

/* As kmalloc_size(), of an event that has this for what was allocated. */
static __always_inline __u64 class_size_of(const struct bpf_raw_tracepoint_args *ctx,
					   const volatile struct kleak_event_args *args, __u64 size)
{
	return config.classes[0] && args->requested != KLEAK_ARG_NONE
		       ? kmalloc_size(event_arg(ctx, args->requested), size)
		       : size;
}

/* An allocation that is not recorded: others are followed, or nobody now, or it is the loader's. */
static __always_inline void not_followed(struct bpf_raw_tracepoint_args *ctx,
					 enum kleak_event event, __u64 ptr)
{
	const volatile struct kleak_event_args *args = &config.args[event];
	__u64 size = 0, class_size;

	if (is_filtered()) {
		if (is_present(ptr))
			object_gone(ptr, KLEAK_SPACE_SLAB, true);
		return;
	}
	if (!config.slab || config.nr_wanted || !is_always_sampled(ptr))
		return;
	if (args->allocated != KLEAK_ARG_NONE)
		size = event_arg(ctx, args->allocated);
	class_size = class_size_of(ctx, args, size);
	if (class_size <= 2ULL << config.page_shift ||
	    !is_first_of_two(event_arg(ctx, args->call_site), ptr))
		unrecorded_allocated(cache_of(ctx, event, ptr), class_size, size,
				     kind_of_class(event, class_size, event_arg(ctx, args->gfp)),
				     followed_stands_for());
}

/* again: the first copy may have recorded it. */
static __always_inline int slab_alloc(struct bpf_raw_tracepoint_args *ctx, enum kleak_event event,
				      bool again)
{
	const volatile struct kleak_event_args *args = &config.args[event];
	__u64 ptr = event_arg(ctx, args->ptr), call_site, kmem, size = 0, requested = 0;
	__u64 class_size;
	__u32 cache_flags = 0, record_flags = 0;

	if (ptr < LOWEST_OBJECT || (!is_filtered() && !is_sampled(ptr)))
		return 0;
	if (!is_followed(ctx)) {
		not_followed(ctx, event, ptr);
		return 0;
	}
	if (is_filtered() && !is_sampled(ptr))
		return 0;
	call_site = event_arg(ctx, args->call_site);
	kmem = cache_of(ctx, event, ptr);
	if (args->allocated != KLEAK_ARG_NONE)
		size = event_arg(ctx, args->allocated);
	if (args->requested != KLEAK_ARG_NONE)
		requested = event_arg(ctx, args->requested);
	class_size = class_size_of(ctx, args, size);
	if (!kmem)
		cache_flags = kind_of_class(event, class_size, event_arg(ctx, args->gfp));

	if (class_size > 2ULL << config.page_shift && is_first_of_two(call_site, ptr))
		return 0;
	if (config.vmalloc && in_range(&config.area_alloc, call_site)) {
		record_flags = KLEAK_RECORD_VM_STRUCT;
		area_allocated(ctx, ptr, call_site, again);
	} else if (config.vmalloc && !records_all_slab()) {
		object_gone(ptr, KLEAK_SPACE_VMALLOC, true);
	}
	record_flags |= account_flag(ctx, args->gfp);
	if (config.slab)
		slab_allocated(ctx, ptr, call_site, kmem, class_size, size, requested, cache_flags,
			       record_flags, again);
	return 0;
}

static __always_inline int alloc_copy(struct bpf_raw_tracepoint_args *ctx, enum kleak_event event,
				      enum copy copy)
{
	__u64 *recent, ptr = event_arg(ctx, config.args[event].ptr);
	bool done;

	if (config.preemptible) {
		recent = recent_of(event);
		if (!recent)
			return 0;
		done = copy == COPY_LAST && *recent == ~ptr;
		*recent = copy == COPY_LAST ? 0 : ~ptr;
		if (done)
			return 0;
	}
	return slab_alloc(ctx, event, copy == COPY_LAST);
}

/* Where the allocator was called to free; 0 where the event does not say. */
static __always_inline __u64 freed_at(const struct bpf_raw_tracepoint_args *ctx,
				      enum kleak_event event)
{
	const volatile struct kleak_event_args *args = &config.args[event];

	return args->call_site == KLEAK_ARG_NONE ? 0 : event_arg(ctx, args->call_site);
}

/* A free of what is not in the table. */
static __always_inline void count_unknown(const struct bpf_raw_tracepoint_args *ctx,
					  enum kleak_event event, __u64 address, __u32 space)
{
	const volatile struct kleak_event_args *args = &config.args[event];

	bool own;

	if (is_filtered() || !is_always_sampled(address))
		return;
	own = !is_theirs((void *)ctx);
	if (space == KLEAK_SPACE_SLAB)
		older_freed(address,
			    args->cache == KLEAK_ARG_NONE ? 0 : event_arg(ctx, args->cache), own);
	else if (!own)
		count(KLEAK_COUNT_UNKNOWN_FREES, followed_stands_for());
	if (space == KLEAK_SPACE_PERCPU && args->ptr == 2) /* base_addr, off, ptr */
		older_percpu(event_arg(ctx, 0), event_arg(ctx, 1));
}

/* shift: what makes an address that is 8-aligned of the event's pointer */
static __always_inline void event_freed(struct bpf_raw_tracepoint_args *ctx, enum kleak_event event,
					enum copy copy, __u64 ptr, __u32 space, __u32 shift)
{
	__u64 gone;

	if (ptr < LOWEST_OBJECT || (!is_filtered() && !is_sampled(ptr << shift)))
		return;
	gone = object_freed(ptr << shift, space);
	if (gone)
		note_free(ctx, freed_at(ctx, event), gone);
	else if (copy == COPY_FIRST) /* it can tell "never there" from "already taken" */
		count_unknown(ctx, event, ptr << shift, space);
}

static __always_inline int free_copy(struct bpf_raw_tracepoint_args *ctx, enum kleak_event event,
				     enum copy copy, __u32 space, __u32 shift)
{
	__u64 *recent, ptr = event_arg(ctx, config.args[event].ptr);

	if (config.one_copy && space == KLEAK_SPACE_SLAB) {
		event_freed(ctx, event, COPY_FIRST, ptr, space, shift);
		return 0;
	}
	recent = recent_of(event);
	if (!recent)
		return 0;
	if (copy == COPY_FIRST || *recent != ~ptr)
		event_freed(ctx, event, copy, ptr, space, shift);
	*recent = copy == COPY_LAST ? 0 : ~ptr;
	return 0;
}

#define ALLOC_COPY(tracepoint, event, n, copy)                                                     \
	SEC("raw_tp/" #tracepoint)                                                                 \
	int tracepoint##_##n(struct bpf_raw_tracepoint_args *ctx)                                  \
	{                                                                                          \
		return alloc_copy(ctx, event, copy);                                               \
	}

#define FREE_COPY(tracepoint, event, n, copy)                                                      \
	SEC("raw_tp/" #tracepoint)                                                                 \
	int tracepoint##_##n(struct bpf_raw_tracepoint_args *ctx)                                  \
	{                                                                                          \
		return free_copy(ctx, event, copy, KLEAK_SPACE_SLAB, 0);                           \
	}

ALLOC_COPY(kmalloc, KLEAK_EVENT_KMALLOC, 1, COPY_FIRST)
ALLOC_COPY(kmalloc, KLEAK_EVENT_KMALLOC, 2, COPY_LAST)
ALLOC_COPY(kmalloc_node, KLEAK_EVENT_KMALLOC_NODE, 1, COPY_FIRST)
ALLOC_COPY(kmem_cache_alloc, KLEAK_EVENT_KMEM_CACHE_ALLOC, 1, COPY_FIRST)
ALLOC_COPY(kmem_cache_alloc, KLEAK_EVENT_KMEM_CACHE_ALLOC, 2, COPY_LAST)
ALLOC_COPY(kmem_cache_alloc_node, KLEAK_EVENT_KMEM_CACHE_ALLOC_NODE, 1, COPY_FIRST)

FREE_COPY(kfree, KLEAK_EVENT_KFREE, 1, COPY_FIRST)
FREE_COPY(kfree, KLEAK_EVENT_KFREE, 2, COPY_LAST)
FREE_COPY(kmem_cache_free, KLEAK_EVENT_KMEM_CACHE_FREE, 1, COPY_FIRST)
FREE_COPY(kmem_cache_free, KLEAK_EVENT_KMEM_CACHE_FREE, 2, COPY_LAST)

#endif
