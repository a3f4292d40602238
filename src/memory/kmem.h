/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the running kernel's memory: what has to be learnt before SLUB's books make sense. */
#ifndef KLEAK_MEMORY_KMEM_H
#define KLEAK_MEMORY_KMEM_H

#include "kernel/kallsyms.h"
#include "kernel/kernel.h"
#include "memory/krc.h"
#include "memory/page_tables.h"
#include "memory/percpu_use.h"
#include "memory/ram.h"
#include "memory/slub.h"
#include "trace/tracer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kmem {
	struct tracer *tracer;
	struct slub slub;
	struct krc krc;
	const struct task_layout *tasks;
	struct percpu_chunks percpu;
	uint64_t task; /* where this process's struct task_struct is */
	uint64_t cpu_offsets[KLEAK_MAX_CPUS];
	uint32_t online[KLEAK_MAX_CPUS];
	bool has_pages;	 /* slub knows where struct pages are: kmem__learn_pages() */
	uint64_t in_map; /* then: a cache, which lies in the direct map */
};

/* Neither moves nor is copied while it is in use.  0 or -errno. */
int kmem__open(struct kmem *reader, const struct kernel *kernel, struct tracer *tracer);

/* Learn which CPUs are online now: only those have free objects.  To be called before each look. */
void kmem__see_cpus(struct kmem *reader);

/* Find out where struct pages are, from the slabs that there are.  True: it is known. */
bool kmem__learn_pages(struct kmem *reader);

/*
 * Get ready to look into kfree_rcu()'s queues.  symbols: the kernel's, or NULL.  0, -ENODATA: they
 * are not found, or -ENOMEM.
 */
int kmem__open_queues(struct kmem *reader, const struct kernel *kernel,
		      const struct kallsyms *symbols);

/*
 * Get ready to walk through the kernel's memory.  symbols: NULL: hidden.  *text: where the kernel's
 * code runs, for ram__find_base().  0; -ENOTSUP, -EPERM, -errno: it cannot be done here, `why` has
 * one sentence that begins with `what` and says why and what to do.
 */
int kmem__open_memory(struct kmem *reader, struct ram *memory, const struct kernel *kernel,
		      const struct kallsyms *symbols, uint64_t *text, const char *what, char *why,
		      size_t len);

/* The kernel's page tables, for what has a struct page's memory; memory: ready to be walked. */
void kmem__open_tables(const struct kmem *reader, struct page_tables *tables,
		       const struct ram *memory, const struct kernel *kernel);

void kmem__close(struct kmem *reader);

#endif
