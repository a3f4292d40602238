// SPDX-License-Identifier: GPL-2.0-only
#include "util/arena.h"

#include <stdint.h>
#include <stdlib.h>

struct arena_piece {
	struct arena_piece *next;
	_Alignas(max_align_t) unsigned char room[];
};

void *arena__new(struct arena *arena, size_t nr, size_t size)
{
	struct arena_piece *piece;

	if (size && nr > (SIZE_MAX - sizeof(*piece)) / size)
		return NULL;
	piece = calloc(1, sizeof(*piece) + nr * size);
	if (!piece)
		return NULL;
	piece->next = arena->pieces;
	arena->pieces = piece;
	return piece->room;
}

void arena__free(struct arena *arena)
{
	while (arena->pieces) {
		struct arena_piece *next = arena->pieces->next;

		free(arena->pieces);
		arena->pieces = next;
	}
}
