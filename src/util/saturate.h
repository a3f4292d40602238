/* SPDX-License-Identifier: GPL-2.0-only */
/* Sums of what a file says, which may be anything: at the most they are `most` */
#ifndef KLEAK_UTIL_SATURATE_H
#define KLEAK_UTIL_SATURATE_H

#include <stdint.h>

static inline uint64_t saturate__add(uint64_t a, uint64_t b, uint64_t most)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) || sum > most ? most : sum;
}

#endif
