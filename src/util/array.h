/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow. */
#ifndef KLEAK_UTIL_ARRAY_H
#define KLEAK_UTIL_ARRAY_H

#include <stddef.h>

/* What array__reserve() does where there is not enough room. */
int array__grow(void **array, size_t nr, size_t *room, size_t size);

/*
 * Make room for `nr` elements of `size` bytes in *array, which has room for *room.
 * *array may move.  0 or -ENOMEM, with everything as it was.
 */
static inline int array__reserve(void **array, size_t nr, size_t *room, size_t size)
{
	return nr <= *room ? 0 : array__grow(array, nr, room, size);
}

/*
 * After a time in which *array had `nr` elements at most: of room for more than 16 times as many,
 * and of more than a MiB, give back all but twice what they take.  *array may move.
 */
void array__give_back(void **array, size_t nr, size_t *room, size_t size);

#endif
