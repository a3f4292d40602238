/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF programs of the hooks that are on: attached, detached, and what they count. */
#ifndef KLEAK_TRACE_HOOKED_H
#define KLEAK_TRACE_HOOKED_H

#include "kernel/hook_table.h"
#include "trace/attach_plan.h"
#include "trace/misses.h"

#include <stddef.h>
#include <stdint.h>

struct bpf_link;
struct bpf_object;
struct bpf_program;

/* By the hooks' numbers.  Starts as all zeros. */
struct hooked {
	struct bpf_program *programs[PLAN_MAX_HOOKS]; /* NULL: not on */
	const char *targets[PLAN_MAX_HOOKS]; /* functions, while they are attached to; the plan's */
	struct bpf_link *links[PLAN_MAX_HOOKS];
};

/*
 * Which programs of `object` the plan has on: they will be loaded, and have what they attach to.
 * Before the object is loaded.  0 or -errno.
 */
int hooked__choose(struct hooked *hooked, struct bpf_object *object, const struct plan *plan);

/*
 * Attach all that are loaded; those of frees first: an object whose allocation is seen shall not be
 * freed unseen.  0, or -errno with one sentence in `why`.
 */
int hooked__attach(struct hooked *hooked, char *why, size_t len);

/* Detach those of this role. */
void hooked__detach(struct hooked *hooked, enum hook_role role);

/* What all copies of some program missed.  0, or -errno when the kernel does not tell. */
int hooked__missed(const struct hooked *hooked, struct misses *missed);

/* What those that are for this missed, in all; 0 of what the kernel does not tell. */
uint64_t hooked__missed_for(const struct hooked *hooked, enum hook_needs needs);

/* How long programs have run, and how many events they were called for, since some start. */
struct hooked_run {
	uint64_t ns;
	uint64_t events; /* each counted once, however many copies see it */
};

/* Counted only while the kernel counts (BPF_ENABLE_STATS).  0 or -errno. */
int hooked__run(const struct hooked *hooked, struct hooked_run *run);

/* Say which one the verifier had most to do with. */
void hooked__say_verified(const struct hooked *hooked);

#endif
