// SPDX-License-Identifier: GPL-2.0-only
#include "memory/range_sort.h"

#define DIGIT 8	 /* bits of a start that ranges are sorted by at a time */
#define FEW   32 /* ranges that are sorted by insertion */

static void insert_by_start(struct scan_range *ranges, size_t nr)
{
	for (size_t i = 1; i < nr; i++) {
		struct scan_range range = ranges[i];
		size_t at = i;

		for (; at && ranges[at - 1].start > range.start; at--)
			ranges[at] = ranges[at - 1];
		ranges[at] = range;
	}
}

static size_t digit_of(const struct scan_range *range, unsigned int shift)
{
	return range->start >> shift & ((1 << DIGIT) - 1);
}

/*
 * Sort by the bits of `start` below shift + DIGIT; those above are equal.  In place, a digit at a
 * time (McIlroy, Bostic, McIlroy 1993, "Engineering Radix Sort"): a comparing sort of millions
 * would hold up reports for seconds.
 */
static void sort_by_start(struct scan_range *ranges, size_t nr, unsigned int shift)
{
	size_t from[1 << DIGIT], to[1 << DIGIT] = {};
	size_t sum = 0;

	if (nr <= FEW) {
		insert_by_start(ranges, nr);
		return;
	}
	for (size_t i = 0; i < nr; i++)
		to[digit_of(&ranges[i], shift)]++;
	for (size_t d = 0; d < 1 << DIGIT; d++) {
		from[d] = sum;
		sum += to[d];
		to[d] = sum;
	}
	for (size_t d = 0; d < 1 << DIGIT; d++) {
		while (from[d] < to[d]) {
			struct scan_range *here = &ranges[from[d]], range = *here;
			size_t its = digit_of(here, shift);

			if (its != d) {
				*here = ranges[from[its]];
				ranges[from[its]] = range;
			}
			from[its]++;
		}
	}
	for (size_t d = 0; d < 1 << DIGIT && shift; d++) {
		size_t first = d ? to[d - 1] : 0;

		sort_by_start(ranges + first, to[d] - first, shift - DIGIT);
	}
}

void range_sort__by_start(struct scan_range *ranges, size_t nr)
{
	sort_by_start(ranges, nr, 64 - DIGIT);
}
