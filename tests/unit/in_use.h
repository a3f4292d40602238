/* SPDX-License-Identifier: GPL-2.0-only */
/* How much memory is allocated: what may not grow in tests that run for long. */
#ifndef KLEAK_TESTS_IN_USE_H
#define KLEAK_TESTS_IN_USE_H

#include "unit.h"

#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* Bytes: by the sanitizer's word, or malloc()'s. */
static inline size_t bytes_in_use(void)
{
	struct mallinfo2 info;

	if (__sanitizer_get_current_allocated_bytes)
		return __sanitizer_get_current_allocated_bytes();
	info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

/* The most that a run of many rounds takes, in each of so many parts of it. */
#define IN_USE_PARTS 30

struct in_use {
	size_t start; /* bytes_in_use() before the first round */
	size_t most[IN_USE_PARTS];
};

/* Round i of nr is over. */
static inline void in_use__note(struct in_use *use, size_t i, size_t nr)
{
	size_t now = bytes_in_use() - use->start, *most = &use->most[i * IN_USE_PARTS / nr];

	*most = now > *most ? now : *most;
}

static inline size_t in_use__most(const struct in_use *use, size_t first, size_t end)
{
	size_t most = 0;

	for (size_t i = first; i < end; i++)
		most = use->most[i] > most ? use->most[i] : most;
	return most;
}

/* The last third took no more than the second one and 2%, but for so many bytes. */
static inline void in_use__check(const struct in_use *use, size_t slack)
{
	size_t before = in_use__most(use, IN_USE_PARTS / 3, 2 * IN_USE_PARTS / 3);
	size_t after = in_use__most(use, 2 * IN_USE_PARTS / 3, IN_USE_PARTS);

	print_message("# at most %zu KiB in the second third, %zu KiB in the last\n", before / 1024,
		      after / 1024);
	assert_true(after < before + before / 50 + slack);
}

/* Rounds of step_s seconds in the hours that HOURS says, or else so many. */
static inline size_t in_use__rounds(unsigned int step_s, size_t otherwise)
{
	const char *hours = getenv("HOURS");

	return hours && atoi(hours) > 0 ? (size_t)atoi(hours) * 3600 / step_s : otherwise;
}

#endif
