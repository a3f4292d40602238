/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of per-CPU memory is in use.  /proc/meminfo's Percpu counts the pages that are there
 * (pcpu_nr_pages()); what of them is allocated is in the allocator's chunks.
 */
#ifndef KLEAK_MEMORY_PERCPU_USE_H
#define KLEAK_MEMORY_PERCPU_USE_H

#include "memory/percpu_chunks.h"

struct percpu_use {
	bool known;
	int64_t used_bytes; /* up to a constant: the first chunk has less than its pages */
};

/*
 * Of all chunks, in *use, as percpu_chunks__each() finds them.  Those whose pages are just being
 * given back may be missing: there is nothing in them.
 */
void percpu_use__read(struct percpu_use *use, const struct percpu_chunks *chunks);

#endif
