// SPDX-License-Identifier: GPL-2.0-only
#include "memory/percpu_use.h"

/* arg: what is used, of one CPU. */
static void begin(void *arg)
{
	*(int64_t *)arg = 0;
}

static int add_chunk(void *arg, const struct percpu_chunk *chunk)
{
	*(int64_t *)arg += chunk->bytes - chunk->free_bytes;
	return 0;
}

void percpu_use__read(struct percpu_use *use, const struct percpu_chunks *chunks)
{
	int64_t used_bytes;
	const struct percpu_chunks_visitor visitor = {begin, add_chunk, &used_bytes};

	*use = (struct percpu_use){.known = !percpu_chunks__each(chunks, &visitor)};
	if (use->known)
		use->used_bytes = used_bytes * chunks->cpus;
}
