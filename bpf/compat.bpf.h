/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How kernels differ: one stanza a difference, with the version that made it.
 */
#ifndef KLEAK_COMPAT_BPF_H
#define KLEAK_COMPAT_BPF_H

#include "maps.bpf.h"

/*
 * Arguments of raw tracepoints.  Their order changed in 5.19, 6.0 and 6.1; the
 * loader reads it from the BTF prototypes (btf_trace_*) and the verifier, which
 * knows `config`, keeps the one branch that applies.
 */
#define LOAD_ARG(n)                                                                                \
	case n:                                                                                    \
		asm volatile("%0 = *(u64 *)(%1 + " #n " * 8)" : "=r"(word) : "r"(ctx));            \
		break

static __always_inline __u64 event_arg(const struct bpf_raw_tracepoint_args *ctx, __u8 position)
{
	__u64 word = 0;

	/* asm: the compiler would merge the loads into one at a computed address. */
	switch (position) {
		LOAD_ARG(0);
		LOAD_ARG(1);
		LOAD_ARG(2);
		LOAD_ARG(3);
		LOAD_ARG(4);
		LOAD_ARG(5);
		LOAD_ARG(6);
		LOAD_ARG(7);
		LOAD_ARG(8);
		LOAD_ARG(9);
	}
	return word;
}

/*
 * Store a word, of 32 or 64 bits, after all that was stored before it and before all that is stored
 * after it: x86 keeps stores in order, elsewhere BPF has only the exchange, which is a full
 * barrier.
 */
#ifdef __TARGET_ARCH_x86
#define publish(to, word)                                                                          \
	do {                                                                                       \
		asm volatile("" ::: "memory");                                                     \
		*(volatile typeof(*(to)) *)(to) = (word);                                          \
		asm volatile("" ::: "memory");                                                     \
	} while (0)
#else
#define publish(to, word) __sync_lock_test_and_set(to, word)
#endif

/*
 * `pointer`, once `word` was read: what is read through it is not older than that.  x86 reads in
 * order, elsewhere an address that is made of the word does it, even if that adds nothing.
 */
static __always_inline void *after(void *pointer, __u64 word __attribute__((unused)))
{
#ifndef __TARGET_ARCH_x86
	asm volatile("%0 &= 0" : "+r"(word));
	pointer = (char *)pointer + word;
#endif
	return pointer;
}

/* Add to a counter before all that is read and written after it.  (Without the result it is no
 * barrier.) */
static __always_inline void add_first(__u32 *to, __s32 change)
{
	__u32 was = __sync_fetch_and_add(to, change);

	asm volatile("" : : "r"(was) : "memory");
}

/*
 * SLAB_RECLAIM_ACCOUNT: a constant up to 6.8; 6.9 (cc61eb851461, "mm, slab: use
 * an enum to define SLAB_ cache creation flags") numbers the flags by an enum.
 */
static __always_inline __u32 slab_reclaim_account(void)
{
	if (bpf_core_enum_value_exists(enum _slab_flag_bits, _SLAB_RECLAIM_ACCOUNT))
		return 1U << bpf_core_enum_value(enum _slab_flag_bits, _SLAB_RECLAIM_ACCOUNT);
	return 0x00020000U;
}

/* SLAB_ACCOUNT, in the same way; where it does not exist (no CONFIG_MEMCG) nobody sets the bit. */
static __always_inline __u32 slab_account(void)
{
	if (bpf_core_enum_value_exists(enum _slab_flag_bits, _SLAB_ACCOUNT))
		return 1U << bpf_core_enum_value(enum _slab_flag_bits, _SLAB_ACCOUNT);
	return bpf_core_enum_value_exists(enum _slab_flag_bits, _SLAB_RECLAIM_ACCOUNT)
		       ? 0
		       : 0x04000000U;
}

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h, unchanged from 2.6.27 to 6.18 */

/* include/linux/vmalloc.h, unchanged from 5.4 to 6.18 */
#define VM_ALLOC     0x00000002
#define VM_FLAG_BITS 16 /* are more than there are */

/*
 * A word of the kernel's memory, and where the stack of the current task begins.
 *
 * bpf_rdonly_cast() (6.2, a35b9af4ec2c "bpf: Add a kfunc for generic type cast") lets a program
 * load from any kernel address with one instruction; before, each takes a helper.  The programs are
 * compiled both ways, and the loader takes those that fit (programs.h): up to 5.15 a kernel refuses
 * a program with a call of what it has not, also where that is never reached; and one without BTF
 * of its own refuses all calls of kernel functions and typed pointers (kernel/bpf/verifier.c,
 * add_kfunc_call() and check_helper_call()).
 */
#ifdef KLEAK_CAST

extern void *bpf_rdonly_cast(const void *, __u32) __ksym;

static __always_inline __u64 word_at(__u64 address)
{
	const struct rb_node *words =
		bpf_rdonly_cast((const void *)address, bpf_core_type_id_kernel(struct rb_node));

	return words->__rb_parent_color; /* an unsigned long at offset 0 */
}

static __always_inline __u64 current_stack(void)
{
	return (__u64)bpf_get_current_task_btf()->stack;
}

#else

static __always_inline __u64 word_at(__u64 address)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (const void *)address);
	return word;
}

static __always_inline __u64 current_stack(void)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();

	return (__u64)BPF_CORE_READ(task, stack);
}

#endif

/*
 * The return address at this place of a stack, 0 if none is there.  arm64 may have signed it, in
 * bits that are all ones in an address of code (arch/arm64/include/asm/pointer_auth.h,
 * ptrauth_strip_kernel_insn_pac()).
 */
static __always_inline __u64 return_word(__u64 address)
{
	__u64 word = word_at(address);

#ifdef __TARGET_ARCH_arm64
	if (word)
		word |= config.code_bits;
#endif
	return word;
}

/*
 * The address of `ctx`, which lies on the kernel stack in use.  The verifier forbids most
 * arithmetic on pointers; the negative of one is a number.
 */
static __always_inline __u64 address_of(const void *ctx)
{
	__u64 address;

	asm volatile("%0 = %1; %0 = -%0; %0 = -%0" : "=r"(address) : "r"(ctx));
	return address;
}

#endif
