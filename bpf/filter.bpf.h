/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose allocations are recorded.  Frees are never filtered: the table decides. */
#ifndef KLEAK_FILTER_BPF_H
#define KLEAK_FILTER_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"
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

static __always_inline bool is_followed(void *ctx)
{
	__u32 tgid;

	if (!control.recording)
		return false;

	switch (config.follow) {
	case KLEAK_FOLLOW_PROCESS:
		tgid = bpf_get_current_pid_tgid() >> 32;
		if (!is_followed_process(tgid))
			return false;
		return in_task(ctx);
	case KLEAK_FOLLOW_CGROUP:
		if (bpf_current_task_under_cgroup(&cgroups, 0) != 1)
			return false;
		tgid = bpf_get_current_pid_tgid() >> 32;
		return tgid != control.self && in_task(ctx);
	case KLEAK_FOLLOW_FAMILY:
		tgid = bpf_get_current_pid_tgid() >> 32;
		if (!bpf_map_lookup_elem(&family, &tgid))
			return false;
		return in_task(ctx);
	default:
		/* no helper: where the context lies tells, and an interrupt has another stack */
		return address_of(ctx) - control.self_stack >= STACK_SIZE;
	}
}

static __always_inline bool is_size_wanted(__u64 bytes)
{
	return bytes >= config.min_size && bytes <= config.max_size;
}

#endif
