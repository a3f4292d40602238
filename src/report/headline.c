// SPDX-License-Identifier: GPL-2.0-only
#include "report/headline.h"

#include <stdlib.h>

/*
 * A constructor may call a function of its own that allocates: alloc_inode() has the file system's
 * do it.  So many frames may stand between two, or before the first.
 */
#define BETWEEN 1

struct headline headline__from(const struct callers *callers, const uint32_t *numbers, size_t nr,
			       size_t first)
{
	size_t end = first + 1;

	if (first >= nr)
		return (struct headline){};
	while (end < nr && end < first + HEADLINE_FRAMES &&
	       !callers__is_entry(callers, numbers[end]))
		end++;
	return (struct headline){(uint16_t)first, (uint16_t)(end - first)};
}

struct headline headline__of(const struct callers *callers, const struct symbols_frame *stack,
			     const uint32_t *numbers, size_t nr)
{
	size_t first = 0, between = 0;

	for (size_t i = 0; i + 1 < nr && between <= BETWEEN; i++) {
		if (callers__is_entry(callers, numbers[i + 1]))
			break; /* what comes next says less */
		if (callers__is_constructor(callers, numbers[i])) {
			first = i + 1;
			between = 0;
		} else {
			between += !stack[i].inlined;
		}
	}
	return headline__from(callers, numbers, nr, first);
}

struct headline headline__alone(const struct symbols_frame *stack, size_t nr)
{
	struct callers callers = {};
	uint32_t *numbers = calloc(nr + 1, sizeof(*numbers));
	struct headline headline = {};

	if (numbers && !callers__add(&callers, stack, nr, true, numbers))
		headline = headline__of(&callers, stack, numbers, nr);
	callers__free(&callers);
	free(numbers);
	return headline;
}
