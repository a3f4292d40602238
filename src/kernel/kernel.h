/* SPDX-License-Identifier: GPL-2.0-only */
/* What this kernel offers: found out by asking BTF or by trying, never by version number. */
#ifndef KLEAK_KERNEL_KERNEL_H
#define KLEAK_KERNEL_KERNEL_H

#include "kernel/charge_layout.h"
#include "kernel/hook_table.h"
#include "kernel/kallsyms.h"
#include "kernel/layout.h"
#include "kernel/types.h"
#include "kleak.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel_function {
	const char *name;   /* the name it goes by here; NULL: there is none */
	int refused;	    /* 0, or the negative errno with which fentry or fexit fails */
	int kprobe_refused; /* the same of kprobes, which are tried only where those fail */
};

/* Which kinds of kmalloc caches this kernel has (mm/slab_common.c, kmalloc_info[]). */
struct cache_kinds {
	bool cgroup; /* kmalloc-cg-N, from 5.14 with CONFIG_MEMCG_KMEM */
	bool dma;    /* dma-kmalloc-N */
};

struct kernel {
	char release[65]; /* uname -r */
	struct {
		bool present;
		struct kleak_event_args args;
	} events[KLEAK_EVENTS];
	struct kernel_function functions[HOOK_FUNCTIONS];
	uint8_t pages_bulk_array;      /* position of alloc_pages_bulk()'s last argument */
	bool kvfree_rcu_offset;	       /* kvfree_call_rcu() gets an offset (up to 6.5) */
	bool bulk_all_or_none;	       /* kmem_cache_alloc_bulk() returns a bool (from 7.2 on) */
	struct kleak_range area_alloc; /* __get_vm_area_node(); end 0: not found */
	struct kleak_range kmalloc[KLEAK_KMALLOC_RANGES]; /* text that fires kmalloc twice */
	struct kleak_range interrupts[KLEAK_INTERRUPT_RANGES];
	struct cache_kinds cache_kinds;
	uint32_t classes[KLEAK_CLASSES]; /* of kmalloc(), with slub_debug: see kleak_config */
	uint32_t gfp_dma, gfp_reclaimable, gfp_account, gfp_movable, gfp_comp;
	uint32_t page_struct; /* sizeof(struct page) */
	bool has_loop;	      /* bpf_loop(): 5.17 and later */
	bool has_cast;	      /* bpf_rdonly_cast() of rb_node: 6.2 and later */
	const char *types;    /* the file that they are from; NULL: the kernel's own BTF */
	bool has_btf;	      /* of its own: fentry, fexit and what is typed work */
	bool preemptible;     /* tracepoints' programs may be preempted: 7.0 and later */
	uint32_t page_size;
	uint32_t jiffy_ns;
	uint32_t cpus;		 /* possible ones */
	bool has_percpu_lookup;	 /* bpf_map_lookup_percpu_elem(): 5.19 and later */
	uint64_t percpu_offsets; /* without that: where __per_cpu_offset[] stands, 0: not told */
	uint64_t memory_bytes;	 /* MemTotal */
	uint32_t stack_size;	 /* bytes of a task's kernel stack */
	bool stack_assumed;	 /* that could not be measured */
	uint64_t pid_namespace_dev, pid_namespace_inode; /* of this process */
	int slabinfo_err;				 /* 0, or why it cannot be read: -errno */
	bool lacks_search, lacks_ptrace;		 /* CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE */
	bool kfence;					 /* it guards some objects */
	bool kmemleak;					 /* it keeps books of all */
	uint32_t nodes;					 /* possible NUMA nodes */
	bool has_symbols;
	bool has_modules;	 /* that can be watched as they come and go */
	bool has_works;		 /* what workqueues do can be watched, as BPF programs are freed */
	struct kleak_range text; /* of the kernel's own functions */
	uint64_t program_free, trampoline_free; /* the functions of such work; 0: not known */
	struct slub_layout slub;
	char slub_unknown[64]; /* why the layout is not known; "" when it is */
	struct area_layout areas;
	struct task_layout tasks;
	struct percpu_layout percpu;
	uint64_t percpu_lists, percpu_nr_slots, percpu_reserved; /* as struct percpu_chunks */
	uint64_t page_tables;	/* where swapper_pg_dir is; 0: not known, or no variable (x86) */
	uint32_t device_name;	/* offset of net_device.name; SLUB_NONE: not known */
	char areas_unknown[64]; /* the same */
	struct krc_layout krc;
	char krc_unknown[64]; /* the same */
	struct vfs_layout vfs;
	char vfs_unknown[64]; /* the same */
	struct charge_layout charges;
	char charges_unknown[64]; /* the same */
	/*
	 * Why the paths of those who allocate and of those who are charged cannot be compared;
	 * NULL: they can, both are of cgroup2 from its root on.
	 */
	const char *paths_differ;
};

/*
 * Can tracing work at all?  0, or a negative errno and one sentence in `why`
 * that says what to do: -EPERM (capabilities, lockdown), -ENOTSUP (no atomic operations), or
 * bpf()'s own.
 */
int kernel__check(char *why, size_t len);

/*
 * Fill in *kernel but for what landmarks__find() adds; types->file has to stay as long.  Tries to
 * attach to every optional function and detaches again.  0 or -errno with `why`.
 */
int kernel__probe(struct kernel *kernel, const struct types *types, char *why, size_t len);

/* How many CPUs run now; it changes when they are plugged.  1 where that cannot be told. */
uint32_t kernel__online_cpus(void);

/*
 * Are kernel stacks vmalloc()ed (CONFIG_VMAP_STACK)?  task_struct.stack_vm_area is there
 * if they are (include/linux/sched.h).  Works unprivileged.
 */
bool kernel__has_vmap_stack(void);

/*
 * How large the stack is on which a system call runs so many bytes above its beginning: stacks
 * grow down from their end, and system calls begin on an empty one.  0: that is not on a stack.
 */
uint32_t kernel__stack_around(uint32_t place);

/*
 * The part of the above that reads BTF: events, gfp bits, the shape of
 * kvfree_call_rcu(), the functions' names (what is refused stays 0).  -ENOTSUP with
 * `why` when a prototype has a shape that is not known.
 */
int kernel__read_btf(struct kernel *kernel, const struct btf *btf, char *why, size_t len);

#endif
