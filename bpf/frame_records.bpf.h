/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks by their frame records, on arm64: the same as the kernel's walk finds, for a part of its
 * price.
 *
 * A function that calls others keeps a record of two words at the bottom of its frame: where its
 * caller's record is, and the return address into its caller (AAPCS64, "The Frame Pointer";
 * arch/arm64/kernel/stacktrace.c).  How far one lies above the other is the business of the
 * function that was called, which a return address does not tell where calls are indirect: so there
 * are no steps to be learnt.  None are needed, each record says where the next one is.  What is
 * learnt is where the record lies whose return address is call_site: see learn_base().
 *
 * A share of what is found in this way is walked nevertheless and compared, as of steps.
 */
#ifndef KLEAK_FRAME_RECORDS_BPF_H
#define KLEAK_FRAME_RECORDS_BPF_H

#include "steps.bpf.h"

/* The return address in a record. */
static __always_inline __u64 record_address(__u64 record)
{
	return return_word(record + sizeof(__u64));
}

/* Where following has come to: frame `nr`, whose return address `word` is in `record`. */
struct unwinding {
	__u64 record;
	__u64 word;
	__u64 sum; /* the hash of the frames before it */
	__u32 nr;
	__u32 pad;
};

/*
 * To the next frame; false: this was the last one.  A function for itself, which the verifier looks
 * into once.
 */
__noinline int unwind_record(struct unwinding *u)
{
	__u64 address;

	if (!u)
		return false;
	address = u->word;
	u->sum = hash_add(u->sum, address);
	if (u->nr == config.frames || is_interrupt(address))
		return false;
	u->record = word_at(u->record);
	u->word = record_address(u->record);
	return !!u->word; /* the outermost record is empty */
}

/* The hash of the site whose stack begins with call_site, which is in `record`, or 0.  The same as
 * site_hash() has for the frames of a walk. */
static __always_inline __u64 unwind_from(__u64 record, __u64 call_site, __u64 hash)
{
	struct unwinding u = {.record = record, .word = call_site, .sum = hash};
	int more = true;

	for (__u32 nr = 1; nr <= KLEAK_MAX_FRAMES && more; nr++) {
		u.nr = nr;
		more = unwind_record(&u);
	}
	return more ? 0 : hash_end(u.sum);
}

/* The same of the stack at `context`; 0, too, where it is not known at what place it begins. */
static __always_inline __u64 unwind(__u64 context, __u64 call_site, __u64 hash)
{
	__u32 at = base_place(context, call_site, step_find(base_of(call_site)));

	return at ? unwind_from(context + (at - 1) * sizeof(__u64), call_site, hash) : 0;
}

/*
 * Note where the record with call_site is, if word i of the window is that of the frame below it: a
 * return address of the walk, in a record that leads to call_site, in one that leads to the
 * frame above.
 */
__noinline int learn_record(struct scratch *s, __u32 i, __u64 context)
{
	__u64 below, record;

	if (!s || !s->first || place(s, 0))
		return 0;
	below = s->frames[opaque(s->first - 1) & (KLEAK_MAX_FRAMES - 1)];
	if ((s->window[i & (KLEAK_STACK_WINDOW - 1)] | config.code_bits) != below)
		return 0;
	record = s->window[(i - 1) & (KLEAK_STACK_WINDOW - 1)];
	if (record_address(record) != frame(s, 0) ||
	    (s->nr > 1 && record_address(word_at(record)) != frame(s, 1)))
		return 0;
	record += sizeof(__u64) - context;
	if (record / sizeof(__u64) < KLEAK_STACK_WINDOW)
		s->at[0] = record / sizeof(__u64);
	return 0;
}

__noinline int learn_records(struct scratch *s, __u32 from, __u64 context)
{
	for (__u32 i = 0; s && i < WORDS_AT_ONCE; i++)
		learn_record(s, from + i, context);
	return 0;
}

/* Learn what the walk in `s` shows: where call_site lies. */
__noinline int learn(struct scratch *s, __u64 context)
{
	if (!s || s->whole || !window_read(s, context))
		return 0;
	s->at[0] = 0;
	for (__u32 from = 0; from < KLEAK_STACK_WINDOW; from += WORDS_AT_ONCE)
		learn_records(s, from, context);
	if (place(s, 0))
		learn_base(s);
	return 0;
}

#endif
