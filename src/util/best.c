// SPDX-License-Identifier: GPL-2.0-only
#include "util/best.h"

#include <string.h>

void best__keep(void *list, size_t *nr, size_t most, size_t size, const void *item,
		bool (*is_better)(const void *a, const void *b))
{
	char *place = list;
	size_t at = 0;

	for (; at < *nr && !is_better(item, place); at++)
		place += size;
	if (at == most)
		return;
	if (*nr < most)
		++*nr;
	memmove(place + size, place, (*nr - at - 1) * size);
	memcpy(place, item, size);
}
