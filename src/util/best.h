/* SPDX-License-Identifier: GPL-2.0-only */
/* The best of many: a short list of them, the best one first */
#ifndef KLEAK_UTIL_BEST_H
#define KLEAK_UTIL_BEST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Put `item`, of `size` bytes, in its place in `list`, which has *nr of at most `most`: before the
 * first one that it is better than.  What does not fit any more drops out.
 */
void best__keep(void *list, size_t *nr, size_t most, size_t size, const void *item,
		bool (*is_better)(const void *a, const void *b));

#endif
