/* SPDX-License-Identifier: GPL-2.0-only */
/* From a context to a site: walk the stack, find or make its entry. */
#ifndef KLEAK_STACK_BPF_H
#define KLEAK_STACK_BPF_H

#include "maps.bpf.h"
#ifdef __TARGET_ARCH_arm64
#include "frame_records.bpf.h"
#else
#include "chain.bpf.h"
#endif
#include "steps.bpf.h"
#include "who.bpf.h"

static __always_inline struct scratch *scratch_claim(void)
{
	for (__u32 i = 0; i < KLEAK_SCRATCH_SLOTS; i++) {
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

/*
 * Functions without `static` are verified once and for themselves, not again
 * for every state at every call: without that, the loops below are too much for
 * the verifier.
 */

/* Add frame i, if there is one.  Cuts the frames at an interrupt. */
__noinline int site_hash_frame(struct scratch *s, __u32 i)
{
	__u64 address;

	if (!s || i >= s->nr)
		return 0;
	address = frame(s, i);
	s->sum = hash_add(s->sum, address);
	if (is_interrupt(address)) {
		s->nr = i + 1;
		s->cut = 1;
	}
	return 0;
}

/* Hash of a site: its cache, its key space, its frames. */
__noinline __u64 site_hash(struct scratch *s)
{
	if (!s)
		return 1;
	s->sum = hash_begin(s->cache, s->space);
	for (__u32 i = 0; i < KLEAK_MAX_FRAMES; i++)
		site_hash_frame(s, i);
	return hash_end(s->sum);
}

/* The entry whose hash is `hash`, or KLEAK_SITE_NONE. */
__noinline __u32 site_search(__u64 hash)
{
	__u32 index = KLEAK_SITE_NONE + 1 + (((hash >> 32) * config.sites) >> 32);

	for (__u32 i = 0; i < KLEAK_SITE_PROBES; i++, index++) {
		const struct kleak_site *site = site_at(index);

		if (!site || !site->hash)
			break;
		if (site->hash == hash)
			return index;
	}
	return KLEAK_SITE_NONE;
}

/* Its frames may lie in code of BPF programs. */
static __always_inline void site_track(__u32 index)
{
	__u32 place = control.code_sites;

	if (place >= KLEAK_CODE_SITES)
		return;
	place = __sync_fetch_and_add(&control.code_sites, 1);
	if (place < KLEAK_CODE_SITES)
		code_sites[place] = index;
}

/* All ones if it is.  A return address may be the first one after its function. */
static __always_inline __u64 is_outside(__u64 address)
{
	return is_less(address - 1, config.text.start) | ~is_less(address - 1, config.text.end);
}

/* Write the site in `s` to the entry that its hash has claimed. */
__noinline int site_write(const struct scratch *s, __u32 index)
{
	struct kleak_site *site = site_at(index);
	__u64 outside = 0;

	if (!s || !site)
		return 0;
	site->cache = s->cache;
	site->space = s->space;
	site->whole = s->whole;
	site->modules = control.module_changes;
	site->code = control.code_changes;
	site->made_ns = bpf_ktime_get_boot_ns();
	for (__u32 i = 0; i < KLEAK_MAX_FRAMES; i++) {
		__u64 is_there = is_less(i, s->nr), address = frame(s, i);

		site->frames[i] = address & is_there;
		outside |= is_outside(address) & is_there;
	}
	if (config.program_free && outside)
		site_track(index);
	publish(&site->nr_frames, s->nr); /* last: the loader waits for it */
	return 0;
}

/* Let the site in `s` have this entry, if it has it already or nobody has. */
__noinline int site_claim(const struct scratch *s, __u64 hash, __u32 index)
{
	struct kleak_site *site = site_at(index);
	__u64 held, was;

	if (!s || !site)
		return false;
	held = site->hash;
	if (held > KLEAK_SITE_REUSABLE && held != hash)
		return false;
	was = __sync_val_compare_and_swap(&site->hash, held, hash);
	if (was == held && was != hash)
		site_write(s, index);
	return was == held || was == hash; /* another CPU was faster */
}

/*
 * The entry of the site in `s`, whose hash is `hash`; written if it is new.
 * Lock-free: the hash claims an entry; its fields are written by whoever
 * claimed it, and read by the loader only.
 */
__noinline __u32 site_find(const struct scratch *s, __u64 hash)
{
	__u32 base = KLEAK_SITE_NONE + 1 + (((hash >> 32) * config.sites) >> 32);
	__u32 index = site_search(hash);

	if (!s || index != KLEAK_SITE_NONE)
		return index;
	for (__u32 i = 0; i < KLEAK_SITE_PROBES; i++)
		if (site_claim(s, hash, base + i))
			return base + i;
	count(KLEAK_LOSS_SITES_FULL, 1);
	return KLEAK_SITE_NONE;
}

/*
 * Is this walk to be learnt from?  Where a frame's place is never certain a stack is walked each
 * time: after so many lessons few more are worth their time.
 */
#define LESSONS 32

static __always_inline bool is_lesson(__u32 index)
{
	struct kleak_site *site = site_at(index);
	__u32 lessons;

	if (!site)
		return false;
	lessons = ++site->lessons;
	return lessons <= LESSONS || !(lessons % LESSONS);
}

#define SITE_UNTAUGHT (~0U) /* no site: nothing is to be learnt */

/*
 * Walk the stack of `ctx`: the index of its site, or a negative number (no stack buffer left).
 * There is something to learn where that is not what was `known`.
 */
static __noinline long site_walk(struct bpf_raw_tracepoint_args *ctx, __u64 call_site, __u32 cache,
				 __u32 space, __u32 known)
{
	__u32 size = (config.frames + KLEAK_TRACING_DEPTH) * sizeof(__u64);
	struct scratch *s = scratch_claim();
	__u32 index;
	long bytes;

	if (!s) {
		count(KLEAK_LOSS_NO_SCRATCH, 1);
		return -1;
	}
	if (size > sizeof(s->frames))
		size = sizeof(s->frames);
	count(KLEAK_COUNT_WALKS, 1);
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
	if (known != SITE_UNTAUGHT && index != known && is_lesson(index)) {
		s->index = index;
		learn(s, address_of(ctx));
		/* A stack's words refer to objects, and a scan looks here, too.  Nothing is at
		 * NULL: zeros, without a fault. */
		bpf_probe_read_kernel(s->window, sizeof(s->window), NULL);
	}
	scratch_release(s);
	return index;
}

static __always_inline __u64 *known_at(__u64 hash)
{
	return &known[opaque(hash) & ((1U << KLEAK_KNOWN_BITS) - 1)];
}

/*
 * Which site a hash is of is noted where it is at hand, in a word with both: of the hash the upper
 * bits, as they are until a site that was found is not to be found any more.  All notes are void
 * then, wherever they are.
 */
static __always_inline __u64 note_key(__u64 hash)
{
	return hash ^ control.site_changes * HASH_1;
}

static __always_inline bool is_noted(__u64 word, __u64 key)
{
	return !((word ^ key) >> KLEAK_KNOWN_SITE);
}

static __always_inline __u32 noted_site(__u64 word)
{
	return word & ((1U << KLEAK_KNOWN_SITE) - 1);
}

static __always_inline void note_site(__u64 *word, __u64 key, __u32 site)
{
	if (site != KLEAK_SITE_NONE && !(site >> KLEAK_KNOWN_SITE) && is_to_be_noted())
		*word = key >> KLEAK_KNOWN_SITE << KLEAK_KNOWN_SITE | site;
}

/* Sites were retired, each of which has another hash by now. */
static __always_inline void void_notes(void)
{
	add_first((__u32 *)&control.site_changes, 1);
}

/* As site_search(), which has mostly been asked a moment ago.  key: note_key(hash) */
static __always_inline __u32 site_known(__u64 hash, __u64 key)
{
	__u64 *entry = known_at(hash), held = *entry;
	__u32 site;

	if (is_noted(held, key))
		return noted_site(held);
	site = site_search((__u64)after((void *)hash, key));
	note_site(entry, key, site);
	return site;
}

/* One of so many stacks that need no walk is walked nevertheless. */
#define CHECK_ONE_OF 1024

static __always_inline bool is_to_be_checked(void)
{
	__u32 zero = 0;
	struct recent *r = bpf_map_lookup_elem(&recents, &zero);

	return r && !(++r->hits % CHECK_ONE_OF);
}

/* `site` is the one that the stack in `ctx` was found to be, or KLEAK_SITE_NONE: see to it. */
static __always_inline long site_or_walk(struct bpf_raw_tracepoint_args *ctx, __u64 call_site,
					 __u32 cache, __u32 space, long site)
{
	if (site == KLEAK_SITE_NONE) {
		site = site_walk(ctx, call_site, cache, space, KLEAK_SITE_NONE);
	} else if (is_to_be_checked()) {
		long walked = site_walk(ctx, call_site, cache, space, site);

		count(KLEAK_COUNT_CHECKS, 1);
		if (walked != site)
			count(KLEAK_LOSS_WRONG_STACK, 1);
		site = walked;
	}
	if (config.who && site >= 0)
		who_allocates(ctx, site);
	return site;
}

/* The site as steps have it, or KLEAK_SITE_NONE: a call, which the verifier looks into once. */
__noinline __u32 site_by_steps(__u64 context, __u64 call_site, __u64 hash)
{
	hash = unwind(context, call_site, hash);
	return hash ? site_known(hash, note_key(hash)) : KLEAK_SITE_NONE;
}

/*
 * The site of the allocation going on in `ctx`, of `cache`: its index, or a
 * negative number if the CPU has no stack buffer left.
 */
static __always_inline long site_of(struct bpf_raw_tracepoint_args *ctx, __u64 call_site,
				    __u32 cache, __u32 space)
{
	long site = KLEAK_SITE_NONE;

	if (call_site)
		site = site_by_steps(address_of(ctx), call_site, hash_begin(cache, space));
	return site_or_walk(ctx, call_site, cache, space, site);
}

/*
 * The same for those who come here seldom, or have no call_site to learn from.  They are smaller,
 * and so loaded sooner.
 */
static __always_inline long site_by_walk(struct bpf_raw_tracepoint_args *ctx, __u64 call_site,
					 __u32 cache, __u32 space)
{
	long site = site_walk(ctx, call_site, cache, space, SITE_UNTAUGHT);

	if (config.who && site >= 0)
		who_allocates(ctx, site);
	return site;
}

#ifdef __TARGET_ARCH_arm64

__noinline __u32 site_by_records(__u64 record, __u64 call_site, __u64 hash)
{
	hash = unwind_from(record, call_site, hash);
	return hash ? site_known(hash, note_key(hash)) : KLEAK_SITE_NONE;
}

/* The same where a function that allocates has returned to call_site; its address is in `record`.
 */
static __always_inline long site_of_return(void *ctx, __u64 record, __u64 call_site, __u32 cache,
					   __u32 space)
{
	long site = site_by_records(record, call_site, hash_begin(cache, space));

	return site_or_walk(ctx, call_site, cache, space, site);
}

static __always_inline long site_of_slab(struct bpf_raw_tracepoint_args *ctx, __u64 call_site,
					 __u32 cache)
{
	return site_of(ctx, call_site, cache, KLEAK_SPACE_SLAB);
}

#else

/* There are no records: `record` is 0. */
static __always_inline long site_of_return(void *ctx, __u64 record __attribute__((unused)),
					   __u64 call_site, __u32 cache, __u32 space)
{
	return site_of(ctx, call_site, cache, space);
}

/*
 * The site with this hash, of a stack that chains led through.  At hand is the first of them: it
 * has the one that was found there last.
 */
static __always_inline __u32 site_of_chain(__u64 call_site, __u64 hash)
{
	struct kleak_chain *first = chain_first(call_site);
	__u64 held = first->found, key = note_key(hash);
	__u32 site;

	if (is_noted(held, key))
		return noted_site(held);
	site = site_known(hash, key);
	if (first->tag == chain_tag(call_site, 0, 0))
		note_site(&first->found, key, site);
	return site;
}

/* As site_of(), of slab, by chains first. */
static __always_inline long site_of_slab(struct bpf_raw_tracepoint_args *ctx, __u64 call_site,
					 __u32 cache)
{
	__u64 begin = hash_begin(cache, KLEAK_SPACE_SLAB);
	__u64 hash = follow_chains(address_of(ctx), call_site, begin);
	long site;

	site = hash ? site_of_chain(call_site, hash)
		    : site_by_steps(address_of(ctx), call_site, begin);
	return site_or_walk(ctx, call_site, cache, KLEAK_SPACE_SLAB, site);
}

#endif

#endif
