/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is known of the way from one return address on a stack to the next: see unwind.bpf.h, which
 * learns the steps, and chains.h, which makes chains of them.  Shared like kleak.h.
 */
#ifndef KLEAK_STEPS_H
#define KLEAK_STEPS_H

#include "kleak.h"

#define KLEAK_STEP_HASH 0x9e3779b97f4a7c15ULL

/* The hash of a site's frames: hash = (hash + address) * this, frame by frame. */
#define KLEAK_FRAME_HASH KLEAK_STEP_HASH

/* ---- steps ---- */

#define KLEAK_STEP_BITS	      12 /* sets of steps */
#define KLEAK_STEP_WAYS_SHIFT 2
#define KLEAK_STEP_WAYS	      (1 << KLEAK_STEP_WAYS_SHIFT)
#define KLEAK_STEPS	      (KLEAK_STEP_WAYS << KLEAK_STEP_BITS)

struct kleak_step {
	__u64 address; /* 0: free */
	__u64 way;
	__u32 next; /* slot of the step that came next */
	__u32 pad[3];
};

_Static_assert(sizeof(struct kleak_step) * KLEAK_STEPS == KLEAK_STEP_BYTES,
	       "kleak.h tells the loader what the steps take");

/*
 * A way in 64 bits, so that it is read and written whole.  Distances are in words.  The tag is
 * the address's: a reader that meets a writer must not take another's step.
 */
#define STEP_TOP   16 /* shifts */
#define STEP_END   32
#define STEP_FLAGS 48
#define STEP_TAG   56
#define STEP_PLAIN 0xffffULL /* a distance */

#define STEP_SEEN     3	 /* so many walks in a row had this `delta`: all of these bits are sure */
#define STEP_TOP_SEEN 12 /* the same for `top`, in fours */
#define STEP_TOP_ONE  4
#define STEP_TOP_SURE 8
#define STEP_CUTS     16 /* the site's frames end here: an interrupt */

static inline __attribute__((always_inline)) __u32 step_delta(__u64 way)
{
	return way & STEP_PLAIN;
}

static inline __attribute__((always_inline)) __u32 step_top(__u64 way)
{
	return way >> STEP_TOP & STEP_PLAIN;
}

static inline __attribute__((always_inline)) __u32 step_end(__u64 way)
{
	return way >> STEP_END & STEP_PLAIN;
}

static inline __attribute__((always_inline)) __u32 step_flags(__u64 way)
{
	return way >> STEP_FLAGS & 0xff;
}

/* The first of the KLEAK_STEP_WAYS slots that the step from `address` may be in. */
static inline __attribute__((always_inline)) __u32 step_set(__u64 address)
{
	return (address * KLEAK_STEP_HASH) >> (64 - KLEAK_STEP_BITS) << KLEAK_STEP_WAYS_SHIFT;
}

/* What is known in `step` of the way from `address`, or 0. */
static inline __attribute__((always_inline)) __u64 step_way(const struct kleak_step *step,
							    __u64 address)
{
	__u64 way;

	if (step->address != address)
		return 0;
	way = step->way;
	return (way ^ address << STEP_TAG) >> STEP_TAG ? 0 : way;
}

/* call_site's own place is kept as the step of this, which is no address. */
static inline __attribute__((always_inline)) __u64 base_of(__u64 call_site)
{
	return ~call_site;
}

/* ---- chains ---- */

/*
 * Frames that have always followed one another, from a return address and the one after it on,
 * compared in one go.  Distances are in bytes.
 *
 * The first one of a stack has call_site as `start`, 0 as `first`, and in its words the places
 * above the context where call_site may lie; then only `next` counts.
 */
#define KLEAK_CHAIN_WORDS 6
#define KLEAK_CHAINS_MOST 8 /* in a stack */

#define KLEAK_CHAIN_PLACES 3 /* words of the first one of a stack */

#define KLEAK_CHAIN_OFFSET 0xffffULL /* of a word; above it 48 bits of the address */
#define KLEAK_CHAIN_SITE   20	     /* bits of `recent` */

struct kleak_chain {
	__u64 start; /* 0: free */
	__u64 first;
	__u64 last;	/* the return address that it leads to */
	__u64 mul, add; /* what its frames, without `start`, make of a hash: hash * mul + add */
	__u64 word[KLEAK_CHAIN_WORDS]; /* a frame, and how far it lies from `start` */
	__u64 to_last;		       /* from `start` to `last`, or, with from_end ... */
	__u64 from_end; /* all ones: ... from the stack's end, then negative.  Else 0 */
	__u64 ended;	/* all ones: the stack ends with `last`, at `end` */
	__u16 end;	/* how far `last` lies below the stack's end */
	__u16 next;   /* from `last` to the frame after it; 0: the site's frames end with `last` */
	__u16 before; /* from `start` to the frame before `last` */
	__u8 nr;      /* of frames, without `start` */
	__u8 words;   /* of them in `word`: all but `first` and `last` */
	/* last time: where the next chain stood; or of the site that ended here upper bits of its
	 * hash, and its index */
	__u64 recent;
};

_Static_assert(sizeof(struct kleak_chain) == 128, "two cache lines");
_Static_assert(sizeof(struct kleak_chain) * KLEAK_CHAINS == KLEAK_CHAIN_BYTES,
	       "kleak.h tells the loader what the chains take");

/* Where the chain stands.  seed: odd, of control.chain_seed; with 0, where there is none. */
static inline __attribute__((always_inline)) __u32 chain_slot(__u64 start, __u64 first, __u64 seed)
{
	return (start + (first << 32)) * seed >> (64 - KLEAK_CHAIN_BITS);
}

#endif
