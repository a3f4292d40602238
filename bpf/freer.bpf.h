/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who frees.  Where something leaks, others of the same kind are mostly freed, and by whom tells
 * what call is missing.  Walking a stack at each free would cost as much as all the rest: it is
 * done for sites that the loader asks about, and for so many frees as it asks for.
 */
#ifndef KLEAK_FREER_BPF_H
#define KLEAK_FREER_BPF_H

#include "objects.bpf.h"

/* What is to be known of a free is in `s`, of the site s->space: add it to the others. */
static __always_inline void freer_add(struct scratch *s, __u64 hash)
{
	struct kleak_freer *held = bpf_map_lookup_elem(&freers, &hash);
	struct kleak_freer *first = (struct kleak_freer *)s->window;

	if (held) {
		__sync_fetch_and_add(&held->times, 1);
		held->last = now();
		return;
	}
	first->site = s->space;
	first->nr = s->nr;
	first->whole = s->whole;
	first->modules = control.module_changes;
	first->times = 1;
	first->last = now();
	for (__u32 i = 0; i < KLEAK_FREER_FRAMES; i++)
		first->frames[i] = i < s->nr ? frame(s, i) : 0;
	/* another CPU may have been faster: one of the two is not counted, which is no loss */
	if (bpf_map_update_elem(&freers, &hash, first, BPF_NOEXIST) &&
	    !bpf_map_lookup_elem(&freers, &hash))
		count(KLEAK_COUNT_FREERS_FULL, 1);
}

/*
 * Walk the stack of `ctx` into s->frames.  caller: what follows the first frame and is not in the
 * kernel's walk; 0: all is in it.  So many words, or fewer than one.
 */
static __always_inline long freer_walk(void *ctx, struct scratch *s, __u64 caller)
{
	__u32 left_out = caller ? 1 : 0;
	long bytes = bpf_get_stack(ctx, s->frames + left_out,
				   (KLEAK_FREER_FRAMES + KLEAK_TRACING_DEPTH) * sizeof(__u64), 0);

	if (bytes >= (long)sizeof(__u64) && caller) {
		s->frames[0] = s->frames[1];
		s->frames[1] = caller;
		bytes += sizeof(__u64);
	}
	return bytes / (long)sizeof(__u64);
}

/*
 * An object of the site `index` is being freed, by a call from `call_site` (0: not known); caller:
 * as above.
 */
static __noinline int freer_note(void *ctx, __u64 call_site, __u64 caller, __u32 index)
{
	struct kleak_site *site = site_at(index);
	struct scratch *s;
	long walked;

	if (!site || *(volatile __s32 *)&site->frees_to_note <= 0)
		return 0;
	s = scratch_claim();
	if (!s)
		return 0;
	__sync_fetch_and_add(&site->frees_to_note, -1);
	walked = freer_walk(ctx, s, caller);
	if (walked > 0) {
		s->cache = KLEAK_CACHE_NONE;
		s->space = index;
		stack_trim(s, call_site, walked);
		if (s->nr > KLEAK_FREER_FRAMES)
			s->nr = KLEAK_FREER_FRAMES;
		freer_add(s, site_hash(s));
	}
	scratch_release(s);
	return 0;
}

/* `gone` was freed, as object_freed() says it. */
static __always_inline void note_free_by(void *ctx, __u64 call_site, __u64 caller, __u64 gone)
{
	__u32 site = (__u32)gone >> TAKEN_SITE, twin = gone >> 32 >> TAKEN_SITE;

	if (!config.who || !control.note_frees)
		return;
	if (site != KLEAK_SITE_NONE)
		freer_note(ctx, call_site, caller, site);
	if (twin != KLEAK_SITE_NONE)
		freer_note(ctx, call_site, caller, twin);
}

/* The same, by a call from `call_site` (0: not known). */
static __always_inline void note_free(void *ctx, __u64 call_site, __u64 gone)
{
	note_free_by(ctx, call_site, 0, gone);
}

#endif
