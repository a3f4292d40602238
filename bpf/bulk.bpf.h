/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slab allocator's silent paths, which no tracepoint shows.  All of these
 * hooks are optional: a kernel may refuse fentry and fexit.  They may be
 * preempted half-way, so each is attached twice; the second copy finds what the
 * first one did already done.  Where they are refused, kprobes take their place: call.bpf.h.
 *
 * Arguments through bpf_get_func_arg() (5.17): the verifier reads no `void **`
 * and, up to 6.12, no `const void *` argument.
 */
#ifndef KLEAK_BULK_BPF_H
#define KLEAK_BULK_BPF_H

#include "call.bpf.h"
#include "slab.bpf.h"

#define BULK_MOST 65536

struct bulk {
	__u64 array;
	struct kleak_record record;
	__u64 gone; /* the last one that was in the table, as object_freed() says it */
	bool again;
	bool own; /* the loader frees */
};

static __always_inline __u64 bulk_object(const struct bulk *b, __u32 i)
{
	__u64 ptr = 0;

	bpf_probe_read_kernel(&ptr, sizeof(ptr), (const void *)(b->array + i * sizeof(__u64)));
	return ptr;
}

static long bulk_allocated(__u32 i, void *arg)
{
	struct bulk *b = arg;
	__u64 ptr = bulk_object(b, i);

	if (ptr >= LOWEST_OBJECT)
		object_allocated(ptr, KLEAK_SPACE_SLAB, &b->record, b->again);
	return 0;
}

static long bulk_freed(__u32 i, void *arg)
{
	struct bulk *b = arg;
	__u64 ptr = bulk_object(b, i), gone;

	if (ptr < LOWEST_OBJECT)
		return 0;
	gone = object_freed(ptr, KLEAK_SPACE_SLAB);
	if (gone)
		b->gone = gone;
	else if (!b->again && !is_filtered() && is_always_sampled(ptr))
		older_freed(ptr, 0, b->own);
	return 0;
}

static __always_inline __u64 bulk_bounded(__u64 n)
{
	if (n <= BULK_MOST)
		return n;
	count(KLEAK_LOSS_BULK_CUT, n - BULK_MOST);
	return BULK_MOST;
}

/* How many of `size` objects kmem_cache_alloc_bulk() has allocated, by what it returns. */
static __always_inline __u32 bulk_got(__u64 result, __u64 size)
{
	if (!config.bulk_all_or_none)
		return result;
	/* a bool is the lowest byte of what is returned */
	return (__u8)result ? size : 0;
}

/* Bytes of a function up to where it calls the trampoline, endbr64 included, at most. */
#define ENTRY_MOST 16

/*
 * Who called the function of `nr` arguments that fexit has seen return.  On x86-64 the trampoline
 * keeps on the stack, from ctx on, the arguments, the result and the frame pointer; above these
 * stand where it returns to in the function, and where that returns to
 * (arch/x86/net/bpf_jit_comp.c, arch_prepare_bpf_trampoline()).  0: they do not; the stack is to be
 * walked.
 */
static __always_inline __u64 fexit_caller(void *ctx, __u32 nr)
{
	struct {
		__u64 entry, caller;
	} above;

	if (bpf_probe_read_kernel(&above, sizeof(above), (const __u64 *)ctx + nr + 2) ||
	    above.entry - bpf_get_func_ip(ctx) > ENTRY_MOST)
		return 0;
	return above.caller;
}

/*
 * `got` objects were allocated from the cache `kmem` for `caller` (0: not known), whose address is
 * in the frame record `record` (0: nobody knows); their addresses are in `array`.
 */
static __always_inline int bulk_recorded(void *ctx, __u64 kmem, __u64 array, __u32 got,
					 __u64 caller, __u64 record, bool again)
{
	struct bulk b = {.again = again};
	struct kleak_cache *cache;
	__u32 cache_index;
	long site;

	if (!got)
		return 0;
	if (!is_followed(ctx)) {
		if (!again && !is_filtered() && !config.nr_wanted)
			unrecorded_allocated(kmem, 0, 0, 0, got);
		return 0;
	}
	cache_index = cache_find(~kmem, kmem, 0, 0, &cache);
	cache = cache_ready(cache);
	if (!cache) {
		count(KLEAK_LOSS_RACE, got);
		return 0;
	}
	if (!(cache->flags & KLEAK_CACHE_WANTED) || !is_size_wanted(cache->size))
		return 0;
	site = caller && record ? site_of_return(ctx, record, caller, cache_index, KLEAK_SPACE_SLAB)
				: site_of(ctx, caller, cache_index, KLEAK_SPACE_SLAB);
	if (site < 0)
		return 0;
	b.array = array;
	b.record.bytes = cache->size;
	b.record.slack = cache->size - cache->object_size;
	stamp(&b.record);
	b.record.site = site;
	if (cache_index != KLEAK_CACHE_UNKNOWN)
		b.record.flags = KLEAK_RECORD_OF_CACHE;
	bpf_loop(bulk_bounded(got), bulk_allocated, &b, 0);
	return 0;
}

/*
 * int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t flags, size_t size, void **p): how many;
 * from 7.2 on a bool.
 */
static __always_inline int alloc_bulk(void *ctx, bool again)
{
	__u64 result = 0, kmem = 0, size = 0, array = 0;

	if (bpf_get_func_ret(ctx, &result) || bpf_get_func_arg(ctx, 0, &kmem) ||
	    bpf_get_func_arg(ctx, 2, &size) || bpf_get_func_arg(ctx, 3, &array))
		return 0;
	return bulk_recorded(ctx, kmem, array, bulk_got(result, size), fexit_caller(ctx, 4), 0,
			     again);
}

/* `n` objects, or fewer, are being freed; their addresses are in `array`.  caller: see
 * freer_walk(). */
static __always_inline int bulk_given_back(void *ctx, __u64 n, __u64 array, __u64 caller,
					   bool again)
{
	struct bulk b = {.array = array, .again = again, .own = !is_filtered() && !is_theirs(ctx)};

	bpf_loop(bulk_bounded(n), bulk_freed, &b, 0);
	if (b.gone)
		note_free_by(ctx, 0, caller, b.gone); /* of many one: they come from one call */
	return 0;
}

/* void kmem_cache_free_bulk(struct kmem_cache *s, size_t size, void **p): permutes p[] */
static __always_inline int free_bulk(void *ctx, bool again)
{
	__u64 n = 0, array = 0;

	if (bpf_get_func_arg(ctx, 1, &n) || bpf_get_func_arg(ctx, 2, &array))
		return 0;
	return bulk_given_back(ctx, n, array, 0, again);
}

/* The loader sets the target: kmem_cache_alloc_bulk_noprof() from 6.10 on. */
SEC("fexit/kmem_cache_alloc_bulk")
int kmem_cache_alloc_bulk_1(void *ctx)
{
	return alloc_bulk(ctx, false);
}

SEC("fexit/kmem_cache_alloc_bulk")
int kmem_cache_alloc_bulk_2(void *ctx)
{
	return alloc_bulk(ctx, true);
}

SEC("fentry/kmem_cache_free_bulk")
int kmem_cache_free_bulk_1(void *ctx)
{
	return free_bulk(ctx, false);
}

SEC("fentry/kmem_cache_free_bulk")
int kmem_cache_free_bulk_2(void *ctx)
{
	return free_bulk(ctx, true);
}

/* The same by kprobes. */
SEC("kprobe")
int alloc_bulk_entry_1(void *ctx)
{
	const struct kleak_call call = {
		.not_cache = ~call_arg(ctx, 0),
		.size = call_arg(ctx, 2),
		.not_array = ~call_arg(ctx, 3),
		.returns_to = call_return(ctx),
	};

	return call_begins(ctx, KLEAK_SPACE_SLAB, &call);
}

SEC("kretprobe")
int alloc_bulk_return_1(void *ctx)
{
	struct kleak_call call;

	if (!call_ends(ctx, KLEAK_SPACE_SLAB, &call))
		return 0;
	return bulk_recorded(ctx, ~call.not_cache, ~call.not_array,
			     bulk_got(call_result(ctx), call.size), call_returned(ctx, &call),
			     call_record(ctx), false);
}

SEC("kprobe")
int free_bulk_entry_1(void *ctx)
{
	return bulk_given_back(ctx, call_arg(ctx, 1), call_arg(ctx, 2), call_caller(ctx), false);
}

/* Its site, or KLEAK_SITE_NONE. */
static __always_inline __u32 mark_pending(struct kleak_bucket *b, __u64 key)
{
	__u32 i = b ? bucket_find(b, key) : KLEAK_BUCKET_KEYS;

	const struct kleak_record pending = {.flags = KLEAK_RECORD_RCU_PENDING};

	if (i >= KLEAK_BUCKET_KEYS)
		return KLEAK_SITE_NONE;
	__sync_fetch_and_or(&b->record[i].stamp, pending.stamp);
	return b->record[i].site;
}

/* The same where it is spilled. */
__noinline int mark_spilled_pending(__u64 ptr, bool strayed)
{
	__u64 key = key_of(ptr, KLEAK_SPACE_SLAB);
	__u32 site = KLEAK_SITE_NONE, places = strayed ? KLEAK_FURTHER_PLACES : 0;

	for (__u32 place = 0; place <= places && site == KLEAK_SITE_NONE; place++)
		site = mark_pending(bucket_other(ptr, place), key);
	return site;
}

/* The same wherever it stands. */
static __always_inline __u32 mark_object_pending(__u64 ptr)
{
	struct kleak_bucket *first = bucket_first(ptr);
	__u32 site = mark_pending(first, key_of(ptr, KLEAK_SPACE_SLAB));

	if (site == KLEAK_SITE_NONE && first && first->spilled)
		site = mark_spilled_pending(ptr, first->strayed);
	return site;
}

/*
 * void kvfree_call_rcu(struct rcu_head *head, rcu_callback_t func), where func
 * is the offset of head in the object, up to 6.5; then (head, void *ptr).
 * Nobody holds the object any more: it only waits for its grace period.
 */
static __always_inline int freed_by_rcu(void *ctx, __u64 head, __u64 second, __u64 caller)
{
	__u64 ptr = config.kvfree_rcu_offset && head ? head - second : second;
	__u32 site;

	if (ptr < LOWEST_OBJECT)
		return 0;
	site = mark_object_pending(ptr);
	if (site != KLEAK_SITE_NONE)
		note_free_by(ctx, 0, caller, site << TAKEN_SITE);
	return 0;
}

static __always_inline int fentry_freed_by_rcu(void *ctx)
{
	__u64 head = 0, second = 0;

	if (bpf_get_func_arg(ctx, 0, &head) || bpf_get_func_arg(ctx, 1, &second))
		return 0;
	return freed_by_rcu(ctx, head, second, 0);
}

static __always_inline int kprobe_freed_by_rcu(void *ctx)
{
	return freed_by_rcu(ctx, call_arg(ctx, 0), call_arg(ctx, 1), call_caller(ctx));
}

SEC("fentry/kvfree_call_rcu")
int kvfree_call_rcu_1(void *ctx)
{
	return fentry_freed_by_rcu(ctx);
}

SEC("kprobe")
int kvfree_call_rcu_entry_1(void *ctx)
{
	return kprobe_freed_by_rcu(ctx);
}

/* The same from any context, later than 7.2: passes on to the other one what does not fit a sheaf.
 */
SEC("fentry/kfree_call_rcu_nolock")
int kfree_call_rcu_nolock_1(void *ctx)
{
	return fentry_freed_by_rcu(ctx);
}

SEC("kprobe")
int kfree_call_rcu_nolock_entry_1(void *ctx)
{
	return kprobe_freed_by_rcu(ctx);
}

#endif
