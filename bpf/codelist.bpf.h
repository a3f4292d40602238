/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The code of all BPF programs that are there, function by function, as struct kleak_code: an
 * iterator over the programs (5.9).
 *
 * It shares no map with the programs that trace.  It is loaded with them, because an object of its
 * own would have libbpf read all of the kernel's types once more.
 */
#ifndef KLEAK_CODELIST_BPF_H
#define KLEAK_CODELIST_BPF_H

#include "functions.bpf.h"
#include "kleak.h"

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

struct listing {
	struct seq_file *seq;
	struct functions functions;
};

static long print_function(__u32 i, struct listing *listing)
{
	const struct bpf_prog_aux *aux = function_at(&listing->functions, i);

	return !aux || print(listing->seq, &aux->ksym, listing->functions.load_ns);
}

SEC("iter/bpf_prog")
int list_code(struct bpf_iter__bpf_prog *ctx)
{
	const struct bpf_prog *program = ctx->prog;
	struct listing listing;

	if (!program)
		return 0;
	listing.seq = ctx->meta->seq;
	listing.functions = functions_of(program->aux);
	if (!print(listing.seq, &program->aux->ksym, listing.functions.load_ns))
		bpf_loop(MOST_FUNCTIONS, print_function, &listing, 0);
	return 0;
}

#endif
