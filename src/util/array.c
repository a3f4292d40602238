// SPDX-License-Identifier: GPL-2.0-only
#include "util/array.h"
#include "util/heap.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_ROOM 256

/* Room that is not worth its memory. */
#define KEPT_BYTES (1 << 20)
#define KEPT_TIMES 16

int array__grow(void **array, size_t nr, size_t *room, size_t size)
{
	size_t more = *room ? *room : FIRST_ROOM;
	void *grown;

	while (more < nr)
		more *= 2;
	grown = realloc(*array, more * size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = more;
	return 0;
}

void array__give_back(void **array, size_t nr, size_t *room, size_t size)
{
	size_t less = FIRST_ROOM;
	void *shrunk;

	if (*room * size <= KEPT_BYTES || nr >= *room / KEPT_TIMES)
		return;
	while (less < 2 * nr)
		less *= 2;
	shrunk = realloc(*array, less * size);
	if (!shrunk)
		return;
	*array = shrunk;
	*room = less;
	heap__give_back();
}
