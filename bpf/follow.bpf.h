/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeping the set of followed processes right while they fork and exit. */
#ifndef KLEAK_FOLLOW_BPF_H
#define KLEAK_FOLLOW_BPF_H

#include "filter.bpf.h"

/* TP_PROTO(struct task_struct *parent, struct task_struct *child) */
SEC("raw_tp/sched_process_fork")
int sched_process_fork(struct bpf_raw_tracepoint_args *ctx)
{
	const struct task_struct *child = (const struct task_struct *)ctx->args[1];
	__u32 parent_tgid = bpf_get_current_pid_tgid() >> 32;
	__u32 child_tgid = BPF_CORE_READ(child, tgid);
	__u8 one = 1;

	if (child_tgid == parent_tgid || !bpf_map_lookup_elem(&family, &parent_tgid))
		return 0;
	if (bpf_map_update_elem(&family, &child_tgid, &one, BPF_ANY))
		count(KLEAK_LOSS_FAMILY_FULL, 1);
	return 0;
}

/* TP_PROTO(struct task_struct *task, unsigned long clone_flags): it has not run yet */
SEC("raw_tp/task_newtask")
int task_newtask(struct bpf_raw_tracepoint_args *ctx)
{
	other_forget((const struct task_struct *)ctx->args[0]);
	return 0;
}

/*
 * TP_PROTO(struct task_struct *p): the current task, on its way out.  Its
 * signal->live was counted down before (kernel/exit.c, do_exit()): 0 is the
 * last thread, after which the number may be given to another process.
 */
SEC("raw_tp/sched_process_exit")
int sched_process_exit(struct bpf_raw_tracepoint_args *ctx)
{
	const struct task_struct *task = (const struct task_struct *)ctx->args[0];
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (BPF_CORE_READ(task, signal, live.counter))
		return 0;
	if (config.follow == KLEAK_FOLLOW_FAMILY) {
		bpf_map_delete_elem(&family, &tgid);
	} else if (config.follow == KLEAK_FOLLOW_PROCESS && is_followed_process(tgid)) {
		control.process = 0;
		control.gone = 1;
	}
	return 0;
}

/* BPF_PROG_TEST_RUN by the loader: its own process, by the kernel's number, and its stack. */
SEC("syscall")
int introduce_self(void *ctx __attribute__((unused)))
{
	control.self = bpf_get_current_pid_tgid() >> 32;
	control.self_stack = current_stack();
	return 0;
}

/* BPF_PROG_TEST_RUN by a child that is to be followed, before it execs. */
SEC("syscall")
int join_family(void *ctx __attribute__((unused)))
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u8 one = 1;

	if (bpf_map_update_elem(&family, &tgid, &one, BPF_ANY))
		return -1;
	other_forget((const struct task_struct *)bpf_get_current_task());
	return 0;
}

#endif
