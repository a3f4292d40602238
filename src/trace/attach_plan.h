/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What will be done: options + kernel -> programs on, their configuration, sizes,
 * blind spots.  Pure; the tracer applies it, --explain prints it.
 */
#ifndef KLEAK_TRACE_ATTACH_PLAN_H
#define KLEAK_TRACE_ATTACH_PLAN_H

#include "kernel/kernel.h"
#include "kleak.h"
#include "trace/trace_options.h"

#include <stdio.h>

#define PLAN_MAX_HOOKS	     64
#define PLAN_MAX_BLIND_SPOTS 24
#define PLAN_TEXT	     320

struct plan_hook {
	bool on;
	const char *target;  /* function to attach to; NULL: as the program says */
	char why[PLAN_TEXT]; /* not on: why; "" when it is not needed */
};

struct plan {
	struct kleak_config config;
	struct plan_hook hooks[PLAN_MAX_HOOKS]; /* as in the table of hooks */
	const char *types; /* the file that they are from; NULL: the kernel's own BTF */
	bool has_btf;	   /* the kernel, of its own */
	uint64_t max_objects;
	uint32_t lanes;
	uint32_t sampling;     /* at the start: of how many addresses one is recorded */
	bool has_cast;	       /* the programs load words of the kernel's memory directly */
	bool verify;	       /* look at SLUB's books before an object is reported */
	bool learn_cpus;       /* by a program: see tracer__learn_cpus() */
	bool kprobes;	       /* some hooks are */
	bool list_code;	       /* BPF programs are listed, to name what lies in their code */
	bool queues;	       /* look into kfree_rcu()'s queues: no hook shows what goes there */
	uint64_t memory_bytes; /* of the maps */
	uint64_t own_bytes;    /* of the loader, when the tables are full */
	char blind_spots[PLAN_MAX_BLIND_SPOTS][PLAN_TEXT];
	const char *blind_spot_list[PLAN_MAX_BLIND_SPOTS]; /* into the above */
	size_t nr_blind_spots;
};

/*
 * 0, or -ENOTSUP / -EINVAL with one sentence in `why`.  Names in *plan point
 * into *kernel and the table of hooks.
 */
int attach_plan__make(struct plan *plan, const struct trace_options *options,
		      const struct kernel *kernel, char *why, size_t len);

/* --explain */
void attach_plan__print(const struct plan *plan, const struct kernel *kernel, FILE *out);

#endif
