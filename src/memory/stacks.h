/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which parts of the kernel's stacks are not in use: what lies below the stack pointer of a task
 * that sleeps is left over from calls that have returned, and so is all of a stack that the kernel
 * keeps for the next task (kernel/fork.c, cached_stacks).  (kmemleak takes all of the former.)
 */
#ifndef KLEAK_MEMORY_STACKS_H
#define KLEAK_MEMORY_STACKS_H

#include "kernel/layout.h"
#include "memory/places.h"
#include "memory/ram.h"
#include "util/idmap.h"

#include <stddef.h>
#include <stdint.h>

struct stacks {
	/* by the caller */
	struct ram *memory;
	struct slub *slub;
	const struct area_layout *areas;
	const struct task_layout *layout;
	uint32_t size; /* bytes of a stack */
	uint32_t self; /* thread group of this program, as the initial PID namespace has it */

	struct idmap used; /* where the stacks of tasks begin, those that have ended included */
	bool all_seen;
};

/* No task has been seen yet. */
void stacks__begin(struct stacks *stacks);

/*
 * One slab of those that there are (ram_walk__slabs()).  Of tasks in it, have ram_walk__words()
 * leave out what is dead of their stacks, and all of this program's (ram__add_dead()).  A task that
 * wakes up before its stack is read is seen without its newest calls.  0 or -ENOMEM.
 */
int stacks__see_slab(struct stacks *stacks, uint64_t address, uint64_t cache);

/*
 * The same of stacks that no task has, once all slabs have been seen.  The stack of a task that
 * was made meanwhile may be among them: what it alone refers to is young.  0 or -ENOMEM.
 */
int stacks__find_unused(struct stacks *stacks, const struct places *places);

void stacks__free(struct stacks *stacks);

#endif
