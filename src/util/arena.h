/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is freed all at once. */
#ifndef KLEAK_UTIL_ARENA_H
#define KLEAK_UTIL_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_piece *pieces; /* NULL: empty */
};

/* Room for `nr` things of `size` bytes, all zero; NULL: memory is short. */
void *arena__new(struct arena *arena, size_t nr, size_t size);

void arena__free(struct arena *arena);

#endif
