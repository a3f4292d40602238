/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which code belongs to the allocators: the first stack frame outside of it is the function that
 * allocates.  By address range, so that printing has no say.
 */
#ifndef KLEAK_KERNEL_ALLOCATOR_H
#define KLEAK_KERNEL_ALLOCATOR_H

#include "kernel/names.h"
#include "kleak.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct allocator {
	struct kleak_range *ranges; /* sorted, apart from each other */
	size_t nr;
	struct kleak_range *backing; /* functions that take pages to hand them out in another way */
	size_t nr_backing;
	struct kleak_range *metadata; /* functions that allocate for the slab allocator itself */
	size_t nr_metadata;
	const struct names *names; /* by the caller; NULL: not known */
};

/*
 * Find the allocators' functions by name: they are the kernel's own, which stay where they are.
 * 0, or -ENOMEM (*allocator untouched).  `names` is asked later, too.
 */
int allocator__learn(struct allocator *allocator, const struct names *names);

/* Does a call from inside an allocator return to `address`? */
bool allocator__contains(const struct allocator *allocator, uint64_t address);

/*
 * Was `address`, after so many changes (names.h), in no function of the kernel's or a module's, but
 * in another kind of code: a BPF program, a trampoline?
 */
bool allocator__is_tracing(const struct allocator *allocator, uint64_t address,
			   struct names_time when);

/*
 * Is `address` in a function that takes pages for slab, large kmalloc, vmalloc, per-CPU
 * memory, page tables or user mappings?  Such pages are counted there.
 */
bool allocator__is_backing(const struct allocator *allocator, uint64_t address);

/*
 * Is `address` in a function that allocates what the slab allocator needs for itself (a vector of
 * owners for a slab, a sheaf)?  It goes when the slab goes, and is no leak of whoever is
 * allocating.
 */
bool allocator__is_metadata(const struct allocator *allocator, uint64_t address);

/*
 * Is that a function of the allocators that the compiler puts into its callers (kzalloc() and the
 * like)?  Those have no address of their own.
 */
bool allocator__is_inlined(const char *function);

/* Which part of the allocators the function called so belongs to, without suffixes ("_noprof"). */
enum allocator_part {
	ALLOCATOR_NONE,
	ALLOCATOR_PLUMBING,
	ALLOCATOR_BACKING, /* as allocator__is_backing() */
};

enum allocator_part allocator__part_of(const char *function, size_t length);

void allocator__free(struct allocator *allocator);

#endif
