/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/kallsyms (kernel/kallsyms.c) and /proc/modules: names for addresses, and
 * addresses for names.  Text symbols only (t, T, w, W), but for a few variables.
 */
#ifndef KLEAK_KERNEL_KALLSYMS_H
#define KLEAK_KERNEL_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct kallsyms;

/* Lines that were not understood. */
struct kallsyms_odd {
	size_t symbols, modules;
};

struct kallsyms_symbol {
	const char *name;
	const char *module; /* NULL: the kernel itself */
	uint64_t start;
	uint64_t end; /* first address that is not this function's */
};

/*
 * Read both texts (`modules` may be NULL: then no module's last symbol has an
 * end, and module addresses are found up to the last symbol's start + 4096 at most).
 * A symbol ends where the next one of the same kernel or module starts, and at
 * the end of the text it lies in: _etext (or _einittext, for symbols after it)
 * for the kernel, base + size from /proc/modules for a module.
 * A malformed line of either costs its symbol, or what is known of its module.
 * 0 and *out, -EINVAL where there is no function, -EPERM when every address is 0
 * (kptr_restrict), -ENOMEM, -EIO.
 */
int kallsyms__parse(struct kallsyms **out, FILE *symbols, FILE *modules);

/*
 * Where code or data begins, as assemblers note it ("$x", "$d.1", ".L3"): the name of no function
 * or variable (is_mapping_symbol() in include/linux/module_symbol.h).  /proc/kallsyms has those of
 * modules. Only the first two bytes of the name are read.
 */
bool kallsyms__is_mapping_symbol(const char *name);

/*
 * Where the code runs that starts at `physical`, what /proc/iomem calls "Kernel code": that is
 * _text, or on arm64 _stext (6.1, which hides _text without CONFIG_KALLSYMS_ALL; _text in 6.12), 64
 * KiB behind it. The kernel lies as in physical memory within 2 MiB.  0: there is neither.
 */
uint64_t kallsyms__kernel_code(const struct kallsyms *ks, uint64_t physical);

/* Variables whose addresses are kept: these alone, for there are more of them than functions. */
enum kallsyms_variable {
	KALLSYMS_PCPU_CHUNK_LISTS, /* mm/percpu.c */
	KALLSYMS_PCPU_NR_SLOTS,
	KALLSYMS_PCPU_RESERVED_CHUNK,
	KALLSYMS_PER_CPU_OFFSET, /* mm/percpu.c, arch/x86/kernel/setup_percpu.c */
	KALLSYMS_HAS_CODETAG,	 /* a static key: slab_obj_ext_has_codetag() (mm/slab.h, 7.3) */
	KALLSYMS_SWAPPER_PG_DIR, /* the kernel's page tables (arch/arm64/mm/mmu.c) */
	KALLSYMS_RUNQUEUES,	 /* a per-CPU variable (kernel/sched/core.c) */
	KALLSYMS_VARIABLES,
};

/* Where it is; 0: there is none, or the kernel does not tell (it is without CONFIG_KALLSYMS_ALL).
 */
uint64_t kallsyms__variable(const struct kallsyms *ks, enum kallsyms_variable variable);

/* How many lines were passed over. */
struct kallsyms_odd kallsyms__odd(const struct kallsyms *ks);

/* The function that `address` lies in: 0 and *symbol, or -ENOENT (no nearest guess). */
int kallsyms__find(const struct kallsyms *ks, uint64_t address, struct kallsyms_symbol *symbol);

/*
 * Call `found` for every function called `name`, or `name` with one of the
 * compiler's suffixes (.isra.N, .constprop.N, .part.N, .cold, .llvm.N and
 * combinations), kernel and modules alike.  How many there were.
 */
size_t kallsyms__each(const struct kallsyms *ks, const char *name,
		      void (*found)(const struct kallsyms_symbol *symbol, void *arg), void *arg);

/* Like kallsyms__each(), for every function whose name starts with `prefix`. */
size_t kallsyms__each_prefix(const struct kallsyms *ks, const char *prefix,
			     void (*found)(const struct kallsyms_symbol *symbol, void *arg),
			     void *arg);

void kallsyms__free(struct kallsyms *ks);

#endif
