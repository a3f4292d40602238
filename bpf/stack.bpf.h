/* SPDX-License-Identifier: GPL-2.0-only */
/* From a context to a site: walk the stack, find or make its entry. */
#ifndef KLEAK_STACK_BPF_H
#define KLEAK_STACK_BPF_H

#include "maps.bpf.h"
#include "who.bpf.h"

#define HASH_1 0x9e3779b97f4a7c15ULL
#define HASH_2 0xbf58476d1ce4e5b9ULL

static __always_inline bool in_range(const volatile struct kleak_range *range, __u64 address)
{
	return address - range->start < range->end - range->start;
}

/* In one of `nr` ranges, or fewer: the first empty one ends them. */
static __always_inline bool in_ranges(const volatile struct kleak_range *ranges, int nr,
				      __u64 address)
{
	for (int i = 0; i < nr && ranges[i].end; i++)
		if (in_range(&ranges[i], address))
			return true;
	return false;
}

static __always_inline struct scratch *scratch_claim(void)
{
	for (__u32 i = 0; i < SCRATCH_SLOTS; i++) {
		__u32 slot = i; /* the loop variable must stay in a register */
		struct scratch *s = bpf_map_lookup_elem(&scratches, &slot);

		if (s && __sync_val_compare_and_swap(&s->busy, 0, 1) == 0)
			return s;
	}
	return NULL;
}

static __always_inline void scratch_release(struct scratch *s)
{
	s->busy = 0;
}

static __always_inline __u64 mix(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * HASH_1;
	return hash ^ (hash >> 29);
}

/*
 * Functions without `static` are verified once and for themselves, not again
 * for every state at every call: without that, the loops below are too much for
 * the verifier.
 */

/*
 * Find where the allocation starts on the stack (`walked` words in s->frames):
 * what lies before call_site is tracing and the allocator itself.  Set
 * s->first, s->nr and s->whole.
 */
__noinline int stack_trim(struct scratch *s, __u64 call_site, __u32 walked)
{
	__u32 first = 0, nr = walked;

	if (!s)
		return 0;
	s->whole = 1;
	for (__u32 i = 0; i < KLEAK_PLUMBING_DEPTH; i++) {
		if (i < walked && call_site && s->frames[i] == call_site) {
			first = i;
			nr = walked - i;
			s->whole = 0;
			break;
		}
	}
	s->first = first;
	s->nr = nr < config.frames ? nr : config.frames;
	return 0;
}

/* Frame i of the site.  asm: the compiler must not argue the mask away, the verifier wants it. */
static __always_inline __u64 frame(const struct scratch *s, __u64 i)
{
	__u64 at = s->first + i;

	asm volatile("" : "+r"(at));
	return s->frames[at & (KLEAK_MAX_FRAMES - 1)];
}

/*
 * Does this frame lead to whatever was interrupted?  What lies beyond is chance, and
 * would make a site of every place that an interrupt can hit.
 */
static __always_inline bool is_interrupt(__u64 address)
{
	return in_ranges(config.interrupts, KLEAK_INTERRUPT_RANGES, address);
}

/* Hash of a site: its frames, its cache, its key space.  Cuts the frames at an interrupt. */
__noinline __u64 site_hash(struct scratch *s)
{
	__u64 hash;

	if (!s)
		return 1;
	hash = mix(HASH_2, ((__u64)s->cache << 32) | s->space);
	for (__u32 i = 0; i < KLEAK_MAX_FRAMES && i < s->nr; i++) {
		__u64 address = frame(s, i);

		hash = mix(hash, address);
		if (is_interrupt(address))
			s->nr = i + 1;
	}
	return hash ? hash : 1;
}

/*
 * The entry of the site in `s`, whose hash is `hash`; written if it is new.
 * Lock-free: the hash claims an entry; its fields are written by whoever
 * claimed it, and read by the loader only.
 */
__noinline __u32 site_find(struct scratch *s, __u64 hash)
{
	__u32 base = KLEAK_SITE_NONE + 1 + (((hash >> 32) * config.sites) >> 32);
	struct kleak_site *site = NULL;
	__u32 index = KLEAK_SITE_NONE;

	if (!s)
		return KLEAK_SITE_NONE;
	for (__u32 i = 0; i < KLEAK_SITE_PROBES; i++) {
		__u64 held;

		index = base + i;
		site = bpf_map_lookup_elem(&sites, &index);
		if (!site)
			return KLEAK_SITE_NONE;
		held = site->hash;
		if (!held)
			held = __sync_val_compare_and_swap(&site->hash, 0, hash);
		if (held == hash)
			return index;
		if (!held)
			goto claimed;
	}
	count(KLEAK_LOSS_SITES_FULL, 1);
	return KLEAK_SITE_NONE;

claimed:
	site->cache = s->cache;
	site->space = s->space;
	site->whole = s->whole;
	for (__u32 i = 0; i < KLEAK_MAX_FRAMES && i < s->nr; i++)
		site->frames[i] = frame(s, i);
	__sync_lock_test_and_set(&site->nr_frames, s->nr); /* last: the loader waits for it */
	return index;
}

/*
 * The site of the allocation going on in `ctx`, of `cache`: its index, or a
 * negative number if the CPU has no stack buffer left.
 */
static __noinline long site_of(struct bpf_raw_tracepoint_args *ctx, __u64 call_site, __u32 cache,
			       __u32 space)
{
	__u32 size = (config.frames + KLEAK_PLUMBING_DEPTH) * sizeof(__u64);
	struct scratch *s = scratch_claim();
	__u32 index;
	long bytes;

	if (!s) {
		count(KLEAK_LOSS_NO_SCRATCH, 1);
		return -1;
	}
	if (size > sizeof(s->frames))
		size = sizeof(s->frames);
	bytes = bpf_get_stack(ctx, s->frames, size, 0);
	if (bytes < (long)sizeof(__u64)) {
		count(KLEAK_LOSS_NO_STACK, 1);
		s->frames[0] = call_site;
		bytes = sizeof(__u64);
	}
	s->cache = cache;
	s->space = space;
	stack_trim(s, call_site, (__u64)bytes / sizeof(__u64));
	index = site_find(s, site_hash(s));
	scratch_release(s);
	if (config.who)
		who_allocates(ctx, index);
	return index;
}

#endif
