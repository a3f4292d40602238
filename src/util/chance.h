/* SPDX-License-Identifier: GPL-2.0-only */
/* Chance that is the same every time: xorshift64 (Marsaglia 2003). */
#ifndef KLEAK_UTIL_CHANCE_H
#define KLEAK_UTIL_CHANCE_H

#include <stdint.h>

/* The next number after *state, which begins with 0. */
static inline uint64_t chance__next(uint64_t *state)
{
	uint64_t x = *state ? *state : 0x9e3779b97f4a7c15ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

#endif
