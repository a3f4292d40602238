// SPDX-License-Identifier: GPL-2.0-only
#include "util/radix_select.h"
#include "util/quickselect.h"

#include <stdint.h>
#include <string.h>

#define FEW	   1024 /* for which clearing counters takes too long */
#define TOP_BITS   11	/* of a float's sign, which is 0, exponent and fraction */
#define DIGIT_BITS 10

QUICKSELECT(quickselect, float)

/* IEEE 754: what is not negative is ordered as the same bits of an integer are. */
static uint32_t bits_of(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/*
 * Of the values that begin with `prefix` above the digit of so many bits at `shift`: which digit
 * has the *k-th?  *k becomes its place among those that have it.
 */
static uint32_t digit_of_kth(const float *values, size_t nr, uint32_t prefix, unsigned int shift,
			     unsigned int bits, size_t *k)
{
	uint32_t count[1 << TOP_BITS] = {}, mask = (1U << bits) - 1, digit = 0;

	for (size_t i = 0; i < nr; i++) {
		uint32_t value = bits_of(values[i]);

		count[value >> shift & mask] += (uint64_t)value >> (shift + bits) == prefix;
	}
	while (*k >= count[digit])
		*k -= count[digit++];
	return digit;
}

float radix_select__kth(float *values, size_t nr, size_t k)
{
	uint32_t top, middle, found;
	float value;

	if (nr < FEW)
		return quickselect(values, 0, nr, k);
	top = digit_of_kth(values, nr, 0, 2 * DIGIT_BITS, TOP_BITS, &k);
	middle = top << DIGIT_BITS | digit_of_kth(values, nr, top, DIGIT_BITS, DIGIT_BITS, &k);
	found = middle << DIGIT_BITS | digit_of_kth(values, nr, middle, 0, DIGIT_BITS, &k);
	memcpy(&value, &found, sizeof(value));
	return value;
}
