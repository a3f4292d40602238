/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What waits in kfree_rcu()'s own queues (struct kfree_rcu_cpu, "krc", one for each CPU;
 * kernel/rcu/tree.c, from 6.14 on mm/slab_common.c): it is freed already, and the allocator
 * learns of it after up to five seconds and a grace period.  From 6.18 on, of caches that have
 * sheaves, kfree_rcu() fills a sheaf, which waits among RCU's callbacks when it is full (mm/slub.c,
 * __kfree_rcu_sheaf(); until then the allocator's books have it).  Pure but for the callback that
 * reads kernel memory.
 *
 * Nothing is locked: what is moved on while it is read may be missed.  What is found was in a
 * queue a moment ago.
 */
#ifndef KLEAK_MEMORY_KRC_H
#define KLEAK_MEMORY_KRC_H

#include "memory/kernel_copy.h"
#include "memory/slub.h"
#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct krc {
	struct krc_layout layout;
	kernel_copy read;
	void *arg;
	const uint64_t *cpu_offsets; /* what to add to a per-CPU pointer */
	uint32_t nr_cpus;
	struct slub *slub;   /* where the objects of bare heads begin; by the caller; or NULL */
	uint64_t sheaf_free; /* address of rcu_free_sheaf(), by the caller; 0: not known */
	uint64_t
		runqueues; /* per-CPU pointer, by the caller; for kernels whose tasks do not tell */
	uint64_t pointer;  /* per-CPU pointer of the queues; 0: not known */
	uint64_t rcu_pointer; /* the same of struct rcu_data */
	struct idmap waiting; /* idmap__mix() of the addresses that krc__read() found */
	uint64_t *block;      /* room for one */
};

/*
 * Find the queues, starting from `task`, the address of any struct task_struct.  The queues refer
 * to themselves: what does not is none.  0, -ENODATA or -ENOMEM.
 */
int krc__find(struct krc *krc, uint64_t task);

/*
 * Read the queues into krc->waiting.  What krc->slub has read is forgotten where heads are bare.
 * 0 or -ENOMEM.
 */
int krc__read(struct krc *krc);

/*
 * Hand to see() what is not used of the blocks, [start, end): those that a CPU keeps for later, and
 * of others what is behind their objects.  What stands there was freed long ago.  0, or the first
 * that is not 0 of what see() returned.
 */
int krc__each_unused(const struct krc *krc, int (*see)(void *arg, uint64_t start, uint64_t end),
		     void *arg);

void krc__free(struct krc *krc);

#endif
