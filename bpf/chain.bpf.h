/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks by whole chains of frames: the quick way to what unwind() finds step by step.
 *
 * The loader makes chains (steps.h) of the steps that stacks have shown to be certain.  A chain is
 * believed for the same reason as a step: return addresses stand where they must, all of them, as
 * the hash of what stands there tells, of 64 bits.  Where it is another one, or no chain is known,
 * steps have to tell.
 */
#ifndef KLEAK_CHAIN_BPF_H
#define KLEAK_CHAIN_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"
#include "unwind.bpf.h"

static __always_inline struct kleak_chain *chain_in(__u64 slot)
{
	return &chains[opaque(slot) & (KLEAK_CHAINS - 1)];
}

/* The slot of the chain, if there is one. */
static __always_inline __u64 chain_find(__u64 tag)
{
	__u64 slot = chain_slot(tag, control.chain_seed);

	return chain_in(slot)->tag == tag ? slot : slot ^ 1;
}

/* The first one of stacks with this call_site, if there is one: its tag tells. */
static __always_inline struct kleak_chain *chain_first(__u64 call_site)
{
	return chain_in(chain_find(chain_tag(call_site, 0, 0)));
}

/* The slot of the chain, noted as the one that comes after `before`; KLEAK_CHAINS: there is none.
 */
__noinline __u64 chain_seek(struct kleak_chain *before, __u64 tag)
{
	__u64 slot = chain_find(tag);

	if (!before || chain_in(slot)->tag != tag)
		return KLEAK_CHAINS;
	if (is_to_be_noted())
		before->recent = slot;
	return slot;
}

/*
 * The chain that follows `before` on from `address`, which stands at `place`, if the next frame
 * stands `distance` bytes from there; or NULL.  Looked at first: the one that did the last time, so
 * that the CPU need not wait for a return address to be read.
 */
static __always_inline struct kleak_chain *chain_after(struct kleak_chain *before, __u64 address,
						       __u64 place, __u64 distance)
{
	__u64 tag = chain_tag(address, word_at(place + distance), distance), slot;
	struct kleak_chain *c = chain_in(before->recent);
	__u64 held = c->tag;

	if (held == tag)
		return after(c, held);
	slot = chain_seek(before, tag);
	if (slot >= KLEAK_CHAINS)
		return NULL;
	c = chain_in(slot);
	held = c->tag;
	return held == tag ? after(c, held) : NULL;
}

/* How far above the context call_site lies: 0 if it is in none of the places it was seen in. */
static __always_inline __u64 chain_base(const struct kleak_chain *c, __u64 context, __u64 call_site)
{
	__u64 at = c->place[0];

	if (c->tag != chain_tag(call_site, 0, 0))
		return 0;
	if (word_at(context + at) != call_site)
		at = c->place[1];
	if (word_at(context + at) != call_site)
		at = c->place[2];
	return word_at(context + at) == call_site ? at : 0;
}

/*
 * As unwind().  A chain is compared to its end, whatever the first word says: a branch less for
 * each.  A function for itself, which the verifier looks into once, not for each kind of cache.
 */
__noinline __u64 follow_chains(__u64 context, __u64 call_site, __u64 hash)
{
	__u64 size = stack_left(context), address = call_site, at;
	struct kleak_chain *before, *c = chain_first(call_site);
	__u32 nr = 1;

	at = chain_base(c, context, call_site);
	if (!at)
		return 0;
	hash = hash_add(hash, call_site);
	for (int i = 0; i < KLEAK_CHAINS_MOST; i++) {
		__u64 differs, last, sum = 0;

		before = c;
		c = chain_after(before, address, context + at, before->next);
		if (!c && before->other)
			c = chain_after(before, address, context + at, before->other);
		if (!c)
			return 0;
		for (__u32 k = 0; k < KLEAK_CHAIN_PLACES && k + 1 < c->nr; k++)
			sum = hash_add(sum, word_at(context + at + c->place[k]));
		last = (at + c->last + ((size - at) & c->from_end)) & 0xffff;
		address = word_at(context + last);
		differs = hash_add(sum, address) ^ c->sum;
		differs |= is_less(size - 1, last) | is_less(last, at + c->before + 1);
		differs |= ((size - last) ^ c->end) & c->ended;
		if (differs)
			return 0;
		nr += c->nr;
		if (nr >= config.frames)
			return 0;
		hash = hash * c->power + c->sum;
		if (!c->next)
			return hash_end(hash);
		at = last;
	}
	return 0;
}

#endif
