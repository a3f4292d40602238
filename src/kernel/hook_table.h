/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of hooks: every BPF program, what it attaches to, what is lost without it. */
#ifndef KLEAK_KERNEL_HOOK_TABLE_H
#define KLEAK_KERNEL_HOOK_TABLE_H

#include "kleak.h"

#include <stdbool.h>
#include <stddef.h>

enum hook_kind {
	HOOK_RAW_TP, /* raw tracepoint */
	HOOK_FENTRY,
	HOOK_FEXIT,
	HOOK_KPROBE, /* where the kernel refuses fentry and fexit */
	HOOK_KRETPROBE,
};

enum hook_role {
	HOOK_FREES,   /* attached first, detached last */
	HOOK_WATCHES, /* neither: who is followed, what waits for RCU */
	HOOK_ALLOCATES,
};

/* A kernel function that fentry, fexit or kprobes may attach to. */
enum hook_function {
	FUNCTION_ALLOC_BULK,
	FUNCTION_FREE_BULK,
	FUNCTION_KVFREE_CALL_RCU,
	FUNCTION_KFREE_CALL_RCU_NOLOCK,
	FUNCTION_PAGES_BULK,
	HOOK_FUNCTIONS,
	FUNCTION_NONE = -1,
};

enum hook_needs {
	HOOK_FOR_SLAB_OR_VMALLOC,
	HOOK_FOR_SLAB,
	HOOK_FOR_PERCPU,
	HOOK_FOR_PAGES,
	HOOK_FOR_PROCESSES, /* one process or a family is followed */
	HOOK_FOR_FAMILY,
	HOOK_FOR_OTHERS,  /* stacks of others are remembered */
	HOOK_FOR_MODULES, /* modules that come and go are named */
	HOOK_FOR_CODE,	  /* so are BPF programs */
};

struct hook {
	const char *program;
	enum hook_kind kind;
	enum hook_role role;
	enum hook_needs needs;
	const char *tracepoint;	     /* HOOK_RAW_TP */
	enum kleak_event event;	     /* HOOK_RAW_TP: its arguments; KLEAK_EVENTS: fixed ones */
	enum hook_function function; /* those of all other kinds */
	int copy;		     /* 1, 2, ...: see slab.bpf.h */
	bool required;
};

extern const struct hook hooks[];
extern const size_t nr_hooks;

/* The tracepoint's name, "kmalloc"; its BTF prototype is called btf_trace_kmalloc. */
extern const char *const hook_event_names[KLEAK_EVENTS];

/* Names that a function goes by, newest first, NULL at the end. */
extern const char *const hook_function_names[HOOK_FUNCTIONS][3];

static inline bool hook_is_kprobe(const struct hook *hook)
{
	return hook->kind == HOOK_KPROBE || hook->kind == HOOK_KRETPROBE;
}

/* A hook that runs when the function returns, not when it is called. */
static inline bool hook_is_at_return(const struct hook *hook)
{
	return hook->kind == HOOK_FEXIT || hook->kind == HOOK_KRETPROBE;
}

/*
 * What is not seen where a function cannot be hooked.  NULL: nothing beside what another one leaves
 * unseen, and where there is no such function, nothing at all.
 */
extern const char *const hook_blind_spots[HOOK_FUNCTIONS];

#endif
