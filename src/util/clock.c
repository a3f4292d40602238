// SPDX-License-Identifier: GPL-2.0-only
#include "util/clock.h"
#include "kleak.h"

#include <time.h>

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double clock__now_s(void)
{
	return seconds(CLOCK_MONOTONIC);
}

double clock__cpu_s(void)
{
	return seconds(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t clock__now_ticks(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec) >> KLEAK_TICK_SHIFT;
}
