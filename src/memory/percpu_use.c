// SPDX-License-Identifier: GPL-2.0-only
#include "memory/percpu_use.h"

#define MOST_TRIES 8

struct pass {
	uint64_t chunks; /* how many, and which ones */
	uint64_t addresses;
	int64_t used_bytes; /* of one CPU */
};

static bool add_chunk(void *arg, const struct percpu_chunk *chunk)
{
	struct pass *pass = arg;

	pass->chunks++;
	pass->addresses += chunk->at;
	pass->used_bytes += chunk->bytes - chunk->free_bytes;
	return true;
}

void percpu_use__read(struct percpu_use *use, const struct percpu_chunks *chunks)
{
	struct pass before = {}, now = {};

	*use = (struct percpu_use){};
	for (int i = 0; i < MOST_TRIES && !use->known; i++) {
		now = (struct pass){};
		if (!percpu_chunks__each(chunks, add_chunk, &now))
			now = (struct pass){};
		use->known = now.chunks && now.chunks == before.chunks &&
			     now.addresses == before.addresses;
		before = now;
	}
	use->used_bytes = now.used_bytes * chunks->cpus;
}
