/* SPDX-License-Identifier: GPL-2.0-only */
/* CLOCK_MONOTONIC, the clock that BPF stamps objects with. */
#ifndef KLEAK_UTIL_CLOCK_H
#define KLEAK_UTIL_CLOCK_H

#include <stdint.h>

/* In seconds. */
double clock__now_s(void);

/* CPU time that this thread has taken, in seconds. */
double clock__cpu_s(void);

/* In ticks of 2^KLEAK_TICK_SHIFT ns, as records are. */
uint64_t clock__now_ticks(void);

#endif
