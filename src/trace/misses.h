/* SPDX-License-Identifier: GPL-2.0-only */
/* Events that no copy of a program can have seen, at most. */
#ifndef KLEAK_TRACE_MISSES_H
#define KLEAK_TRACE_MISSES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A copy counts what it missed (bpf_prog_info.recursion_misses), and an event is lost only if all
 * of its copies missed one.
 */
struct misses {
	uint64_t allocations;
	uint64_t frees;
};

/* of[i]: what the program of the i-th hook missed, if it is on[i]. */
struct misses misses__sum(const uint64_t *of, const bool *on);

#endif
