/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of per-CPU memory is in use.  /proc/meminfo's Percpu counts the pages that are there
 * (pcpu_nr_pages()); what of them is allocated is in the allocator's chunks (mm/percpu-internal.h).
 *
 * All chunks stand in the lists of pcpu_chunk_lists, by how much room they have: the first one of
 * the boot, and those that are isolated, too, in the last slots (mm/percpu.c,
 * pcpu_setup_first_chunk()).  pcpu_reserved_chunk, for modules' own variables, is apart.
 */
#ifndef KLEAK_MEMORY_PERCPU_USE_H
#define KLEAK_MEMORY_PERCPU_USE_H

#include "kernel/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct percpu_chunks {
	struct percpu_layout layout;
	uint64_t lists, nr_slots, reserved; /* where these variables are; 0: not known */
	uint32_t page_size;
	uint32_t cpus; /* possible ones: each has its copy of all that is allocated */
	/* Copy kernel memory: 0 or -EFAULT. */
	int (*read)(void *arg, uint64_t address, void *to, size_t len);
	void *arg;
};

struct percpu_use {
	bool known;
	int64_t used_bytes; /* up to a constant: the first chunk has less than its pages */
};

/*
 * Of all chunks, in *use.  Nothing is locked: what is found has to be the same twice in a row, but
 * for what is allocated in each.  Chunks whose pages are just being given back may be missing:
 * there is nothing in them.
 */
void percpu_use__read(struct percpu_use *use, const struct percpu_chunks *chunks);

#endif
