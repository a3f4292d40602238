/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A saved file that does not grow beyond a bound (--save-max): it is written in parts, each of
 * which can be read without those before it, and the oldest parts go.  Offsets, no more.
 */
#ifndef KLEAK_REPORT_SAVED_BOUND_H
#define KLEAK_REPORT_SAVED_BOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAVED_BOUND_PARTS 32

struct saved_bound {
	uint64_t most;			    /* bytes; 0: no bound */
	uint64_t starts[SAVED_BOUND_PARTS]; /* of the parts, ascending; the first is 0 */
	size_t nr;
};

/* Is the last part of a file of `whole` bytes so long that another is to begin? */
bool saved_bound__is_long(const struct saved_bound *bound, uint64_t whole);

/* Would `more` bytes be too much? */
bool saved_bound__is_over(const struct saved_bound *bound, uint64_t whole, uint64_t more);

/*
 * How many bytes have to go from the start, whole parts all of them, so that there is room for
 * `more`, which begins a part, and for some time: all of them if `more` is that much.
 */
uint64_t saved_bound__excess(const struct saved_bound *bound, uint64_t whole, uint64_t more);

/* A part begins there. */
void saved_bound__begin(struct saved_bound *bound, uint64_t start);

/* The first `excess` bytes, as saved_bound__excess() said, are gone. */
void saved_bound__cut(struct saved_bound *bound, uint64_t excess);

#endif
