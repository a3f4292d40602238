/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of a BPF program that has several (kernel/bpf/verifier.c, jit_subprogs()). */
#ifndef KLEAK_FUNCTIONS_BPF_H
#define KLEAK_FUNCTIONS_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct functions {
	struct bpf_prog *const *list;
	__u64 load_ns;
	__u32 nr;
};

/* Those of the program.  The first of several has its name with the program. */
static __always_inline struct functions functions_of(const struct bpf_prog_aux *aux)
{
	struct functions functions = {
		.list = BPF_CORE_READ(aux, func),
		.load_ns = BPF_CORE_READ(aux, load_time),
	};

	if (bpf_core_field_exists(aux->real_func_cnt))
		functions.nr = BPF_CORE_READ(aux, real_func_cnt);
	else
		functions.nr = BPF_CORE_READ(aux, func_cnt);
	return functions;
}

/* Function i; NULL: there is none, or it cannot be read. */
static __always_inline const struct bpf_prog_aux *function_at(const struct functions *functions,
							      __u32 i)
{
	const struct bpf_prog *function = NULL;

	if (i >= functions->nr ||
	    bpf_probe_read_kernel(&function, sizeof(function), functions->list + i))
		return NULL;
	return BPF_CORE_READ(function, aux);
}

#endif
