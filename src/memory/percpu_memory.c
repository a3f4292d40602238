// SPDX-License-Identifier: GPL-2.0-only
#include "memory/percpu_memory.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UNIT	   4		/* bytes: PCPU_MIN_ALLOC_SIZE (include/linux/percpu.h) */
#define OF_WORD	   (64 * UNIT)	/* what a word of the map stands for */
#define MOST_BYTES (64LL << 20) /* of a chunk, for one CPU; larger ones are read whole */
#define PIECE	   ((uint64_t)KLEAK_READ_MOST)

struct percpu_copy {
	uint64_t at, base; /* its struct pcpu_chunk; where its first unit is mapped */
	uint64_t map;	   /* where its alloc_map is */
	uint64_t bytes;
};

static int read_at(const struct percpu_memory *percpu, uint64_t address, void *to, size_t len)
{
	return percpu->chunks->read(percpu->chunks->arg, address, to, len);
}

/* Where a CPU has its copies, seen from the chunk's base_addr (pcpu_unit_offsets[]). */
static uint64_t unit_of(const struct percpu_memory *percpu, uint32_t cpu)
{
	return percpu->cpu_offsets[cpu] -
	       percpu_chunks__nearest(percpu->cpu_offsets, percpu->nr_cpus);
}

/* Of a chunk.  0, -EFAULT or -ENOMEM. */
static int read_map(struct percpu_memory *percpu, const struct percpu_copy *copy)
{
	uint64_t words = copy->bytes / OF_WORD;
	int err = array__reserve((void **)&percpu->map, words, &percpu->room_map,
				 sizeof(*percpu->map));

	for (uint64_t at = 0; at < words && !err; at += PIECE / sizeof(*percpu->map)) {
		uint64_t nr = words - at;

		if (nr > PIECE / sizeof(*percpu->map))
			nr = PIECE / sizeof(*percpu->map);
		err = read_at(percpu, copy->map + at * sizeof(*percpu->map), percpu->map + at,
			      nr * sizeof(*percpu->map));
	}
	return err;
}

static bool is_allocated(const struct percpu_memory *percpu, uint64_t unit)
{
	return percpu->map[unit / 64] >> unit % 64 & 1;
}

/* What is free of [start, end), whose content this is, becomes zeros; both are offsets. */
static void mask(const struct percpu_memory *percpu, uint64_t start, uint64_t end, uint8_t *content)
{
	for (uint64_t at = start; at < end; at += OF_WORD) {
		uint64_t map = percpu->map[at / OF_WORD];

		if (map == UINT64_MAX)
			continue;
		for (uint64_t unit = 0; unit < 64; unit++)
			if (!(map >> unit & 1))
				memset(content + (at - start) + unit * UNIT, 0, UNIT);
	}
}

/* ---- in the direct map ---- */

/* What is free of it, of each CPU's copy. */
static int add_dead(struct percpu_memory *percpu, const struct percpu_copy *copy)
{
	uint64_t units = copy->bytes / UNIT, end;
	int err = 0;

	for (uint64_t start = 0; start < units && !err; start = end) {
		end = start + 1;
		if (is_allocated(percpu, start))
			continue;
		while (end < units && !is_allocated(percpu, end))
			end++;
		for (uint32_t cpu = 0; cpu < percpu->nr_cpus && !err; cpu++) {
			uint64_t address = copy->base + unit_of(percpu, cpu);

			err = ram__add_dead(percpu->memory, address + start * UNIT,
					    address + end * UNIT);
		}
	}
	return err;
}

static int add_mapped(struct percpu_memory *percpu, const struct percpu_copy *copy)
{
	int err = array__reserve((void **)&percpu->list, percpu->nr + 1, &percpu->room,
				 sizeof(*percpu->list));

	if (err)
		return err;
	percpu->list[percpu->nr++] = *copy;
	return ram__leave_to(percpu->memory, copy->at);
}

static int add_chunk(void *arg, const struct percpu_chunk *chunk)
{
	struct percpu_memory *percpu = arg;
	const struct percpu_layout *l = &percpu->chunks->layout;
	struct percpu_copy copy = {.at = chunk->at, .bytes = (uint64_t)chunk->bytes};
	int err;

	if (chunk->bytes > MOST_BYTES)
		return 0;
	if (read_at(percpu, chunk->at + l->base_addr, &copy.base, sizeof(copy.base)) ||
	    read_at(percpu, chunk->at + l->alloc_map, &copy.map, sizeof(copy.map)))
		return -EAGAIN;
	if (!ram__contains(percpu->memory, copy.base))
		return add_mapped(percpu, &copy);
	err = read_map(percpu, &copy);
	if (err)
		return err == -EFAULT ? -EAGAIN : err;
	return add_dead(percpu, &copy);
}

static void forget_chunks(void *arg)
{
	struct percpu_memory *percpu = arg;

	percpu->nr = 0;
	percpu->memory->nr_dead = percpu->dead_before;
	ram__forget_owners(percpu->memory);
}

int percpu_memory__begin(struct percpu_memory *percpu)
{
	const struct percpu_chunks_visitor visitor = {forget_chunks, add_chunk, percpu};
	int err;

	percpu->dead_before = percpu->memory->nr_dead;
	err = percpu_chunks__each(percpu->chunks, &visitor);
	percpu->known = !err;
	if (err)
		forget_chunks(percpu);
	return err == -ENOMEM ? err : 0;
}

/* ---- where it is mapped ---- */

struct walk {
	struct percpu_memory *percpu;
	int (*see)(void *arg, uint64_t address, const uint64_t *words, size_t nr);
	void *arg;
};

/* [start, end) of the copy that is mapped at `unit`.  -EFAULT: not all of it is there. */
static int see_piece(const struct walk *walk, uint64_t unit, uint64_t start, uint64_t end)
{
	struct ram *memory = walk->percpu->memory;
	void *content = memory->peek(memory->slub->arg, unit + start, end - start);

	if (!content)
		return -EFAULT;
	mask(walk->percpu, start, end, content);
	return walk->see(walk->arg, unit + start, content, (end - start) / sizeof(uint64_t));
}

/* Pages that nothing was allocated from yet are not there. */
static int see_copy(const struct walk *walk, uint64_t unit, uint64_t bytes)
{
	uint64_t page_size = walk->percpu->chunks->page_size;
	int err = 0;

	for (uint64_t at = 0, to; at < bytes && !err; at = to) {
		to = bytes - at < PIECE ? bytes : at + PIECE;
		err = see_piece(walk, unit, at, to);
		if (err != -EFAULT)
			continue;
		err = 0;
		for (uint64_t page = at; page < to && !err; page += page_size) {
			err = see_piece(walk, unit, page,
					to - page < page_size ? to : page + page_size);
			if (err == -EFAULT)
				err = 0;
		}
	}
	return err;
}

int percpu_memory__walk(struct percpu_memory *percpu,
			int (*see)(void *arg, uint64_t address, const uint64_t *words, size_t nr),
			void *arg)
{
	const struct walk walk = {percpu, see, arg};
	int err = 0;

	for (size_t i = 0; i < percpu->nr && !err; i++) {
		err = read_map(percpu, &percpu->list[i]);
		if (err == -EFAULT) {
			err = 0; /* it has gone */
			continue;
		}
		for (uint32_t cpu = 0; cpu < percpu->nr_cpus && !err; cpu++)
			err = see_copy(&walk, percpu->list[i].base + unit_of(percpu, cpu),
				       percpu->list[i].bytes);
	}
	return err;
}

void percpu_memory__free(struct percpu_memory *percpu)
{
	free(percpu->list);
	free(percpu->map);
	memset(percpu, 0, sizeof(*percpu));
}
