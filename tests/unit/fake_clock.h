/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A clock that goes on when it is told to, and by a microsecond when it is looked at: these take
 * the place of src/util/clock.c.
 */
#ifndef KLEAK_FAKE_CLOCK_H
#define KLEAK_FAKE_CLOCK_H

#include "kleak.h"
#include "util/clock.h"

static double fake_clock_s = 1000; /* since the machine was booted */

double clock__now_s(void)
{
	fake_clock_s += 1e-6;
	return fake_clock_s;
}

/* Nothing takes any time. */
double clock__cpu_s(void)
{
	return 0;
}

uint64_t clock__now_ticks(void)
{
	return (uint64_t)(fake_clock_s * 1e9) >> KLEAK_TICK_SHIFT;
}

#endif
