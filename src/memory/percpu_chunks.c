// SPDX-License-Identifier: GPL-2.0-only
#include "memory/percpu_chunks.h"

#include <errno.h>
#include <unistd.h>

#define TRIES	    8
#define MOST_LISTS  256
#define MOST_CHUNKS 8192
#define MOST_PAGES  (1 << 20) /* of a chunk */

struct walk {
	const struct percpu_chunks *chunks;
	const struct percpu_chunks_visitor *visitor; /* NULL: they are only counted */
	uint32_t nr;
	uint64_t sum; /* of their addresses */
};

static int read_at(const struct percpu_chunks *chunks, uint64_t address, void *to, size_t len)
{
	return chunks->read(chunks->arg, address, to, len);
}

static int see_chunk(struct walk *walk, uint64_t at)
{
	const struct percpu_chunks_visitor *visitor = walk->visitor;
	const struct percpu_layout *l = &walk->chunks->layout;
	struct percpu_chunk chunk = {.at = at};
	int32_t free_bytes, nr_pages;

	if (walk->nr++ == MOST_CHUNKS ||
	    read_at(walk->chunks, at + l->free_bytes, &free_bytes, sizeof(free_bytes)) ||
	    read_at(walk->chunks, at + l->nr_pages, &nr_pages, sizeof(nr_pages)))
		return -EAGAIN;
	chunk.bytes = (int64_t)nr_pages * walk->chunks->page_size;
	chunk.free_bytes = free_bytes;
	if (nr_pages <= 0 || nr_pages > MOST_PAGES || free_bytes < 0 || free_bytes > chunk.bytes)
		return -EAGAIN;
	walk->sum += at;
	return visitor ? visitor->see(visitor->arg, &chunk) : 0;
}

/* Those of the list at `head`, each of which has to refer back to the one before. */
static int see_list(struct walk *walk, uint64_t head)
{
	uint64_t links[2], before = head; /* struct list_head: next, prev */
	int err = 0;

	if (read_at(walk->chunks, head, links, sizeof(links)))
		return -EAGAIN;
	while (links[0] != head && !err) {
		uint64_t at = links[0];

		if (read_at(walk->chunks, at, links, sizeof(links)) || links[1] != before)
			return -EAGAIN;
		err = see_chunk(walk, at - walk->chunks->layout.list);
		before = at;
	}
	return err;
}

/* All there are now. */
static int see_all(struct walk *walk)
{
	const struct percpu_chunks *chunks = walk->chunks;
	uint64_t lists, reserved = 0;
	uint32_t nr;
	int err = 0;

	if (read_at(chunks, chunks->lists, &lists, sizeof(lists)) ||
	    read_at(chunks, chunks->nr_slots, &nr, sizeof(nr)) || !nr ||
	    nr > MOST_LISTS / chunks->layout.types)
		return -EAGAIN;
	if (chunks->reserved && read_at(chunks, chunks->reserved, &reserved, sizeof(reserved)))
		return -EAGAIN;
	if (reserved)
		err = see_chunk(walk, reserved);
	for (uint32_t i = 0; i < nr * chunks->layout.types && !err; i++)
		err = see_list(walk, lists + 2 * sizeof(uint64_t) * i);
	return walk->nr || err ? err : -EAGAIN;
}

/*
 * A chunk goes from list to list as its free bytes change (mm/percpu.c, pcpu_chunk_relocate()): one
 * that went to a list that had been walked through is missed, and each list looks whole.  So they
 * are counted before.
 */
static int try_all(const struct percpu_chunks *chunks, const struct percpu_chunks_visitor *visitor)
{
	struct walk before = {.chunks = chunks}, walk = {.chunks = chunks, .visitor = visitor};
	int err;

	visitor->begin(visitor->arg);
	err = see_all(&before);
	if (!err)
		err = see_all(&walk);
	if (!err && (walk.nr != before.nr || walk.sum != before.sum))
		err = -EAGAIN;
	return err;
}

int percpu_chunks__each(const struct percpu_chunks *chunks,
			const struct percpu_chunks_visitor *visitor)
{
	int err = -EAGAIN;

	if (!chunks->layout.types || !chunks->lists || !chunks->nr_slots)
		return -ENOTSUP;
	for (unsigned int i = 0; i < TRIES && err == -EAGAIN; i++) {
		if (i >= 2)
			usleep(500U << i);
		err = try_all(chunks, visitor);
	}
	return err;
}

uint64_t percpu_chunks__nearest(const uint64_t *cpu_offsets, uint32_t nr_cpus)
{
	uint64_t nearest = cpu_offsets[0];

	for (uint32_t i = 1; i < nr_cpus; i++)
		if (cpu_offsets[i] < nearest)
			nearest = cpu_offsets[i];
	return nearest;
}
