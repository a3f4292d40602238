/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was learnt of stacks, and what sites are told apart by: shared by those who follow a stack
 * by steps (unwind.bpf.h) and by its frame records (frame_records.bpf.h).
 */
#ifndef KLEAK_STEPS_BPF_H
#define KLEAK_STEPS_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"

#define HASH_1 KLEAK_STEP_HASH
#define HASH_2 0xbf58476d1ce4e5b9ULL

static __always_inline __u64 mix(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * HASH_1;
	return hash ^ (hash >> 29);
}

static __always_inline struct kleak_site *site_at(__u32 index)
{
	return bpf_map_lookup_elem(&sites, &index);
}

/* Bytes from this place on a kernel stack to the stack's end: stacks are aligned to their size. */
static __always_inline __u32 stack_left(__u64 address)
{
	__u32 size = config.stack_size;

	return size - (address & (size - 1));
}

/* So many words of a window a call, which keeps loops short for the verifier. */
#define WORDS_AT_ONCE 32

/* Read what stands above `context` into the window: so many words, or 0. */
static __always_inline __u32 window_read(struct scratch *s, __u64 context)
{
	__u32 len = stack_left(context);

	if (len > sizeof(s->window))
		len = sizeof(s->window);
	asm volatile("" : "+r"(len)); /* the verifier has to see this one's bound */
	if (len > sizeof(s->window) || bpf_probe_read_kernel(s->window, len, (const void *)context))
		return 0;
	return len / sizeof(__u64);
}

/*
 * An index that is to be masked: the compiler must not argue the mask away, the verifier wants it.
 */
static __always_inline __u64 opaque(__u64 index)
{
	asm volatile("" : "+r"(index));
	return index;
}

/*
 * The same number, which the verifier does not know any more: what follows a search is looked at
 * once, not once for each place where something may be found.
 */
static __always_inline __u32 unknown(__u32 index)
{
	return index ^ control.zero; /* of an OR it would know the bits that are set */
}

/* All ones if a - b is negative: where a branch would double the verifier's work. */
static __always_inline __u64 is_less(__u64 a, __u64 b)
{
	__s64 difference = a - b;

	asm volatile("" : "+r"(difference)); /* or the compiler makes it a branch */
	return difference >> 63;
}

/*
 * Is what was found now to be noted for the next time?  Not each time: two that take turns would
 * have two CPUs write all the time.
 */
static __always_inline bool is_to_be_noted(void)
{
	return !(bpf_jiffies64() & 7);
}

/* ---- ranges of text ---- */

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

/*
 * Does this frame lead to whatever was interrupted?  What lies beyond is chance, and
 * would make a site of every place that an interrupt can hit.
 */
__noinline int is_interrupt(__u64 address)
{
	return in_ranges(config.interrupts, KLEAK_INTERRUPT_RANGES, address);
}

/* ---- the hash of a site ---- */

static __always_inline __u64 hash_begin(__u32 cache, __u32 space)
{
	return mix(HASH_2, ((__u64)cache << 32) | space);
}

static __always_inline __u64 hash_add(__u64 hash, __u64 address)
{
	return (hash + address) * KLEAK_FRAME_HASH;
}

static __always_inline __u64 hash_end(__u64 hash)
{
	hash ^= hash >> 32;
	return hash < KLEAK_SITE_LEAST ? KLEAK_SITE_LEAST : hash;
}

/* ---- one step ---- */

static __always_inline struct kleak_step *step_at(__u64 slot)
{
	return &steps[opaque(slot) & (KLEAK_STEPS - 1)];
}

/* The slot of the step from `address`; one of no step if there is none. */
static __always_inline __u32 step_slot(__u64 address)
{
	__u32 slot = step_set(address), end = slot + KLEAK_STEP_WAYS;

	for (; slot < end; slot++) {
		if (step_at(slot)->address == address)
			break;
	}
	return slot;
}

/* The same for those who have time: a call, which the verifier looks into once. */
__noinline __u64 step_find(__u64 address)
{
	return step_way(step_at(step_slot(address)), address);
}

/* Keep the way from `address`, in place of one that was learnt long ago if need be. */
__noinline int step_keep(__u64 address, __u64 way, __u32 turn)
{
	__u32 set = step_set(address), slot = set + (turn & (KLEAK_STEP_WAYS - 1));
	struct kleak_step *step;

	for (__u32 i = set; i < set + KLEAK_STEP_WAYS; i++) {
		if (!step_at(i)->address)
			slot = i;
	}
	for (__u32 i = set; i < set + KLEAK_STEP_WAYS; i++) {
		if (step_at(i)->address == address)
			slot = i;
	}
	step = step_at(slot);
	way = (way & ((1ULL << STEP_TAG) - 1)) | address << STEP_TAG;
	if (step->address != address) {
		publish(&step->address, 0);
		step->way = way;
		publish(&step->address, address);
	} else {
		step->way = way;
	}
	return 0;
}

/* ---- where a stack begins ---- */

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
	for (__u32 i = 0; i < KLEAK_TRACING_DEPTH; i++) {
		if (i < walked && call_site && s->frames[i] == call_site) {
			first = i;
			nr = walked - i;
			s->whole = 0;
			break;
		}
	}
	s->first = first;
	s->nr = nr < config.frames ? nr : config.frames;
	s->ends = nr <= config.frames && walked < config.frames + KLEAK_TRACING_DEPTH &&
		  walked < KLEAK_MAX_FRAMES;
	s->cut = 0;
	return 0;
}

/* The word above the context that holds call_site, or 0: in none of the places it was seen in. */
static __always_inline __u32 base_place(__u64 context, __u64 call_site, __u64 way)
{
	__u32 at = step_delta(way);

	if (return_word(context + at * sizeof(__u64)) != call_site)
		at = step_top(way);
	if (return_word(context + at * sizeof(__u64)) != call_site)
		at = step_end(way);
	return at && return_word(context + at * sizeof(__u64)) == call_site ? at : 0;
}

/* Frame i of the site. */
static __always_inline __u64 frame(const struct scratch *s, __u64 i)
{
	return s->frames[opaque(s->first + i) & (KLEAK_MAX_FRAMES - 1)];
}

static __always_inline __u32 place(const struct scratch *s, __u64 i)
{
	return s->at[opaque(i) & (KLEAK_MAX_FRAMES - 1)];
}

/*
 * Learn where call_site lies: in one of three places.  The allocator's function may have pushed
 * fewer registers when it is quickly done.
 */
__noinline int learn_base(struct scratch *s)
{
	__u64 address, way, now, before;

	if (!s)
		return 0;
	address = base_of(frame(s, 0));
	way = step_find(address);
	now = place(s, 0);
	before = step_delta(way);
	if (now == before)
		return 0;
	way = now | before << STEP_TOP |
	      (__u64)(step_top(way) == now ? step_end(way) : step_top(way)) << STEP_END;
	return step_keep(address, way, s->turn++);
}

#endif
