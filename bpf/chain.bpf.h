/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks by whole chains of frames: the quick way to what unwind() finds step by step.
 *
 * The loader makes chains (steps.h) of the steps that stacks have shown to be certain.  A chain is
 * believed for the same reason as a step: return addresses stand where they must, all of them.
 * Where one does not, or no chain is known, steps have to tell.
 */
#ifndef KLEAK_CHAIN_BPF_H
#define KLEAK_CHAIN_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"
#include "unwind.bpf.h"

/* asm: the compiler must not argue the mask away, the verifier wants it. */
static __always_inline struct kleak_chain *chain_in(__u64 slot)
{
	asm volatile("" : "+r"(slot));
	return &chains[slot & (KLEAK_CHAINS - 1)];
}

static __always_inline struct kleak_chain *chain_at(__u64 start, __u64 first)
{
	return chain_in(chain_slot(start, first, control.chain_seed));
}

/*
 * The chain that follows `before`: the one that did the last time, if it is the right one, so that
 * the CPU need not wait for a return address to be read before it looks at the next chain.
 */
static __always_inline struct kleak_chain *chain_after(struct kleak_chain *before, __u64 start,
						       __u64 first)
{
	struct kleak_chain *c = chain_in(before->recent);
	__u64 slot;

	if (c->start == start && c->first == first)
		return c;
	slot = chain_slot(start, first, control.chain_seed);
	/* not each time: two callers in turn would have two CPUs write all the time */
	if (!(bpf_jiffies64() & 7))
		before->recent = slot;
	return chain_in(slot);
}

/* How far above the context call_site lies: 0 if it is in none of the places it was seen in. */
static __always_inline __u64 chain_base(const struct kleak_chain *c, __u64 context, __u64 call_site)
{
	__u64 at = c->word[0];

	if (c->start != call_site || c->first)
		return 0;
	if (stack_word(context + at) != call_site)
		at = c->word[1];
	if (stack_word(context + at) != call_site)
		at = c->word[2];
	return stack_word(context + at) == call_site ? at : 0;
}

/* All ones if a - b is negative. */
static __always_inline __u64 is_less(__u64 a, __u64 b)
{
	return (__s64)(a - b) >> 63;
}

/*
 * As unwind(), and *end is the chain that the stack ends with.  A chain is compared to its end,
 * whatever the first word says: a branch less for each.
 */
static __always_inline __u64 follow_chains(__u64 context, __u64 call_site, __u64 hash,
					   struct kleak_chain **end)
{
	__u64 size = STACK_SIZE - (context & (STACK_SIZE - 1)), address = call_site, at, first;
	struct kleak_chain *c = chain_at(call_site, 0);
	__u32 nr = 1;

	at = chain_base(c, context, call_site);
	if (!at)
		return 0;
	hash = hash_add(hash, call_site);
	first = stack_word(context + at + c->next);
	for (int i = 0; i < KLEAK_CHAINS_MOST; i++) {
		__u64 differs, place;

		c = chain_after(c, address, first);
		if (c->start != address || c->first != first)
			return 0;
		place = at + c->to_last + ((size - at) & c->from_end);
		differs = 0;
		for (__u32 k = 0; k < KLEAK_CHAIN_WORDS && k < c->words; k++)
			differs |= c->word[k] ^
				   stack_word(context + at + (c->word[k] & KLEAK_CHAIN_OFFSET))
					   << 16;
		differs >>= 16; /* offsets */
		differs |= is_less(size - 1, place) | is_less(place, at + c->before + 1);
		differs |= stack_word(context + place) ^ c->last;
		differs |= ((size - place) ^ c->end) & c->ended;
		if (differs)
			return 0;
		nr += c->nr;
		if (nr >= config.frames)
			return 0;
		hash = hash * c->mul + c->add;
		if (!c->next) {
			*end = c;
			return hash_end(hash);
		}
		address = c->last;
		at = place;
		first = stack_word(context + at + c->next);
	}
	return 0;
}

/* The index of the site of that hash which ended with `c` the last time, or KLEAK_SITE_NONE. */
static __always_inline __u32 chain_site(const struct kleak_chain *c, __u64 hash)
{
	__u64 recent = c->recent;

	return (recent ^ hash) >> KLEAK_CHAIN_SITE ? KLEAK_SITE_NONE
						   : recent & ((1U << KLEAK_CHAIN_SITE) - 1);
}

/* Not each time: two sites in turn would have two CPUs write all the time. */
static __always_inline void chain_keep_site(struct kleak_chain *c, __u64 hash, __u32 site)
{
	if (site == KLEAK_SITE_NONE || site >> KLEAK_CHAIN_SITE || bpf_jiffies64() & 7)
		return;
	c->recent = hash >> KLEAK_CHAIN_SITE << KLEAK_CHAIN_SITE | site;
}

#endif
