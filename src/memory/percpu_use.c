// SPDX-License-Identifier: GPL-2.0-only
#include "memory/percpu_use.h"

#include <string.h>

#define MOST_LISTS  256
#define MOST_CHUNKS 8192
#define MOST_PAGES  (1 << 20) /* of a chunk */
#define MOST_TRIES  8

struct pass {
	uint64_t chunks; /* how many, and which ones */
	uint64_t addresses;
	int64_t used_bytes; /* of one CPU */
};

static int read_at(const struct percpu_chunks *chunks, uint64_t address, void *to, size_t len)
{
	return chunks->read(chunks->arg, address, to, len);
}

static bool add_chunk(const struct percpu_chunks *chunks, struct pass *pass, uint64_t chunk)
{
	const struct percpu_layout *l = &chunks->layout;
	int32_t free_bytes, nr_pages;
	int64_t bytes;

	if (pass->chunks == MOST_CHUNKS ||
	    read_at(chunks, chunk + l->free_bytes, &free_bytes, sizeof(free_bytes)) ||
	    read_at(chunks, chunk + l->nr_pages, &nr_pages, sizeof(nr_pages)))
		return false;
	bytes = (int64_t)nr_pages * chunks->page_size;
	if (nr_pages <= 0 || nr_pages > MOST_PAGES || free_bytes < 0 || free_bytes > bytes)
		return false;
	pass->chunks++;
	pass->addresses += chunk;
	pass->used_bytes += bytes - free_bytes;
	return true;
}

/* Those of the list at `head`, each of which has to refer back to the one before. */
static bool add_list(const struct percpu_chunks *chunks, struct pass *pass, uint64_t head)
{
	uint64_t links[2], before = head; /* struct list_head: next, prev */

	if (read_at(chunks, head, links, sizeof(links)))
		return false;
	while (links[0] != head) {
		uint64_t at = links[0];

		if (read_at(chunks, at, links, sizeof(links)) || links[1] != before ||
		    !add_chunk(chunks, pass, at - chunks->layout.list))
			return false;
		before = at;
	}
	return true;
}

static bool look(const struct percpu_chunks *chunks, struct pass *pass, uint64_t lists, uint32_t nr)
{
	uint64_t reserved = 0;

	*pass = (struct pass){};
	if (chunks->reserved && (read_at(chunks, chunks->reserved, &reserved, sizeof(reserved)) ||
				 (reserved && !add_chunk(chunks, pass, reserved))))
		return false;
	for (uint32_t i = 0; i < nr; i++)
		if (!add_list(chunks, pass, lists + 2 * sizeof(uint64_t) * i))
			return false;
	return pass->chunks;
}

void percpu_use__read(struct percpu_use *use, const struct percpu_chunks *chunks)
{
	struct pass before = {}, now = {};
	uint64_t lists;
	uint32_t nr;

	*use = (struct percpu_use){};
	if (!chunks->layout.types || !chunks->lists || !chunks->nr_slots ||
	    read_at(chunks, chunks->lists, &lists, sizeof(lists)) ||
	    read_at(chunks, chunks->nr_slots, &nr, sizeof(nr)) || !nr ||
	    nr > MOST_LISTS / chunks->layout.types)
		return;
	for (int i = 0; i < MOST_TRIES && !use->known; i++) {
		if (!look(chunks, &now, lists, nr * chunks->layout.types))
			now = (struct pass){};
		use->known = now.chunks && now.chunks == before.chunks &&
			     now.addresses == before.addresses;
		before = now;
	}
	use->used_bytes = now.used_bytes * chunks->cpus;
}
