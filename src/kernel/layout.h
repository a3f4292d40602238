/* SPDX-License-Identifier: GPL-2.0-only */
/* Offsets of this kernel's struct fields, from BTF: the allocators, what reading memory takes. */
#ifndef KLEAK_KERNEL_LAYOUT_H
#define KLEAK_KERNEL_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;

#define SLUB_NONE      UINT32_MAX /* this kernel has no such field */
#define SLUB_CPU_WORDS 4	  /* of a struct kmem_cache_cpu are read */
#define SLUB_PAGE_MOST 256	  /* bytes of a struct page */

/* SLUB's books (mm/slub.c); offsets in bytes. */
struct slub_layout {
	uint32_t page_size;
	uint32_t page; /* sizeof(struct page) */
	uint32_t page_flags, page_type, page_head, page_refcount, page_mapping;
	/* where a chunk of per-CPU memory notes that the page is its; or SLUB_NONE */
	uint32_t page_index, page_private;
	/* the mark of a page_pool's pages, which have the pool in `mapping`; or SLUB_NONE */
	uint32_t page_pool;
	uint32_t lru_flag, poison_flag; /* bits of page_flags */
	uint32_t slab_flag;		/* bit of page_flags, up to 6.9; SLUB_NONE: by type */
	uint32_t slab_mask, slab_type;	/* from 6.10 on: these bits of page_type are that type */
	/* those of large kmalloc and of a page_pool's pages; SLUB_NONE: they have none */
	uint32_t large_type, pool_type;
	uint32_t buddy_type;		    /* page_type of the first page of a free block */
	uint32_t slab_cache, slab_freelist; /* the counters follow the freelist */
	uint32_t cache_size, cache_used, cache_offset, cache_random, cache_oo, cache_list;
	/* the pointers to a cache's nodes: the first one, and how far the next one is */
	uint32_t cache_node, node_step;
	uint32_t cache_name, cache_flags;
	uint32_t
		cache_pad; /* what lies before each object, with slub_debug=Z; SLUB_NONE: nothing */
	uint32_t reclaim_flag;		   /* of cache_flags: SLAB_RECLAIM_ACCOUNT */
	uint32_t cache_cpu, cache_sheaves; /* per-CPU pointers; no slabs of CPUs from 7.0 on */
	uint32_t cpu_freelist, cpu_slab, cpu_tid; /* in the first SLUB_CPU_WORDS */
	/* slabs that wait for a CPU, among these, too, and the next one of them */
	uint32_t cpu_partial, slab_next;
	/* of the byte with the order of a page that is none of slab, from its head; or SLUB_NONE */
	uint32_t page_order;
	uint32_t sheaves_main, sheaves_spare, sheaves_rcu;
	uint32_t sheaf_list, sheaf_size, sheaf_objects, sheaf_cache;
	uint32_t cache_capacity; /* of its sheaves, in objects */
	uint32_t node_partial, slab_list, barn_full, barn_empty;
	/* the pointers to barns: in the node, or beside that to the node (7.1 and later) */
	uint32_t node_barn, cache_barn;
};

/* kfree_rcu()'s queues (struct kfree_rcu_cpu); offsets in bytes. */
struct krc_layout {
	int64_t from_rq; /* of a CPU's queues: where they lie, seen from its struct rq */
	uint32_t head, bulk, works, initialized; /* struct kfree_rcu_cpu */
	uint32_t work, nr_works; /* size and number of struct kfree_rcu_cpu_work in it */
	uint32_t work_head, work_bulk, work_krcp;
	uint32_t block_list; /* struct kvfree_rcu_bulk_data, 6.4 and later: list_head */
	uint32_t block_next; /* else, where that is SLUB_NONE: a pointer */
	uint32_t block_nr, block_records;
	uint32_t spare; /* blocks that are kept for later, by their first words; or SLUB_NONE */
	uint32_t head_next, head_func; /* struct callback_head */
	bool head_offset; /* func is the offset of the head, up to 6.5; else the object */
	bool head_bare;	  /* there is no func: the head lies in the object (7.3) */
	uint32_t task_cfs_rq, cfs_rq_rq,
		rq_cpu; /* task -> rq; the first one SLUB_NONE: not there */
	/* sheaves; SLUB_NONE in the first one: there are none, or the rest is not known */
	uint32_t sheaf_head, sheaf_size, sheaf_objects; /* struct slab_sheaf */
	uint32_t rcu_callbacks, rcu_cpu;		/* struct rcu_data: the first one; whose */
	int64_t rcu_from_rq;				/* as from_rq */
	uint32_t page_size;
};

/*
 * The layout of SLUB's books.  0, or -ENOTSUP when it is none that is known, with
 * what is missing in `why` (no sentence: "no field kmem_cache.cpu_slab").
 */
int layout__read_slub(struct slub_layout *layout, const struct btf *btf, uint32_t page_size,
		      char *why, size_t len);

/* struct vm_struct and struct vmap_area (include/linux/vmalloc.h); offsets in bytes. */
struct area_layout {
	uint32_t vm_struct; /* its size */
	uint32_t vm_addr, vm_size, vm_pages, vm_nr_pages, vm_caller;
	uint32_t vmap_area_vm;
};

/* struct task_struct (include/linux/sched.h); offsets in bytes, SLUB_NONE: not known. */
struct task_layout {
	uint32_t stack, stack_vm_area, on_cpu, tgid;
	uint32_t thread, size;
	uint32_t sp; /* of one that does not run: task_struct.thread.sp; arm64:
			thread.cpu_context.sp */
	/* struct nsproxy; of it its PID namespace; of that the cache of its struct pids */
	uint32_t nsproxy, pid_namespace, pid_cache;
	uint32_t mm, pgd; /* struct mm_struct; of it its first page table */
	bool is_arm64;	  /* as the registers that a switch of tasks keeps are arm64's */
};

/* What cannot be found is SLUB_NONE. */
void layout__read_tasks(struct task_layout *layout, const struct btf *btf);

/* The chunks of per-CPU memory (mm/percpu-internal.h); offsets in bytes. */
struct percpu_layout {
	uint32_t types; /* of chunks, each with lists of its own; 0: the layout is not known */
	uint32_t list, free_bytes, nr_pages, base_addr, alloc_map, bound_map;
};

void layout__read_percpu(struct percpu_layout *layout, const struct btf *btf);

/* Offset of net_device.name (include/linux/netdevice.h), or SLUB_NONE. */
uint32_t layout__device_name(const struct btf *btf);

/*
 * Dentries and inodes (include/linux/dcache.h, include/linux/fs.h); offsets in bytes, SLUB_NONE in
 * optional ones: this kernel has none.
 */
struct vfs_layout {
	uint32_t dentry; /* its size */
	uint32_t dentry_count, dentry_lru, dentry_parent, dentry_inode, dentry_sb;
	uint32_t dentry_pprev; /* of its place in the hash; NULL there: it is unhashed */
	uint32_t dentry_alias; /* in inode_dentry */
	uint32_t dentry_flags; /* optional; and the bit of those that something is mounted on */
	uint32_t dentry_mounted;
	/* its children, and its place among its siblings */
	uint32_t dentry_children, dentry_sibling;
	bool ring;	/* the list of children ends at its head (up to 6.7), not at NULL */
	uint32_t inode; /* its size */
	uint32_t inode_op, inode_sb, inode_count, inode_dentry, inode_lru, inode_sb_list;
	uint32_t inode_io_list, inode_wb_list; /* of what is dirty, what is written; optional */
	uint32_t inode_mapping, inode_data;    /* the pointer to a struct address_space, its own */
	uint32_t inode_pages;	     /* the root of its page cache: NULL when there is none */
	uint32_t inode_host;	     /* where its own mapping refers back to it */
	uint32_t op_lookup;	     /* struct inode_operations */
	uint32_t sb_type, type_name; /* struct super_block, struct file_system_type */
};

/* As layout__read_slub(). */
int layout__read_vfs(struct vfs_layout *layout, const struct btf *btf, char *why, size_t len);

/* As layout__read_slub(). */
int layout__read_areas(struct area_layout *layout, const struct btf *btf, char *why, size_t len);

/* kfree_rcu()'s queues, as layout__read_slub(); all but head_offset, which is how it is called. */
int layout__read_krc(struct krc_layout *layout, const struct btf *btf, uint32_t page_size,
		     char *why, size_t len);

/*
 * The struct that says what a slab is: one of its own (mm/slab.h), up to 5.16 a part of struct page
 * (include/linux/mm_types.h).
 */
const char *layout__slab_struct(const struct btf *btf);

#endif
