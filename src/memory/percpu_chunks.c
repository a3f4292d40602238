// SPDX-License-Identifier: GPL-2.0-only
#include "memory/percpu_chunks.h"

#include <unistd.h>

#define MOST_LISTS  256
#define MOST_CHUNKS 8192
#define MOST_PAGES  (1 << 20) /* of a chunk */

struct walk {
	const struct percpu_chunks *chunks;
	bool (*see)(void *arg, const struct percpu_chunk *chunk); /* NULL: they are only counted */
	void *arg;
	uint32_t nr;
	uint64_t sum; /* of their addresses */
};

static int read_at(const struct percpu_chunks *chunks, uint64_t address, void *to, size_t len)
{
	return chunks->read(chunks->arg, address, to, len);
}

static bool see_chunk(struct walk *walk, uint64_t at)
{
	const struct percpu_layout *l = &walk->chunks->layout;
	struct percpu_chunk chunk = {.at = at};
	int32_t free_bytes, nr_pages;

	if (walk->nr++ == MOST_CHUNKS ||
	    read_at(walk->chunks, at + l->free_bytes, &free_bytes, sizeof(free_bytes)) ||
	    read_at(walk->chunks, at + l->nr_pages, &nr_pages, sizeof(nr_pages)))
		return false;
	chunk.bytes = (int64_t)nr_pages * walk->chunks->page_size;
	chunk.free_bytes = free_bytes;
	if (nr_pages <= 0 || nr_pages > MOST_PAGES || free_bytes < 0 || free_bytes > chunk.bytes)
		return false;
	walk->sum += at;
	return !walk->see || walk->see(walk->arg, &chunk);
}

/* Those of the list at `head`, each of which has to refer back to the one before. */
static bool see_list(struct walk *walk, uint64_t head)
{
	uint64_t links[2], before = head; /* struct list_head: next, prev */

	if (read_at(walk->chunks, head, links, sizeof(links)))
		return false;
	while (links[0] != head) {
		uint64_t at = links[0];

		if (read_at(walk->chunks, at, links, sizeof(links)) || links[1] != before ||
		    !see_chunk(walk, at - walk->chunks->layout.list))
			return false;
		before = at;
	}
	return true;
}

/* All there are now. */
static bool see_all(struct walk *walk)
{
	const struct percpu_chunks *chunks = walk->chunks;
	uint64_t lists, reserved = 0;
	uint32_t nr;

	if (!chunks->layout.types || !chunks->lists || !chunks->nr_slots ||
	    read_at(chunks, chunks->lists, &lists, sizeof(lists)) ||
	    read_at(chunks, chunks->nr_slots, &nr, sizeof(nr)) || !nr ||
	    nr > MOST_LISTS / chunks->layout.types)
		return false;
	if (chunks->reserved && (read_at(chunks, chunks->reserved, &reserved, sizeof(reserved)) ||
				 (reserved && !see_chunk(walk, reserved))))
		return false;
	for (uint32_t i = 0; i < nr * chunks->layout.types; i++)
		if (!see_list(walk, lists + 2 * sizeof(uint64_t) * i))
			return false;
	return walk->nr;
}

/*
 * A chunk goes from list to list as its free bytes change (mm/percpu.c, pcpu_chunk_relocate()): one
 * that went to a list that had been walked through is missed, and each list looks whole.  So they
 * are counted before.
 */
bool percpu_chunks__each(const struct percpu_chunks *chunks,
			 bool (*see)(void *arg, const struct percpu_chunk *chunk), void *arg)
{
	struct walk before = {.chunks = chunks}, walk = {.chunks = chunks, .see = see, .arg = arg};

	return see_all(&before) && see_all(&walk) && walk.nr == before.nr && walk.sum == before.sum;
}

void percpu_chunks__wait(unsigned int i)
{
	if (i >= 2)
		usleep(500U << i);
}

uint64_t percpu_chunks__nearest(const uint64_t *cpu_offsets, uint32_t nr_cpus)
{
	uint64_t nearest = cpu_offsets[0];

	for (uint32_t i = 1; i < nr_cpus; i++)
		if (cpu_offsets[i] < nearest)
			nearest = cpu_offsets[i];
	return nearest;
}
