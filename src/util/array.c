// SPDX-License-Identifier: GPL-2.0-only
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_ROOM 256

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
