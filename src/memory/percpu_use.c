// SPDX-License-Identifier: GPL-2.0-only
#include "memory/percpu_use.h"

static bool add_chunk(void *arg, const struct percpu_chunk *chunk)
{
	int64_t *used_bytes = arg; /* of one CPU */

	*used_bytes += chunk->bytes - chunk->free_bytes;
	return true;
}

void percpu_use__read(struct percpu_use *use, const struct percpu_chunks *chunks)
{
	int64_t used_bytes = 0;

	*use = (struct percpu_use){};
	for (unsigned int i = 0; i < PERCPU_CHUNKS_TRIES && !use->known; i++) {
		percpu_chunks__wait(i);
		used_bytes = 0;
		use->known = percpu_chunks__each(chunks, add_chunk, &used_bytes);
	}
	use->used_bytes = use->known ? used_bytes * chunks->cpus : 0;
}
