/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What waits in kfree_rcu()'s own queues (struct kfree_rcu_cpu, "krc", one for each CPU;
 * kernel/rcu/tree.c, from 6.14 on mm/slab_common.c): it is freed already, and the allocator
 * learns of it after up to five seconds and a grace period.  Pure but for the callback that reads
 * kernel memory.
 *
 * Nothing is locked: what is moved on while it is read may be missed.  What is found was in a
 * queue a moment ago.
 */
#ifndef KLEAK_KRC_H
#define KLEAK_KRC_H

#include "idmap.h"
#include "slub.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Offsets in bytes, from BTF. */
struct krc_layout {
	int64_t from_rq; /* of a CPU's queues: where they lie, seen from its struct rq */
	uint32_t head, bulk, works, initialized; /* struct kfree_rcu_cpu */
	uint32_t work, nr_works; /* size and number of struct kfree_rcu_cpu_work in it */
	uint32_t work_head, work_bulk, work_krcp;
	uint32_t block_list; /* struct kvfree_rcu_bulk_data, 6.4 and later: list_head */
	uint32_t block_next; /* else, where that is SLUB_NONE: a pointer */
	uint32_t block_nr, block_records;
	uint32_t head_next, head_func; /* struct callback_head */
	bool head_offset; /* func is the offset of the head, up to 6.5; else the object */
	uint32_t task_cfs_rq, cfs_rq_rq, rq_cpu; /* task -> rq */
	uint32_t page_size;
};

struct krc {
	struct krc_layout layout;
	int (*read)(void *arg, uint64_t address, void *to, size_t len); /* 0 or -EFAULT */
	void *arg;
	const uint64_t *cpu_offsets; /* what to add to a per-CPU pointer */
	uint32_t nr_cpus;
	uint64_t pointer;     /* per-CPU pointer of the queues; 0: not known */
	struct idmap waiting; /* idmap__mix() of the addresses that krc__read() found */
	uint64_t *block;      /* room for one */
};

/*
 * Find the queues, starting from `task`, the address of any struct task_struct.  The queues refer
 * to themselves: what does not is none.  0, -ENODATA or -ENOMEM.
 */
int krc__find(struct krc *krc, uint64_t task);

/* Read the queues into krc->waiting.  0 or -ENOMEM. */
int krc__read(struct krc *krc);

void krc__free(struct krc *krc);

#endif
