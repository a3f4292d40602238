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
 * compared in one go: where they stand, and the hash of what must stand there, which sites are
 * told apart by as well.  One cache line.  Distances are in bytes.
 *
 * The first one of a stack has call_site alone for a tag, and its places are those above the
 * context where call_site may stand; then only `next` and `other` count, and `found`.
 */
#define KLEAK_CHAIN_PLACES 8
#define KLEAK_CHAIN_BASES  3  /* places of the first one of a stack */
#define KLEAK_CHAINS_MOST  16 /* in a stack */

struct kleak_chain {
	__u64 tag; /* chain_tag() of the frame that it starts from and the first one; 0: free */
	union {
		__u64 sum;   /* the hash of its frames, without the one that it starts from */
		__u64 found; /* of the first one of a stack: which site that was last: see
				note_key() */
	};
	__u64 power;  /* KLEAK_FRAME_HASH to the power of `nr`: a hash is then hash * power + sum */
	__u64 recent; /* where the chain after it stood last time */
	__u16 place[KLEAK_CHAIN_PLACES]; /* of its frames but the last, from the start */
	__u16 last;	/* of the last one: from the start, or, with from_end ... */
	__u16 from_end; /* all ones: ... from the stack's end, then negative.  Else 0 */
	__u16 ended;	/* all ones: the stack ends with the last one, at `end`.  Else 0 */
	__u16 end;	/* how far the last one lies below the stack's end */
	__u16 before;	/* from the start to the frame before the last one */
	__u16 next;	/* from the last one to the frame after it; 0: the site's frames end here */
	__u16 other;	/* the same where that differs: a function that aligns its frame; or 0 */
	__u8 nr;	/* of its frames */
	__u8 pad;
};

_Static_assert(sizeof(struct kleak_chain) == 64, "a cache line");
_Static_assert(sizeof(struct kleak_chain) * KLEAK_CHAINS == KLEAK_CHAIN_BYTES,
	       "kleak.h tells the loader what the chains take");

/*
 * distance: from where `start` stands to where `first` does, in bytes.  Lower halves: a kernel's
 * text and its modules lie within 4 GiB.  That two chains have one tag is unlikely, and a chain's
 * sum tells for certain.
 */
static inline __attribute__((always_inline)) __u64 chain_tag(__u64 start, __u64 first,
							     __u64 distance)
{
	return (__u32)start | (first + (distance << 16)) << 32;
}

/*
 * Where the chain stands, or in the other one of that pair (slot ^ 1).  seed: odd, of
 * control.chain_seed; with 0, in the first pair, where there is none.
 */
static inline __attribute__((always_inline)) __u32 chain_slot(__u64 tag, __u64 seed)
{
	return tag * seed >> (64 - KLEAK_CHAIN_BITS);
}

#endif
