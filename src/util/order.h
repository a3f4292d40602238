/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of two values comes first, as qsort() asks: below 0 the first one, 0 for equals. */
#ifndef KLEAK_UTIL_ORDER_H
#define KLEAK_UTIL_ORDER_H

/* The smaller one first, the larger one first; the next key behind them with "?:". */
#define ORDER_UP(a, b)	 (((a) > (b)) - ((a) < (b)))
#define ORDER_DOWN(a, b) ORDER_UP(b, a)

#endif
