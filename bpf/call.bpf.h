/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that are called, by kprobes, where the kernel refuses fentry and fexit.
 *
 * A kprobe at the entry sees the arguments, one at the return what is returned.  What the second
 * one has to know of the first is kept between them by where the stack was when the function was
 * called: the task may sleep meanwhile, and go on with another CPU, but not with another stack.
 *
 * A kernel runs no program of a kprobe on a CPU where one is running, whichever that is, or bpf()
 * works on a map (kernel/trace/bpf_trace.c, trace_call_bpf(); bpf_disable_instrumentation()), so
 * that a second copy would not see more.  A call of which one of the two was missed shows here, and
 * is counted.
 */
#ifndef KLEAK_CALL_BPF_H
#define KLEAK_CALL_BPF_H

#include "filter.bpf.h"
#include "maps.bpf.h"
#include "objects.bpf.h"
#include "who.bpf.h"

/* ---- registers ---- */

#if defined(__TARGET_ARCH_x86)

#define REGISTER(ctx, name) BPF_CORE_READ((const struct pt_regs___of_x86 *)(ctx), name)

/* The n-th argument of a function, at its entry. */
static __always_inline __u64 call_arg(const void *ctx, __u32 n)
{
	switch (n) {
	case 0:
		return REGISTER(ctx, di);
	case 1:
		return REGISTER(ctx, si);
	case 2:
		return REGISTER(ctx, dx);
	case 3:
		return REGISTER(ctx, cx);
	case 4:
		return REGISTER(ctx, r8);
	default:
		return REGISTER(ctx, r9);
	}
}

static __always_inline __u64 call_result(const void *ctx)
{
	return REGISTER(ctx, ax);
}

/* The stack pointer at the entry; seen from the return, which has taken the return address off. */
static __always_inline __u64 call_stack(const void *ctx, bool at_return)
{
	return REGISTER(ctx, sp) - (at_return ? sizeof(__u64) : 0);
}

/* At the entry: who calls, if a walk of the stack from there leaves that out; else 0. */
static __always_inline __u64 call_caller(const void *ctx __attribute__((unused)))
{
	return 0;
}

/* At the entry: where it will return to. */
static __always_inline __u64 call_return(const void *ctx)
{
	return word_at(call_stack(ctx, false));
}

/* At the return: where it goes on. */
static __always_inline __u64 call_next(const void *ctx)
{
	return REGISTER(ctx, ip);
}

/* At the return: what stands for the frame record that has that address; 0: none. */
static __always_inline __u64 call_record(const void *ctx __attribute__((unused)))
{
	return 0;
}

#elif defined(__TARGET_ARCH_arm64)

#define FRAME_POINTER 29
#define LINK_REGISTER 30

static __always_inline __u64 call_register(const void *ctx, __u32 n)
{
	const struct pt_regs___of_arm64 *regs = ctx;
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (const char *)&regs->regs + n * sizeof(__u64));
	return word;
}

static __always_inline __u64 call_arg(const void *ctx, __u32 n)
{
	return call_register(ctx, n);
}

static __always_inline __u64 call_result(const void *ctx)
{
	return call_register(ctx, 0);
}

static __always_inline __u64 call_stack(const void *ctx, bool at_return __attribute__((unused)))
{
	return BPF_CORE_READ((const struct pt_regs___of_arm64 *)ctx, sp);
}

static __always_inline __u64 call_return(const void *ctx)
{
	return call_register(ctx, LINK_REGISTER);
}

/* The function has no frame record yet: those that there are begin with its caller's caller. */
static __always_inline __u64 call_caller(const void *ctx)
{
	return call_return(ctx);
}

static __always_inline __u64 call_next(const void *ctx)
{
	return BPF_CORE_READ((const struct pt_regs___of_arm64 *)ctx, pc);
}

/* The frame pointer is the caller's again: where it is kept leads to the caller's own record, as
 * the record of the function that has returned did. */
static __always_inline __u64 call_record(const void *ctx)
{
	return address_of(ctx) + __builtin_offsetof(struct pt_regs___of_arm64, regs) +
	       FRAME_POINTER * sizeof(__u64);
}

#else /* where the loader puts on no kprobes: src/kernel/attachable.c */

#define call_arg(ctx, n)	   0
#define call_result(ctx)	   0
#define call_stack(ctx, at_return) 0
#define call_caller(ctx)	   0
#define call_return(ctx)	   0
#define call_next(ctx)		   0
#define call_record(ctx)	   0

#endif

/*
 * At the return of `call`: where the caller goes on, with which a walk from here begins.  0: that
 * is not known, as it is before 5.16, where the registers lead into the kprobe's own code (kernel/
 * kprobes.c, __kretprobe_trampoline_handler()), or where other kprobes came before ours at the
 * entry.
 */
static __always_inline __u64 call_returned(const void *ctx, const struct kleak_call *call)
{
	return call->returns_to == call_next(ctx) ? call->returns_to : 0;
}

/* ---- from the entry to the return ---- */

/*
 * A call begins, of a function that allocates in `space`.  Pointers are kept disguised (~), as in
 * the object table.
 */
static __always_inline int call_begins(void *ctx, __u32 space, const struct kleak_call *call)
{
	__u64 key = key_of(call_stack(ctx, false), space);

	if (bpf_map_lookup_elem(&calls, &key))
		count(KLEAK_LOSS_CALLS, 1); /* the return of an older one */
	bpf_map_update_elem(&calls, &key, call, BPF_ANY);
	return 0;
}

/* It returns; false: nobody knows what was asked. */
static __always_inline bool call_ends(void *ctx, __u32 space, struct kleak_call *call)
{
	__u64 key = key_of(call_stack(ctx, true), space);
	const struct kleak_call *asked = bpf_map_lookup_elem(&calls, &key);

	if (!asked) {
		if (is_followed(ctx))
			count(KLEAK_LOSS_CALLS, 1);
		return false;
	}
	*call = *asked;
	bpf_map_delete_elem(&calls, &key);
	return true;
}

#endif
