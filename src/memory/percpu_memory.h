/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-CPU memory as a scan has to read it: what is allocated of it, and no more.  What is free, a
 * module's variables after the module has gone among it, keeps what it held (mm/percpu.c,
 * pcpu_free_area()).
 *
 * The first chunk and the reserved one lie in the direct map: what is free there is dead
 * (ram__add_dead()).  The pages of the others are scattered, and their struct pages name their
 * chunk (pcpu_set_page_chunk()), not their place in it: they are left to this one
 * (ram__leave_to()), and read where the chunk has them mapped.
 */
#ifndef KLEAK_MEMORY_PERCPU_MEMORY_H
#define KLEAK_MEMORY_PERCPU_MEMORY_H

#include "memory/percpu_chunks.h"
#include "memory/ram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct percpu_memory {
	/* by the caller; all zeros but these */
	const struct percpu_chunks *chunks;
	struct ram *memory;
	const uint64_t *cpu_offsets; /* what to add to a per-CPU pointer */
	uint32_t nr_cpus;

	struct percpu_copy *list; /* chunks that are mapped */
	size_t nr, room;
	uint64_t *map; /* what of a chunk is allocated, a bit for each PCPU_MIN_ALLOC_SIZE */
	size_t room_map;
	bool known;	    /* where the chunks are; if not, ram_walk__words() reads all of them */
	size_t dead_before; /* of memory->nr_dead */
};

/* Learn what there is now, before ram_walk__words().  0 or -ENOMEM. */
int percpu_memory__begin(struct percpu_memory *percpu);

/* Hand every word that is allocated in the chunks that are mapped to see(), as ram_walk__words()
 * does. */
int percpu_memory__walk(struct percpu_memory *percpu,
			int (*see)(void *arg, uint64_t address, const uint64_t *words, size_t nr),
			void *arg);

void percpu_memory__free(struct percpu_memory *percpu);

#endif
