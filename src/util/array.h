/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow. */
#ifndef KLEAK_UTIL_ARRAY_H
#define KLEAK_UTIL_ARRAY_H

#include <stddef.h>

/*
 * Make room for `nr` elements of `size` bytes in *array, which has room for *room.
 * *array may move.  0 or -ENOMEM, with everything as it was.
 */
int array__reserve(void **array, size_t nr, size_t *room, size_t size);

#endif
