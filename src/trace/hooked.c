// SPDX-License-Identifier: GPL-2.0-only
#include "trace/hooked.h"
#include "util/reason.h"
#include "util/say.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

int hooked__choose(struct hooked *hooked, struct bpf_object *object, const struct plan *plan)
{
	for (size_t i = 0; i < nr_hooks; i++) {
		struct bpf_program *program =
			bpf_object__find_program_by_name(object, hooks[i].program);
		int err;

		if (!program)
			return -ENOENT;
		bpf_program__set_autoload(program, plan->hooks[i].on);
		if (!plan->hooks[i].on)
			continue;
		hooked->programs[i] = program;
		hooked->targets[i] = plan->hooks[i].target;
		if (!plan->hooks[i].target || hook_is_kprobe(&hooks[i]))
			continue;
		err = bpf_program__set_attach_target(program, 0, plan->hooks[i].target);
		if (err)
			return err;
	}
	return 0;
}

/* ---- attaching ---- */

static int attach_hook(struct hooked *hooked, size_t i, const char **failed)
{
	if (!hooked->programs[i])
		return 0;
	if (hook_is_kprobe(&hooks[i]))
		hooked->links[i] = bpf_program__attach_kprobe(
			hooked->programs[i], hook_is_at_return(&hooks[i]), hooked->targets[i]);
	else
		hooked->links[i] = bpf_program__attach(hooked->programs[i]);
	if (hooked->links[i])
		return 0;
	*failed = hooks[i].program;
	return -errno;
}

/*
 * So that the first copy of a program runs before the second one.  Programs of a tracepoint run as
 * they were attached; of those of a function the last one runs first (kernel/bpf/trampoline.c,
 * __bpf_trampoline_link_prog()).  Of a function's kprobes the one at its return is there first.
 */
static int attach(struct hooked *hooked, enum hook_role role, const char **failed)
{
	int err = 0;

	for (size_t i = 0; i < nr_hooks && !err; i++)
		if (hooks[i].role == role && hooks[i].kind == HOOK_RAW_TP)
			err = attach_hook(hooked, i, failed);
	for (size_t i = nr_hooks; i-- && !err;)
		if (hooks[i].role == role && hooks[i].kind != HOOK_RAW_TP)
			err = attach_hook(hooked, i, failed);
	return err;
}

int hooked__attach(struct hooked *hooked, char *why, size_t len)
{
	const char *failed = "";
	int err = attach(hooked, HOOK_FREES, &failed);

	if (!err)
		err = attach(hooked, HOOK_WATCHES, &failed);
	if (!err)
		err = attach(hooked, HOOK_ALLOCATES, &failed);
	if (err)
		snprintf(why, len, "cannot attach the BPF program %s: %s", failed,
			 reason__of(-err));
	return err;
}

void hooked__detach(struct hooked *hooked, enum hook_role role)
{
	for (size_t i = 0; i < nr_hooks; i++) {
		if (!hooked->links[i] || hooks[i].role != role)
			continue;
		bpf_link__destroy(hooked->links[i]);
		hooked->links[i] = NULL;
	}
}

/* ---- what they have counted ---- */

/* What the kernel says of the i-th one.  0 or -errno; -ENOENT: it is not on. */
static int info_of(const struct hooked *hooked, size_t i, struct bpf_prog_info *info)
{
	__u32 len = sizeof(*info);

	*info = (struct bpf_prog_info){};
	if (!hooked->programs[i])
		return -ENOENT;
	return bpf_obj_get_info_by_fd(bpf_program__fd(hooked->programs[i]), info, &len) ? -errno
											: 0;
}

int hooked__missed(const struct hooked *hooked, struct misses *missed)
{
	uint64_t of[PLAN_MAX_HOOKS] = {};
	bool on[PLAN_MAX_HOOKS] = {};

	for (size_t i = 0; i < nr_hooks; i++) {
		struct bpf_prog_info info;
		int err;

		if (!hooked->programs[i] || hooks[i].role == HOOK_WATCHES)
			continue;
		err = info_of(hooked, i, &info);
		if (err)
			return err;
		on[i] = true;
		of[i] = info.recursion_misses;
	}
	*missed = misses__sum(of, on);
	return 0;
}

uint64_t hooked__missed_for(const struct hooked *hooked, enum hook_needs needs)
{
	struct bpf_prog_info info;
	uint64_t missed = 0;

	for (size_t i = 0; i < nr_hooks; i++)
		if (hooks[i].needs == needs && !info_of(hooked, i, &info))
			missed += info.recursion_misses;
	return missed;
}

int hooked__run(const struct hooked *hooked, struct hooked_run *run)
{
	*run = (struct hooked_run){};
	for (size_t i = 0; i < nr_hooks; i++) {
		struct bpf_prog_info info;
		int err = info_of(hooked, i, &info);

		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		run->ns += info.run_time_ns;
		if (hooks[i].copy == 1)
			run->events += info.run_cnt;
	}
	return 0;
}

/*
 * How many instructions the verifier looked at (5.16), and how many it may
 * (BPF_COMPLEXITY_LIMIT_INSNS, include/linux/bpf.h, since 5.2).
 */
void hooked__say_verified(const struct hooked *hooked)
{
	const char *most = NULL;
	__u32 insns = 0;

	for (size_t i = 0; i < nr_hooks; i++) {
		struct bpf_prog_info info;

		if (info_of(hooked, i, &info) || info.verified_insns <= insns)
			continue;
		insns = info.verified_insns;
		most = hooks[i].program;
	}
	if (most)
		say("the verifier looked at %u instructions of %s, and at less of the others; "
		    "1000000 are allowed",
		    insns, most);
}
