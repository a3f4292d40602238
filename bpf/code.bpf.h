/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code of BPF programs that goes.  What is JIT-compiled next may get its addresses: sites with
 * frames in it are found no more from here on, and the loader is told what it was called.
 *
 * A program is freed by a work item (kernel/bpf/core.c, bpf_prog_free()), so is a trampoline
 * (kernel/bpf/trampoline.c, __bpf_tramp_image_put_rcu()), when none of its code runs any more and
 * before its memory is given back: the tracepoint before each work item is just in time.
 */
#ifndef KLEAK_CODE_BPF_H
#define KLEAK_CODE_BPF_H

#include "functions.bpf.h"
#include "maps.bpf.h"
#include "stack.bpf.h"

struct code_range {
	__u64 start, size;
	__u64 load_ns;
	__u32 change;
	__u32 seen; /* in the stack of a site that was made while it was there */
	__u64 any;
};

/* All ones if one of the site's frames is in it. */
static __always_inline __u64 code_is_in(const struct kleak_site *site,
					const struct code_range *code)
{
	__u64 is_in = 0, start = code->start, size = code->size;

	for (__u32 i = 0; i < KLEAK_MAX_FRAMES; i++) {
		__u64 offset = site->frames[i] - 1 - start;

		is_in |= ~is_less(offset, 0) & is_less(offset, size) & is_less(i, site->nr_frames);
	}
	return is_in;
}

/* A site whose stack it is in is retired, as site_retire() does it. */
static __always_inline void code_look(struct kleak_site *site, struct code_range *code)
{
	__u64 hash = site->hash;

	if (hash < KLEAK_SITE_LEAST || site->made_ns < code->load_ns || !code_is_in(site, code))
		return;
	code->seen = 1;
	if (site->retired)
		return;
	site->retired = code->change;
	__sync_val_compare_and_swap(&site->hash, hash, hash_end(mix(hash, code->change)));
}

/* A site, by its entry or, where not all of them are kept in mind, any. */
static long code_look_at(__u32 i, struct code_range *code)
{
	struct kleak_site *site = site_at(code->any ? i : code_sites[i & (KLEAK_CODE_SITES - 1)]);

	if (site)
		code_look(site, code);
	return 0;
}

static __always_inline void code_tell(const struct bpf_ksym *symbol, const struct code_range *code)
{
	struct kleak_code *record = bpf_ringbuf_reserve(&modules, sizeof(*record), 0);

	if (!record) {
		__sync_fetch_and_add(&control.code_losses, 1);
		return;
	}
	record->start = code->start;
	record->end = code->start + code->size;
	record->load_ns = code->load_ns;
	record->change = code->change;
	record->pad = 0;
	bpf_probe_read_kernel_str(record->name, sizeof(record->name), symbol->name);
	bpf_ringbuf_submit(record, 0);
}

/* The code that the struct bpf_ksym at `address` is of.  A function that is verified once. */
__noinline int code_goes(__u64 address, __u64 load_ns)
{
	const struct bpf_ksym *symbol = (const void *)address;
	__u64 start = BPF_CORE_READ(symbol, start), end = BPF_CORE_READ(symbol, end);
	struct code_range code = {.start = start, .size = end - start, .load_ns = load_ns};
	__u32 nr, all;

	if (!start) /* it has no name: such as a filter of an unprivileged process */
		return 0;
	code.change = __sync_fetch_and_add(&control.code_changes, 1) + 1;
	all = control.code_all; /* before: while it is set the list is not whole */
	nr = *(volatile __u32 *)&control.code_sites;
	code.any = nr >= KLEAK_CODE_SITES || all;
	if (code.any)
		nr = config.site_entries;
	bpf_loop(nr, code_look_at, &code, 0);
	if (!code.seen)
		return 0;
	void_notes();
	code_tell(symbol, &code);
	return 0;
}

static long code_function_goes(__u32 i, struct functions *functions)
{
	const struct bpf_prog_aux *aux = function_at(functions, i);

	if (!aux)
		return 1;
	code_goes((__u64)&aux->ksym, functions->load_ns);
	return 0;
}

#define CODE_MOST_FUNCTIONS 1024 /* there are 256, and what the verifier adds */

static __always_inline void program_goes(const struct bpf_prog_aux *aux)
{
	struct functions functions = functions_of(aux);

	code_goes((__u64)&aux->ksym, functions.load_ns);
	if (functions.nr)
		bpf_loop(CODE_MOST_FUNCTIONS, code_function_goes, &functions, 0);
}

/* TP_PROTO(struct work_struct *work) */
SEC("raw_tp/workqueue_execute_start")
int workqueue_execute_start(struct bpf_raw_tracepoint_args *ctx)
{
	const struct work_struct *work = (const struct work_struct *)ctx->args[0];
	__u64 function = (__u64)BPF_CORE_READ(work, func);

	if (function == config.program_free) {
		program_goes((const void *)((__u64)work -
					    bpf_core_field_offset(struct bpf_prog_aux, work)));
	} else if (function == config.trampoline_free && function) {
		const struct bpf_tramp_image *image =
			(const void *)((__u64)work -
				       bpf_core_field_offset(struct bpf_tramp_image, work));

		code_goes((__u64)&image->ksym, 0);
	}
	return 0;
}

#endif
