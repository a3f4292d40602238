// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/hook_table.h"

const char *const hook_event_names[KLEAK_EVENTS] = {
	[KLEAK_EVENT_KMALLOC] = "kmalloc",
	[KLEAK_EVENT_KMALLOC_NODE] = "kmalloc_node",
	[KLEAK_EVENT_KMEM_CACHE_ALLOC] = "kmem_cache_alloc",
	[KLEAK_EVENT_KMEM_CACHE_ALLOC_NODE] = "kmem_cache_alloc_node",
	[KLEAK_EVENT_KFREE] = "kfree",
	[KLEAK_EVENT_KMEM_CACHE_FREE] = "kmem_cache_free",
	[KLEAK_EVENT_PERCPU_ALLOC] = "percpu_alloc_percpu",
	[KLEAK_EVENT_PERCPU_FREE] = "percpu_free_percpu",
	[KLEAK_EVENT_PAGE_ALLOC] = "mm_page_alloc",
	[KLEAK_EVENT_PAGE_FREE] = "mm_page_free",
};

const char *const hook_function_names[HOOK_FUNCTIONS][3] = {
	/* 6.10 renamed allocating functions for memory allocation profiling */
	[FUNCTION_ALLOC_BULK] = {"kmem_cache_alloc_bulk_noprof", "kmem_cache_alloc_bulk"},
	[FUNCTION_FREE_BULK] = {"kmem_cache_free_bulk"},
	[FUNCTION_KVFREE_CALL_RCU] = {"kvfree_call_rcu"},
	[FUNCTION_KFREE_CALL_RCU_NOLOCK] = {"kfree_call_rcu_nolock"},
	[FUNCTION_PAGES_BULK] = {"alloc_pages_bulk_noprof", "__alloc_pages_bulk"},
};

/*
 * Who calls these most, in 6.1 and 6.12: net/core/skbuff.c and xdp.c, io_uring/io_uring.c,
 * lib/maple_tree.c; net/core/page_pool.c, net/sunrpc/svc_xprt.c, fs/xfs/xfs_buf.c,
 * fs/btrfs/extent_io.c, and mm/vmalloc.c, whose pages count as vmalloc's.
 */
const char *const hook_blind_spots[HOOK_FUNCTIONS] = {
	[FUNCTION_ALLOC_BULK] =
		"objects from kmem_cache_alloc_bulk() are not recorded: sk_buffs that network "
		"drivers receive into (NAPI, XDP), io_uring's requests, maple tree nodes",
	[FUNCTION_FREE_BULK] =
		"frees by kmem_cache_free_bulk() and kfree_rcu() batches are not seen at once",
	[FUNCTION_PAGES_BULK] =
		"pages from alloc_pages_bulk() are not recorded: page pools of network drivers, "
		"what NFS servers receive into, buffers of XFS and btrfs",
	[FUNCTION_KVFREE_CALL_RCU] =
		"memory passed to kfree_rcu() counts as outstanding until it is really freed",
};

#define RAW_TP(name, which, number, does, must)                                                    \
	{                                                                                          \
		.program = #name "_" #number, .kind = HOOK_RAW_TP, .role = does,                   \
		.needs = HOOK_FOR_SLAB_OR_VMALLOC, .tracepoint = #name, .event = which,            \
		.function = FUNCTION_NONE, .copy = number, .required = must                        \
	}

#define OPTIONAL_TP(name, which, number, does, whom)                                               \
	{                                                                                          \
		.program = #name "_" #number, .kind = HOOK_RAW_TP, .role = does, .needs = whom,    \
		.tracepoint = #name, .event = which, .function = FUNCTION_NONE, .copy = number     \
	}

#define ENTRY(name, how, which, number, does, whom)                                                \
	{                                                                                          \
		.program = #name "_" #number, .kind = how, .role = does, .needs = whom,            \
		.event = KLEAK_EVENTS, .function = which, .copy = number                           \
	}

#define WATCH(name, whom, must)                                                                    \
	{                                                                                          \
		.program = #name, .kind = HOOK_RAW_TP, .role = HOOK_WATCHES, .needs = whom,        \
		.tracepoint = #name, .event = KLEAK_EVENTS, .function = FUNCTION_NONE, .copy = 1,  \
		.required = must                                                                   \
	}

const struct hook hooks[] = {
	RAW_TP(kfree, KLEAK_EVENT_KFREE, 1, HOOK_FREES, true),
	RAW_TP(kfree, KLEAK_EVENT_KFREE, 2, HOOK_FREES, true),
	RAW_TP(kmem_cache_free, KLEAK_EVENT_KMEM_CACHE_FREE, 1, HOOK_FREES, true),
	RAW_TP(kmem_cache_free, KLEAK_EVENT_KMEM_CACHE_FREE, 2, HOOK_FREES, true),
	OPTIONAL_TP(percpu_free_percpu, KLEAK_EVENT_PERCPU_FREE, 1, HOOK_FREES, HOOK_FOR_PERCPU),
	OPTIONAL_TP(percpu_free_percpu, KLEAK_EVENT_PERCPU_FREE, 2, HOOK_FREES, HOOK_FOR_PERCPU),
	OPTIONAL_TP(mm_page_free, KLEAK_EVENT_PAGE_FREE, 1, HOOK_FREES, HOOK_FOR_PAGES),
	OPTIONAL_TP(mm_page_free, KLEAK_EVENT_PAGE_FREE, 2, HOOK_FREES, HOOK_FOR_PAGES),
	ENTRY(kmem_cache_free_bulk, HOOK_FENTRY, FUNCTION_FREE_BULK, 1, HOOK_FREES, HOOK_FOR_SLAB),
	ENTRY(kmem_cache_free_bulk, HOOK_FENTRY, FUNCTION_FREE_BULK, 2, HOOK_FREES, HOOK_FOR_SLAB),
	ENTRY(free_bulk_entry, HOOK_KPROBE, FUNCTION_FREE_BULK, 1, HOOK_FREES, HOOK_FOR_SLAB),
	ENTRY(kvfree_call_rcu, HOOK_FENTRY, FUNCTION_KVFREE_CALL_RCU, 1, HOOK_WATCHES,
	      HOOK_FOR_SLAB),
	ENTRY(kvfree_call_rcu_entry, HOOK_KPROBE, FUNCTION_KVFREE_CALL_RCU, 1, HOOK_WATCHES,
	      HOOK_FOR_SLAB),
	ENTRY(kfree_call_rcu_nolock, HOOK_FENTRY, FUNCTION_KFREE_CALL_RCU_NOLOCK, 1, HOOK_WATCHES,
	      HOOK_FOR_SLAB),
	ENTRY(kfree_call_rcu_nolock_entry, HOOK_KPROBE, FUNCTION_KFREE_CALL_RCU_NOLOCK, 1,
	      HOOK_WATCHES, HOOK_FOR_SLAB),
	WATCH(sched_process_fork, HOOK_FOR_FAMILY, true),
	WATCH(sched_process_exit, HOOK_FOR_PROCESSES, true),
	WATCH(task_newtask, HOOK_FOR_OTHERS, true),
	WATCH(module_load, HOOK_FOR_MODULES, false),
	WATCH(module_free, HOOK_FOR_MODULES, false),
	WATCH(workqueue_execute_start, HOOK_FOR_CODE, false),
	RAW_TP(kmalloc, KLEAK_EVENT_KMALLOC, 1, HOOK_ALLOCATES, true),
	RAW_TP(kmalloc, KLEAK_EVENT_KMALLOC, 2, HOOK_ALLOCATES, true),
	/* up to 6.0 */
	RAW_TP(kmalloc_node, KLEAK_EVENT_KMALLOC_NODE, 1, HOOK_ALLOCATES, false),
	RAW_TP(kmem_cache_alloc, KLEAK_EVENT_KMEM_CACHE_ALLOC, 1, HOOK_ALLOCATES, true),
	RAW_TP(kmem_cache_alloc, KLEAK_EVENT_KMEM_CACHE_ALLOC, 2, HOOK_ALLOCATES, true),
	RAW_TP(kmem_cache_alloc_node, KLEAK_EVENT_KMEM_CACHE_ALLOC_NODE, 1, HOOK_ALLOCATES, false),
	OPTIONAL_TP(percpu_alloc_percpu, KLEAK_EVENT_PERCPU_ALLOC, 1, HOOK_ALLOCATES,
		    HOOK_FOR_PERCPU),
	OPTIONAL_TP(percpu_alloc_percpu, KLEAK_EVENT_PERCPU_ALLOC, 2, HOOK_ALLOCATES,
		    HOOK_FOR_PERCPU),
	OPTIONAL_TP(mm_page_alloc, KLEAK_EVENT_PAGE_ALLOC, 1, HOOK_ALLOCATES, HOOK_FOR_PAGES),
	OPTIONAL_TP(mm_page_alloc, KLEAK_EVENT_PAGE_ALLOC, 2, HOOK_ALLOCATES, HOOK_FOR_PAGES),
	ENTRY(kmem_cache_alloc_bulk, HOOK_FEXIT, FUNCTION_ALLOC_BULK, 1, HOOK_ALLOCATES,
	      HOOK_FOR_SLAB),
	ENTRY(kmem_cache_alloc_bulk, HOOK_FEXIT, FUNCTION_ALLOC_BULK, 2, HOOK_ALLOCATES,
	      HOOK_FOR_SLAB),
	/* the last one is attached first: a call whose entry is seen is seen to return */
	ENTRY(alloc_bulk_entry, HOOK_KPROBE, FUNCTION_ALLOC_BULK, 1, HOOK_ALLOCATES, HOOK_FOR_SLAB),
	ENTRY(alloc_bulk_return, HOOK_KRETPROBE, FUNCTION_ALLOC_BULK, 1, HOOK_ALLOCATES,
	      HOOK_FOR_SLAB),
	ENTRY(alloc_pages_bulk, HOOK_FEXIT, FUNCTION_PAGES_BULK, 1, HOOK_ALLOCATES, HOOK_FOR_PAGES),
	ENTRY(alloc_pages_bulk, HOOK_FEXIT, FUNCTION_PAGES_BULK, 2, HOOK_ALLOCATES, HOOK_FOR_PAGES),
	ENTRY(alloc_pages_bulk_entry, HOOK_KPROBE, FUNCTION_PAGES_BULK, 1, HOOK_ALLOCATES,
	      HOOK_FOR_PAGES),
	ENTRY(alloc_pages_bulk_return, HOOK_KRETPROBE, FUNCTION_PAGES_BULK, 1, HOOK_ALLOCATES,
	      HOOK_FOR_PAGES),
};

const size_t nr_hooks = sizeof(hooks) / sizeof(hooks[0]);
