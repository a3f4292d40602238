/* SPDX-License-Identifier: GPL-2.0-only */
/* The k-th smallest of millions of numbers: by counting, as nothing of them can be predicted. */
#ifndef KLEAK_UTIL_RADIX_SELECT_H
#define KLEAK_UTIL_RADIX_SELECT_H

#include <stddef.h>

/*
 * The k-th smallest, counted from 0, of nr values, none of which is below 0 or NaN.  They may come
 * to stand in another order.  k < nr.
 */
float radix_select__kth(float *values, size_t nr, size_t k);

#endif
