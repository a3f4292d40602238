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

/* After so many ranges that were counted or moved: a few ms. */
#define SLICE (1U << 16)

struct sorting {
	int (*between)(void *arg);
	void *arg;
	size_t done; /* since that was called last */
	int err;
};

/* So many ranges more were dealt with.  May it go on? */
static bool goes_on(struct sorting *sorting, size_t nr)
{
	sorting->done += nr;
	if (sorting->done >= SLICE) {
		sorting->done = 0;
		sorting->err = sorting->between ? sorting->between(sorting->arg) : 0;
	}
	return !sorting->err;
}

/* How many ranges have each digit. */
static void count(struct sorting *sorting, const struct scan_range *ranges, size_t nr,
		  unsigned int shift, size_t *of)
{
	for (size_t at = 0, end; at < nr; at = end) {
		end = nr - at < SLICE ? nr : at + SLICE;
		for (size_t i = at; i < end; i++)
			of[digit_of(&ranges[i], shift)]++;
		if (!goes_on(sorting, end - at))
			return;
	}
}

/*
 * Sort by the bits of `start` below shift + DIGIT; those above are equal.  In place, a digit at a
 * time (McIlroy, Bostic, McIlroy 1993, "Engineering Radix Sort"): a comparing sort of millions
 * would take seconds.
 */
static void sort_by_start(struct sorting *sorting, struct scan_range *ranges, size_t nr,
			  unsigned int shift)
{
	size_t from[1 << DIGIT], to[1 << DIGIT] = {};
	size_t sum = 0;

	if (nr <= FEW) {
		insert_by_start(ranges, nr);
		goes_on(sorting, nr);
		return;
	}
	count(sorting, ranges, nr, shift, to);
	for (size_t d = 0; d < 1 << DIGIT; d++) {
		from[d] = sum;
		sum += to[d];
		to[d] = sum;
	}
	for (size_t d = 0; d < 1 << DIGIT; d++) {
		while (from[d] < to[d] && goes_on(sorting, 1)) {
			struct scan_range *here = &ranges[from[d]], range = *here;
			size_t its = digit_of(here, shift);

			if (its != d) {
				*here = ranges[from[its]];
				ranges[from[its]] = range;
			}
			from[its]++;
		}
	}
	for (size_t d = 0; d < 1 << DIGIT && shift && !sorting->err; d++) {
		size_t first = d ? to[d - 1] : 0;

		sort_by_start(sorting, ranges + first, to[d] - first, shift - DIGIT);
	}
}

int range_sort__by_start(struct scan_range *ranges, size_t nr, int (*between)(void *arg), void *arg)
{
	struct sorting sorting = {.between = between, .arg = arg};

	sort_by_start(&sorting, ranges, nr, 64 - DIGIT);
	return sorting.err;
}
