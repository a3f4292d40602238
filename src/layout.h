/* SPDX-License-Identifier: GPL-2.0-only */
/* Where this kernel keeps what: offsets of fields, from BTF. */
#ifndef KLEAK_LAYOUT_H
#define KLEAK_LAYOUT_H

#include "slub.h"

#include <stddef.h>

struct btf;

/*
 * The layout of SLUB's books.  0, or -ENOTSUP when it is none that is known, with
 * what is missing in `why` (no sentence: "no field kmem_cache.cpu_slab").
 */
int layout__read_slub(struct slub_layout *layout, const struct btf *btf, uint32_t page_size,
		      char *why, size_t len);

#endif
