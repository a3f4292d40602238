/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks without walking them: the kernel's walk is by far the dearest part of an allocation,
 * and what it finds out is nearly always known already.
 *
 * Where a function calls another, its stack pointer is a fixed distance from its own return
 * address: that is what ORC tables say for every instruction.  They are out of reach, but each
 * walk shows them: two return addresses and where they lie give the step that leads from
 * the first to the second.  The steps of all stacks are kept by return address.  A stack
 * whose steps are known is followed from word to word; whatever is not as expected (an unknown
 * address, one whose distance was seen to vary, a stack that ends elsewhere than it used to) is
 * walked by the kernel, and learnt.
 *
 *   call_site  its place above the context is remembered (up to three) and must hold it
 *   next       the next return address lies `delta` words above; where that varies (the
 *              system call's frame with its random offset) `top` words below the stack's end;
 *              believed when the last walks agreed
 *   end        the outermost frame: only where it lies as far below the stack's end as it did
 *
 * A share of what is found in this way is walked nevertheless and compared; a mismatch is counted
 * as a loss.
 */
#ifndef KLEAK_UNWIND_BPF_H
#define KLEAK_UNWIND_BPF_H

#include "steps.bpf.h"

/* ---- following them ---- */

/* Where following has come to: `at` words above the context lies `word`, frame `nr`. */
struct unwinding {
	__u64 context;
	__u64 word; /* its return address */
	__u64 sum;  /* the hash of the frames before it */
	__u32 size; /* words from the context to the stack's end */
	__u32 at;
	__u32 nr;
	__u32 slot; /* of the step that led here */
};

enum { UNWIND_ON, UNWIND_ENDS, UNWIND_LOST };

/*
 * Follow the step from one frame to the next: a function for itself, which the verifier looks into
 * once, not for each frame.
 *
 * Each step remembers the slot of the one that came after it, so that the CPU need not wait for
 * a return address to be read before it looks at the next step.
 */
__noinline int unwind_step(struct unwinding *u)
{
	struct kleak_step *before, *step;
	__u32 at, size, flags;
	__u64 address, way;

	if (!u)
		return UNWIND_LOST;
	address = u->word;
	at = u->at;
	size = u->size;
	u->sum = hash_add(u->sum, address);
	if (u->nr == config.frames)
		return UNWIND_ENDS;
	before = step_at(u->slot);
	u->slot = before->next;
	step = step_at(u->slot);
	if (step->address != address) {
		u->slot = step_slot(address);
		step = step_at(u->slot);
		if (is_to_be_noted())
			before->next = u->slot;
	}
	way = step_way(step, address);
	flags = step_flags(way);
	if (flags & STEP_CUTS || size - at == step_end(way))
		return UNWIND_ENDS;
	/* in this order: what varies may be the same three times by chance */
	if (flags & STEP_TOP_SURE && at + step_top(way) < size)
		at = size - step_top(way);
	else if ((flags & STEP_SEEN) == STEP_SEEN)
		at += step_delta(way);
	else
		return UNWIND_LOST;
	if (at >= size)
		return UNWIND_LOST;
	u->at = at;
	u->word = word_at(u->context + at * sizeof(__u64));
	return UNWIND_ON;
}

/*
 * The hash of the site that the stack at `context` belongs to, or 0: a step is not known.  The
 * same as site_hash() has for the frames of a walk.
 */
static __always_inline __u64 unwind(__u64 context, __u64 call_site, __u64 hash)
{
	struct unwinding u = {
		.context = context,
		.word = call_site,
		.sum = hash,
		.size = stack_left(context) / sizeof(__u64),
		.slot = step_slot(base_of(call_site)),
	};
	__u64 way = step_way(step_at(u.slot), base_of(call_site));
	int next = UNWIND_ON;

	u.at = base_place(context, call_site, way);
	if (!u.at)
		return 0;
	for (__u32 nr = 1; nr <= KLEAK_MAX_FRAMES && next == UNWIND_ON; nr++) {
		u.nr = nr;
		next = unwind_step(&u);
	}
	return next == UNWIND_ENDS ? hash_end(u.sum) : 0;
}

/* ---- learning them ---- */

/* Word i of the window is frame k. */
__noinline int learn_match(struct scratch *s, __u32 i, __u32 k)
{
	k &= KLEAK_MAX_FRAMES - 1;
	/* copies of call_site that tracing has made lie below its true place */
	if (!s || (!k && s->nr > 1 && s->times[1]))
		return 0;
	s->at[k] = i;
	s->times[k]++;
	return 0;
}

/*
 * Note word i of the window if it is one of the frames.  The stack is full of return addresses
 * left over from older calls: only a frame that stands there once has a certain place.
 */
__noinline int learn_word(struct scratch *s, __u32 i)
{
	__u64 word;

	if (!s)
		return 0;
	word = s->window[i & (KLEAK_STACK_WINDOW - 1)];
	if (!(s->filter & 1ULL << (word >> 2 & 63)))
		return 0;
	for (__u32 k = 0; k < KLEAK_MAX_FRAMES && k < s->nr; k++)
		if (word == frame(s, k))
			learn_match(s, i, k);
	return 0;
}

/* Words of the window, from `from` on, up to s->to. */
__noinline int learn_words(struct scratch *s, __u32 from)
{
	for (__u32 i = 0; s && i < WORDS_AT_ONCE && from + i < s->to; i++)
		learn_word(s, from + i);
	return 0;
}

/*
 * Where frame k lies, for certain: s->at, or 0.  Where it stands more than once, it lies where
 * the step that is known leads to.  The outermost frame is the highest: only the saved registers
 * lie above.
 */
__noinline int learn_place(struct scratch *s, __u32 k)
{
	__u32 from, to;

	k &= KLEAK_MAX_FRAMES - 1;
	if (!s || !k || k >= s->nr || s->times[k] == 1)
		return 0;
	from = place(s, k - 1);
	to = from + step_delta(step_find(frame(s, k - 1)));
	if (from && to > from && to < KLEAK_STACK_WINDOW &&
	    s->window[to & (KLEAK_STACK_WINDOW - 1)] == frame(s, k))
		s->at[k] = to;
	else if (k + 1 != s->nr || !s->ends)
		s->at[k] = 0;
	return 0;
}

/* The same the other way: where it leads to the next frame by the step that is known. */
__noinline int learn_place_before(struct scratch *s, __u32 k)
{
	__u32 from, to;

	k &= KLEAK_MAX_FRAMES - 1;
	if (!s || !k || k + 1 >= s->nr || place(s, k))
		return 0;
	to = place(s, k + 1);
	from = to - step_delta(step_find(frame(s, k)));
	if (from && from < to && to < KLEAK_STACK_WINDOW &&
	    s->window[from & (KLEAK_STACK_WINDOW - 1)] == frame(s, k))
		s->at[k] = from;
	return 0;
}

/* Note word i if it is frame k, and between the places where that must be. */
__noinline int learn_word_between(struct scratch *s, __u32 k, __u32 i)
{
	if (!s || i <= s->from || i >= s->to ||
	    s->window[i & (KLEAK_STACK_WINDOW - 1)] != frame(s, k))
		return 0;
	k &= KLEAK_MAX_FRAMES - 1;
	s->below = s->at[k];
	s->at[k] = i;
	s->times[k]++;
	return 0;
}

__noinline int learn_words_between(struct scratch *s, __u32 k, __u32 from)
{
	for (__u32 i = 0; s && i < WORDS_AT_ONCE && from + i < s->to; i++)
		learn_word_between(s, k, from + i);
	return 0;
}

/*
 * A function that aligns its frame may begin with a copy of its return address, which serves as
 * well: there it stands twice, so many words apart at most.
 */
#define COPY_MOST 8

/*
 * The same where no step is known: the place of frame k, if it stands only once between the frame
 * before it and the next one whose place is certain.  From the last frame to the first.
 */
__noinline int learn_place_between(struct scratch *s, __u32 k)
{
	k &= KLEAK_MAX_FRAMES - 1;
	if (!s || !k || k >= s->nr)
		return 0;
	if (!place(s, k) && place(s, k - 1)) {
		s->times[k] = 0;
		s->from = place(s, k - 1);
		for (__u32 from = 0; from < KLEAK_STACK_WINDOW; from += WORDS_AT_ONCE)
			learn_words_between(s, k, from);
		if (s->times[k] != 1 && (s->times[k] != 2 || place(s, k) - s->below > COPY_MOST))
			s->at[k] = 0;
	}
	if (place(s, k))
		s->to = place(s, k);
	return 0;
}

/* Learn the site's own distance: functions that align their frames have another one by caller. */
static __always_inline void learn_distance(struct scratch *s, __u32 k, __u32 distance)
{
	struct kleak_site *site = site_at(s->index);
	__u8 *seen;

	if (!site || distance > KLEAK_DISTANCE_MOST)
		return;
	seen = &site->distance[k & (KLEAK_MAX_FRAMES - 1)];
	*seen = (*seen & KLEAK_DISTANCE_MOST) == distance ? distance | KLEAK_DISTANCE_SURE
							  : distance;
}

/* Learn the step from frame k.  size: words from the context to the stack's end. */
__noinline int learn_step(struct scratch *s, __u32 k, __u32 size)
{
	__u64 address, step, delta, top, end, flags;
	__u32 here, next;

	if (!s || k >= s->nr || !place(s, k))
		return 0;
	address = frame(s, k);
	here = place(s, k);
	next = place(s, k + 1);
	step = step_find(address);
	delta = step_delta(step);
	top = step_top(step);
	end = step_end(step);
	flags = step_flags(step);
	if (k + 1 < s->nr) {
		__u64 new_delta = next - here, new_top = 0;

		if (next <= here)
			return 0;
		learn_distance(s, k, new_delta);
		if (k + 2 == s->nr && s->ends)
			new_top = size - next;
		if (delta != new_delta)
			flags &= ~STEP_SEEN;
		if ((flags & STEP_SEEN) < STEP_SEEN)
			flags++;
		if (top != new_top)
			flags &= ~STEP_TOP_SEEN;
		if (new_top && (flags & STEP_TOP_SEEN) < STEP_TOP_SEEN)
			flags += STEP_TOP_ONE;
		delta = new_delta;
		top = new_top;
	} else if (s->cut) {
		flags |= STEP_CUTS;
	} else if (s->ends) {
		end = size - here;
	} else {
		return 0; /* cut at --stack-depth: nothing is known of the next one */
	}
	step_keep(address, delta | top << STEP_TOP | end << STEP_END | flags << STEP_FLAGS,
		  s->turn++);
	return 0;
}

/* Passes over the frames, functions each: the verifier adds up what they take it, and multiplies
 * what a function does one after the other. */
__noinline int learn_places(struct scratch *s)
{
	for (__u32 k = 1; s && k < KLEAK_MAX_FRAMES; k++)
		learn_place(s, k);
	return 0;
}

__noinline int learn_places_before(struct scratch *s)
{
	for (__u32 k = KLEAK_MAX_FRAMES - 2; s && k; k--)
		learn_place_before(s, k);
	return 0;
}

__noinline int learn_places_between(struct scratch *s)
{
	for (__u32 k = KLEAK_MAX_FRAMES - 1; s && k; k--)
		learn_place_between(s, k);
	return 0;
}

__noinline int learn_steps(struct scratch *s, __u32 size)
{
	for (__u32 k = 0; s && k < KLEAK_MAX_FRAMES; k++)
		learn_step(s, k, size);
	return 0;
}

/* Learn what the walk in `s` shows: the frames of one site, from call_site on. */
__noinline int learn(struct scratch *s, __u64 context)
{
	__u32 words;

	if (!s || s->whole)
		return 0;
	words = window_read(s, context);
	if (!words)
		return 0;
	s->filter = 0;
	for (__u32 k = 0; k < KLEAK_MAX_FRAMES && k < s->nr; k++) {
		s->filter |= 1ULL << (frame(s, k) >> 2 & 63);
		s->at[k] = 0;
		s->times[k] = 0;
	}
	s->to = words;
	for (__u32 from = 0; from < KLEAK_STACK_WINDOW; from += WORDS_AT_ONCE)
		learn_words(s, from);
	learn_places(s);
	learn_places_before(s);
	learn_places_between(s);
	if (!place(s, 0))
		return 0;
	learn_base(s);
	learn_steps(s, stack_left(context) / sizeof(__u64));
	return 0;
}

#endif
