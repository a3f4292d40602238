/* SPDX-License-Identifier: GPL-2.0-only */
/* In which context an event happens, and who is behind it. */
#ifndef KLEAK_WHO_BPF_H
#define KLEAK_WHO_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"

static __always_inline void count(__u32 cause, __u64 n)
{
	__u32 lane = bpf_get_smp_processor_id() & config.lane_mask;
	struct kleak_counts *c = bpf_map_lookup_elem(&counts, &lane);

	if (c && cause < KLEAK_COUNTS)
		__sync_fetch_and_add(&c->count[cause], n);
}

/*
 * Whether the current task itself runs, and not an interrupt or softirq on top
 * of it: those work on another stack.  No helper tells, and the per-CPU preempt
 * count is out of reach where kallsyms has no data symbols.
 *
 * Known hole: an x86 hard interrupt that hits user mode runs on the task's own
 * stack.  Its handler's allocations count as the task's.
 */
static __always_inline bool in_task(void *ctx)
{
	return address_of(ctx) - current_stack() < config.stack_size;
}

/*
 * Note who allocates at this site: by name, because a machine that forks a lot has more
 * processes than there is room for.
 */
static __noinline int who_allocates(struct bpf_raw_tracepoint_args *ctx, __u32 site)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	struct kleak_who key = {.site = site, .context = KLEAK_CONTEXT_INTERRUPT};
	struct kleak_who_times *held, first = {.times = 1};

	if (in_task(ctx)) {
		key.context = BPF_CORE_READ(task, flags) & PF_KTHREAD ? KLEAK_CONTEXT_KTHREAD
								      : KLEAK_CONTEXT_TASK;
		key.cgroup = bpf_get_current_cgroup_id();
		BPF_CORE_READ_STR_INTO(&key.comm, task, group_leader, comm);
		first.tgid = bpf_get_current_pid_tgid() >> 32;
	}
	held = bpf_map_lookup_elem(&who, &key);
	if (held) {
		__sync_fetch_and_add(&held->times, 1);
		if (held->tgid != first.tgid)
			held->several = 1;
	} else if (bpf_map_update_elem(&who, &key, &first, BPF_NOEXIST)) {
		count(KLEAK_COUNT_WHO_FULL, 1);
	}
	return 0;
}

#endif
