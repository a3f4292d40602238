/* SPDX-License-Identifier: GPL-2.0-only */
/* The k-th smallest of many numbers, without sorting them (Hoare 1961, "Find"). */
#ifndef KLEAK_UTIL_QUICKSELECT_H
#define KLEAK_UTIL_QUICKSELECT_H

#include <stddef.h>

/*
 * Defines type name(type *value, size_t first, size_t end, size_t k): put the k-th smallest of
 * value[first .. end), counted from 0 as those of all of `value` are, in its place k, and return
 * it. Those below it stand before it, those above it behind.  first <= k < end; none is NaN.
 */
#define QUICKSELECT(name, type)                                                                    \
	static type name(type *value, size_t first, size_t end, size_t k)                          \
	{                                                                                          \
		while (first + 1 < end) {                                                          \
			type pivot = value[first + (end - 1 - first) / 2]; /* never the last */    \
			size_t i = first, j = end - 1;                                             \
                                                                                                   \
			for (;;) {                                                                 \
				while (value[i] < pivot)                                           \
					i++;                                                       \
				while (value[j] > pivot)                                           \
					j--;                                                       \
				if (i >= j)                                                        \
					break;                                                     \
				type swap = value[i];                                              \
                                                                                                   \
				value[i++] = value[j];                                             \
				value[j--] = swap;                                                 \
			}                                                                          \
			/* value[first..j] <= pivot <= value[j+1..end) */                          \
			if (k <= j)                                                                \
				end = j + 1;                                                       \
			else                                                                       \
				first = j + 1;                                                     \
		}                                                                                  \
		return value[k];                                                                   \
	}

#endif
