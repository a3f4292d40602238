/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The per-CPU allocator's events (mm/percpu.c).  A per-CPU pointer is no
 * address: it has a key space of its own.
 */
#ifndef KLEAK_PERCPU_BPF_H
#define KLEAK_PERCPU_BPF_H

#include "slab.bpf.h"

#define PERCPU_SHIFT 1 /* PCPU_MIN_ALLOC_SIZE is 4, keys leave three bits */

/* An allocation that is not recorded: see older.bpf.h. */
static __always_inline void percpu_unrecorded(__u64 ptr, __u64 bytes)
{
	if (!is_filtered() && is_always_sampled(ptr << PERCPU_SHIFT))
		count(KLEAK_COUNT_OLDER_PERCPU, -bytes * followed_stands_for());
}

static __always_inline void percpu_allocated(struct bpf_raw_tracepoint_args *ctx, __u64 ptr,
					     bool again)
{
	const volatile struct kleak_event_args *args = &config.args[KLEAK_EVENT_PERCPU_ALLOC];
	struct kleak_record r = {};
	__u64 call_site = 0;
	long site;

	/*
	 * As meminfo's Percpu: every possible CPU has its copy.  (What is requested was rounded up
	 * to PCPU_MIN_ALLOC_SIZE before the event; bytes_alloc has more, for cgroups, which is
	 * slab.)
	 */
	r.bytes = event_arg(ctx, args->requested) * config.cpus;
	if (!is_followed(ctx)) {
		percpu_unrecorded(ptr, r.bytes);
		return;
	}
	if (!is_size_wanted(r.bytes))
		return;
	if (args->call_site != KLEAK_ARG_NONE)
		call_site = event_arg(ctx, args->call_site);
	site = again ? site_by_walk(ctx, call_site, KLEAK_CACHE_NONE, KLEAK_SPACE_PERCPU)
		     : site_of(ctx, call_site, KLEAK_CACHE_NONE, KLEAK_SPACE_PERCPU);
	if (site < 0)
		return;
	r.site = site;
	r.flags = account_flag(ctx, args->gfp);
	stamp(&r);
	object_allocated(ptr << PERCPU_SHIFT, KLEAK_SPACE_PERCPU, &r, again);
}

static __always_inline int percpu_alloc_copy(struct bpf_raw_tracepoint_args *ctx, enum copy copy)
{
	__u64 *recent = recent_of(KLEAK_EVENT_PERCPU_ALLOC), ptr;

	if (!recent)
		return 0;
	ptr = event_arg(ctx, config.args[KLEAK_EVENT_PERCPU_ALLOC].ptr);
	if (ptr && (copy == COPY_FIRST || *recent != ~ptr))
		percpu_allocated(ctx, ptr, copy != COPY_FIRST);
	*recent = copy == COPY_LAST ? 0 : ~ptr;
	return 0;
}

#define PERCPU_COPY(n, copy)                                                                       \
	SEC("raw_tp/percpu_alloc_percpu")                                                          \
	int percpu_alloc_percpu_##n(struct bpf_raw_tracepoint_args *ctx)                           \
	{                                                                                          \
		return percpu_alloc_copy(ctx, copy);                                               \
	}                                                                                          \
	SEC("raw_tp/percpu_free_percpu")                                                           \
	int percpu_free_percpu_##n(struct bpf_raw_tracepoint_args *ctx)                            \
	{                                                                                          \
		return free_copy(ctx, KLEAK_EVENT_PERCPU_FREE, copy, KLEAK_SPACE_PERCPU,           \
				 PERCPU_SHIFT);                                                    \
	}

PERCPU_COPY(1, COPY_FIRST)
PERCPU_COPY(2, COPY_LAST)

#endif
