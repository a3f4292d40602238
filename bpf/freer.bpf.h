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

/* An object of the site `index` is being freed, by a call from `call_site` (0: not known). */
static __noinline int freer_note(void *ctx, __u64 call_site, __u32 index)
{
	struct kleak_site *site = site_at(index);
	struct scratch *s;
	long bytes;

	if (!site || *(volatile __s32 *)&site->frees_to_note <= 0)
		return 0;
	s = scratch_claim();
	if (!s)
		return 0;
	__sync_fetch_and_add(&site->frees_to_note, -1);
	bytes = bpf_get_stack(ctx, s->frames,
			      (KLEAK_FREER_FRAMES + KLEAK_PLUMBING_DEPTH) * sizeof(__u64), 0);
	if (bytes >= (long)sizeof(__u64)) {
		s->cache = KLEAK_CACHE_NONE;
		s->space = index;
		stack_trim(s, call_site, (__u64)bytes / sizeof(__u64));
		if (s->nr > KLEAK_FREER_FRAMES)
			s->nr = KLEAK_FREER_FRAMES;
		freer_add(s, site_hash(s));
	}
	scratch_release(s);
	return 0;
}

/* `gone` was freed, as object_freed() says it, by a call from `call_site`. */
static __always_inline void note_free(void *ctx, __u64 call_site, __u64 gone)
{
	__u32 site = (__u32)gone >> TAKEN_SITE, twin = gone >> 32 >> TAKEN_SITE;

	if (!config.who || !control.note_frees)
		return;
	if (site != KLEAK_SITE_NONE)
		freer_note(ctx, call_site, site);
	if (twin != KLEAK_SITE_NONE)
		freer_note(ctx, call_site, twin);
}

#endif
