// SPDX-License-Identifier: GPL-2.0-only
#include "report/saved_bound.h"

#include <string.h>

#define END  32 /* bytes that end the last part, at the most */
#define PART 16 /* a part has a sixteenth of what the file may have */

/* To this much it is cut: a quarter is written before what stays is copied again. */
static uint64_t kept(uint64_t most)
{
	return most / 4 * 3;
}

bool saved_bound__is_long(const struct saved_bound *bound, uint64_t whole)
{
	return bound->most && bound->nr &&
	       whole - bound->starts[bound->nr - 1] >= bound->most / PART;
}

bool saved_bound__is_over(const struct saved_bound *bound, uint64_t whole, uint64_t more)
{
	return bound->most && whole + more + END > bound->most;
}

uint64_t saved_bound__excess(const struct saved_bound *bound, uint64_t whole, uint64_t more)
{
	if (!saved_bound__is_over(bound, whole, more))
		return 0;
	for (size_t i = 1; i < bound->nr; i++)
		if (whole - bound->starts[i] + more <= kept(bound->most))
			return bound->starts[i];
	return whole;
}

void saved_bound__begin(struct saved_bound *bound, uint64_t start)
{
	/* two that are taken for one go together, later */
	if (bound->nr == SAVED_BOUND_PARTS) {
		bound->nr--;
		memmove(&bound->starts[1], &bound->starts[2],
			(bound->nr - 1) * sizeof(*bound->starts));
	}
	bound->starts[bound->nr++] = start;
}

void saved_bound__cut(struct saved_bound *bound, uint64_t excess)
{
	size_t nr = 0;

	for (size_t i = 0; i < bound->nr; i++)
		if (bound->starts[i] >= excess)
			bound->starts[nr++] = bound->starts[i] - excess;
	bound->nr = nr;
}
