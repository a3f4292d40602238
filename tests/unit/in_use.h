/* SPDX-License-Identifier: GPL-2.0-only */
/* How much memory is allocated: what may not grow in tests that run for long. */
#ifndef KLEAK_TESTS_IN_USE_H
#define KLEAK_TESTS_IN_USE_H

#include <malloc.h>
#include <stddef.h>

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

#endif
