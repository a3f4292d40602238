/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chunks of per-CPU memory (mm/percpu-internal.h).
 *
 * All chunks stand in the lists of pcpu_chunk_lists, by how much room they have: the first one of
 * the boot, and those that are isolated, too, in the last slots (mm/percpu.c,
 * pcpu_setup_first_chunk()).  pcpu_reserved_chunk, for modules' own variables, is apart.
 */
#ifndef KLEAK_MEMORY_PERCPU_CHUNKS_H
#define KLEAK_MEMORY_PERCPU_CHUNKS_H

#include "kernel/layout.h"
#include "memory/kernel_copy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct percpu_chunks {
	struct percpu_layout layout;
	uint64_t lists, nr_slots, reserved; /* where these variables are; 0: not known */
	uint32_t page_size;
	uint32_t cpus; /* possible ones: each has its copy of all that is allocated */
	kernel_copy read;
	void *arg;
};

struct percpu_chunk {
	uint64_t at;	    /* its struct pcpu_chunk */
	int64_t bytes;	    /* of its pages, for one CPU */
	int64_t free_bytes; /* of them */
};

/* Who is handed all chunks. */
struct percpu_chunks_visitor {
	void (*begin)(void *arg); /* from the start, whatever was handed out before */
	/* 0, -EAGAIN where it makes no sense now, or another -errno, which ends it */
	int (*see)(void *arg, const struct percpu_chunk *chunk);
	void *arg;
};

/*
 * Hand every chunk to the visitor once.  Nothing is locked: they have to be the same twice in a
 * row, but for what is allocated in each.  There are several tries, and as the CPU that changes the
 * lists may be a virtual one that its host has stopped, later ones wait: 126 ms in all.
 * 0, -ENOTSUP where nobody knows where they are, -EAGAIN where they do not make sense, or what
 * see() returned; unless 0 it may have seen some.
 */
int percpu_chunks__each(const struct percpu_chunks *chunks,
			const struct percpu_chunks_visitor *visitor);

/*
 * What to add to a per-CPU pointer for the copy that begins at a chunk's base_addr: that of the CPU
 * whose copies are nearest (mm/percpu.c, pcpu_setup_first_chunk(); all chunks are alike).
 */
uint64_t percpu_chunks__nearest(const uint64_t *cpu_offsets, uint32_t nr_cpus);

#endif
