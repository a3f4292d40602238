// SPDX-License-Identifier: GPL-2.0-only
#include "trace/misses.h"
#include "kernel/hook_table.h"

#include <stddef.h>

struct misses misses__sum(const uint64_t *of, const bool *on)
{
	struct misses sum = {};
	uint64_t least = 0;

	for (size_t i = 0; i < nr_hooks; i++) {
		if (!on[i] || hooks[i].role == HOOK_WATCHES)
			continue;
		if (hooks[i].copy == 1 || of[i] < least)
			least = of[i];
		if (i + 1 < nr_hooks && hooks[i + 1].copy != 1 && on[i + 1])
			continue; /* another copy */
		if (hooks[i].role == HOOK_FREES)
			sum.frees += least;
		else
			sum.allocations += least;
	}
	return sum;
}
