/* SPDX-License-Identifier: GPL-2.0-only */
/* Which addresses are recorded, and how many one of them stands for: see kleak.h. */
#ifndef KLEAK_SAMPLE_BPF_H
#define KLEAK_SAMPLE_BPF_H

#include "maps.bpf.h"

static __always_inline bool is_sampled(__u64 address)
{
	return kleak_is_sampled(address, control.sample_bits);
}

/* The most bits that there ever were. */
static __always_inline __u32 most_bits(void)
{
	__u32 now = control.sample_bits, most = control.sample_most;

	return most > now ? most : now;
}

/* Was this address recorded at all times?  Then it stands for followed_stands_for(). */
static __always_inline bool is_always_sampled(__u64 address)
{
	return kleak_is_sampled(address, most_bits());
}

static __always_inline __u64 followed_stands_for(void)
{
	return 1ULL << (most_bits() & 31);
}

/* How many objects one stands for, beyond itself. */
static __always_inline __u64 stands_for_more(__u32 bits)
{
	return (1ULL << (bits & 31)) - 1;
}

#endif
