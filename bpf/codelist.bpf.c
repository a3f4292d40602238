// SPDX-License-Identifier: GPL-2.0-only
/*
 * The code of all BPF programs that are there, function by function, as struct kleak_code: an
 * iterator over the programs (5.9).
 *
 * An object of its own: it shares nothing with the programs that trace.
 */
#include "vmlinux.h"

#include "kleak.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* So many find room in what one call may print: eight pages (kernel/bpf/bpf_iter.c). */
#define MOST_FUNCTIONS 250

static __always_inline long print(struct seq_file *seq, const struct bpf_ksym *symbol,
				  __u64 load_ns)
{
	struct kleak_code code = {.load_ns = load_ns};

	code.start = BPF_CORE_READ(symbol, start);
	code.end = BPF_CORE_READ(symbol, end);
	if (!code.start) /* it has no name */
		return 0;
	bpf_probe_read_kernel_str(code.name, sizeof(code.name), symbol->name);
	return bpf_seq_write(seq, &code, sizeof(code));
}

struct functions {
	struct seq_file *seq;
	struct bpf_prog *const *list;
	__u64 load_ns;
	__u32 nr;
};

static long print_function(__u32 i, struct functions *functions)
{
	const struct bpf_prog *function = NULL;
	const struct bpf_prog_aux *aux;

	if (i >= functions->nr ||
	    bpf_probe_read_kernel(&function, sizeof(function), functions->list + i))
		return 1;
	aux = BPF_CORE_READ(function, aux);
	return !!print(functions->seq, &aux->ksym, functions->load_ns);
}

/* The first of several functions has its name with the program (jit_subprogs()). */
SEC("iter/bpf_prog")
int list_code(struct bpf_iter__bpf_prog *ctx)
{
	const struct bpf_prog *program = ctx->prog;
	const struct bpf_prog_aux *aux;
	struct functions functions;

	if (!program)
		return 0;
	aux = program->aux;
	functions.seq = ctx->meta->seq;
	functions.list = aux->func;
	functions.load_ns = aux->load_time;
	functions.nr =
		bpf_core_field_exists(aux->real_func_cnt) ? aux->real_func_cnt : aux->func_cnt;
	if (!print(functions.seq, &aux->ksym, functions.load_ns))
		bpf_loop(MOST_FUNCTIONS, print_function, &functions, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
