/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program that walks a stack works with. */
#ifndef KLEAK_SCRATCH_BPF_H
#define KLEAK_SCRATCH_BPF_H

#include "kleak.h"

/*
 * Stack buffers.  One program may interrupt another on the same CPU, and
 * fentry programs may even be preempted: each claims a buffer of its own.
 */
struct scratch {
	__u64 busy;
	__u64 sum;   /* the hash of its frames so far */
	__u32 cache; /* of the site looked for */
	__u32 space;
	__u32 first; /* its frames: frames[first .. first + nr) */
	__u32 nr;
	__u32 whole;
	__u32 index; /* of the site in its table */
	__u64 frames[KLEAK_MAX_FRAMES];
	/* where they lie on the stack: see unwind.bpf.h; volatile: nothing for the verifier to
	 * follow */
	__u32 ends;	/* the last frame is the stack's outermost one */
	__u32 cut;	/* the last frame is where an interrupt came in */
	__u32 from, to; /* words between which a frame is looked for */
	__u32 below;	/* where it was seen before */
	__u32 pad;
	__u64 turn;
	__u64 filter;
	volatile __u32 at[KLEAK_MAX_FRAMES];
	volatile __u32 times[KLEAK_MAX_FRAMES];
	__u64 window[KLEAK_STACK_WINDOW];
};

_Static_assert(sizeof(struct scratch) * KLEAK_SCRATCH_SLOTS == KLEAK_SCRATCH_BYTES,
	       "kleak.h tells the loader what a CPU's buffers take");

#endif
