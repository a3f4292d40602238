/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose allocations are recorded.  Frees are never filtered: the table decides. */
#ifndef KLEAK_FILTER_BPF_H
#define KLEAK_FILTER_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"
#include "steps.bpf.h"
#include "who.bpf.h"

static __always_inline bool is_followed_process(__u32 tgid)
{
	if (config.pid_namespace_inode) {
		struct bpf_pidns_info ids = {};

		if (bpf_get_ns_current_pid_tgid(config.pid_namespace_dev,
						config.pid_namespace_inode, &ids, sizeof(ids)))
			return false;
		tgid = ids.tgid;
	}
	return tgid == control.process;
}

/* The followed process, or one of the family. */
static __always_inline bool is_process(void *ctx)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (config.follow == KLEAK_FOLLOW_PROCESS ? !is_followed_process(tgid)
						  : !bpf_map_lookup_elem(&family, &tgid))
		return false;
	return in_task(ctx);
}

/* The entry of `others` for the stack that lies around this address; *stack: where it begins. */
static __always_inline __u64 *other_at(__u64 address, __u64 *stack)
{
	*stack = address & -(__u64)config.stack_size;
	return &others[(*stack * HASH_1) >> (64 - KLEAK_OTHERS_BITS)];
}

/* The stack of this task is, or may be, one of the followed processes' from now on. */
static __always_inline void other_forget(const struct task_struct *task)
{
	__u64 stack, *other = other_at((__u64)BPF_CORE_READ(task, stack), &stack);

	if (*other == stack)
		*other = 0;
}

/*
 * Nearly all that allocates runs on a stack that is known to be none of theirs: no helper is
 * called, which would take as long as all the rest.
 */
static __always_inline bool is_process_by_stack(void *ctx)
{
	__u64 stack, *other = other_at(address_of(ctx), &stack);

	if (*other == stack)
		return false;
	if (is_process(ctx))
		return true;
	*other = stack;
	return false;
}

static __always_inline bool is_theirs(void *ctx)
{
	__u32 tgid;

	switch (config.follow) {
	case KLEAK_FOLLOW_PROCESS:
	case KLEAK_FOLLOW_FAMILY:
		return config.has_others ? is_process_by_stack(ctx) : is_process(ctx);
	case KLEAK_FOLLOW_CGROUP:
		if (bpf_current_task_under_cgroup(&cgroups, 0) != 1)
			return false;
		tgid = bpf_get_current_pid_tgid() >> 32;
		return tgid != control.self && in_task(ctx);
	default:
		/* no helper: where the context lies tells, and an interrupt has another stack */
		return address_of(ctx) - control.self_stack >= config.stack_size;
	}
}

/* In this order: with a filter the first says no to nearly all. */
static __always_inline bool is_followed(void *ctx)
{
	return is_theirs(ctx) && control.recording;
}

static __always_inline bool is_size_wanted(__u64 bytes)
{
	return bytes >= config.min_size && bytes <= config.max_size;
}

#endif
