/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers among bytes, aligned or not, in this machine's order. */
#ifndef KLEAK_UTIL_BYTES_H
#define KLEAK_UTIL_BYTES_H

#include <stdint.h>
#include <string.h>

/* The 64 bits at bytes[offset]. */
static inline uint64_t bytes__word(const uint8_t *bytes, uint32_t offset)
{
	uint64_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

/* The 32 bits there. */
static inline uint32_t bytes__half(const uint8_t *bytes, uint32_t offset)
{
	uint32_t half;

	memcpy(&half, bytes + offset, sizeof(half));
	return half;
}

#endif
