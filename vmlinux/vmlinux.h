/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel types that the BPF programs touch, and no others.
 *
 * CO-RE relocates every field access by name, so only names and kinds count
 * here, not offsets.  The same for every architecture; what is one's own says
 * whose, after ___of_, which is no part of the name that CO-RE looks for.
 * `make check-types` holds each field against the BTF of the tested kernels;
 * fields that only some kernels have are named in tests/optional-types.
 */
#ifndef KLEAK_VMLINUX_H
#define KLEAK_VMLINUX_H

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;

enum { false = 0, true = 1 };

/* include/uapi/linux/bpf.h */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_F_NO_PREALLOC = 1,
	BPF_F_MMAPABLE = 1024,
};

struct bpf_pidns_info {
	__u32 pid;
	__u32 tgid;
};

struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
};

struct mm_struct {
	int map_count;
};

struct task_struct {
	void *stack;
	unsigned int flags;
	int tgid;
	struct task_struct *group_leader;
	char comm[16];
	struct signal_struct *signal;
	struct mm_struct *mm;
};

/* arch/ARCH/include/asm/ptrace.h */
struct pt_regs___of_x86 {
	unsigned long r9;
	unsigned long r8;
	unsigned long ax;
	unsigned long cx;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long ip;
	unsigned long sp;
};

/* these are inside an anonymous union */
struct pt_regs___of_arm64 {
	u64 regs[31];
	u64 sp;
	u64 pc;
};

/* include/linux/rbtree_types.h: any type that begins with an unsigned long would do */
struct rb_node {
	unsigned long __rb_parent_color;
};

/* include/linux/bpf.h: inside an anonymous union */
struct bpf_array {
	void *pptrs[0];
};

/* mm/slab.h (6.1: include/linux/slub_def.h) */
struct kmem_cache {
	unsigned int flags;
	unsigned int size;
	unsigned int object_size;
	const char *name;
};

/* include/linux/vmalloc.h */
struct page;

struct vm_struct {
	void *addr;
	unsigned long size;
	unsigned long flags;
	struct page **pages;
	unsigned int nr_pages;
};

/* include/linux/module.h, where there are modules */
struct mod_kallsyms {
	void *symtab;
	unsigned int num_symtab;
	char *strtab;
};

/* up to 6.3 */
struct module_layout {
	void *base;
	unsigned int text_size;
};

/* 6.4 and later */
struct module_memory {
	void *base;
	unsigned int size;
};

struct module {
	char name[56];
	struct mod_kallsyms *kallsyms;
	struct module_layout core_layout;
	struct module_layout init_layout;
	struct module_memory mem[7];
};

/* include/linux/workqueue_types.h */
struct work_struct {
	void *func;
};

/* include/linux/bpf.h, include/linux/filter.h; work: inside anonymous unions */
struct bpf_ksym {
	unsigned long start;
	unsigned long end;
	char name[128];
};

struct bpf_prog;

struct bpf_prog_aux {
	unsigned int func_cnt;
	unsigned int real_func_cnt; /* 6.7 and later */
	struct bpf_prog **func;
	struct bpf_ksym ksym;
	unsigned long long load_time;
	struct work_struct work;
};

struct bpf_prog {
	struct bpf_prog_aux *aux;
};

struct bpf_tramp_image {
	struct bpf_ksym ksym;
	struct work_struct work;
};

/* include/linux/slab.h, 6.9 and later */
enum _slab_flag_bits {
	_SLAB_ACCOUNT,
	_SLAB_RECLAIM_ACCOUNT,
};

/* include/net/sock.h, include/linux/net.h */
struct proto {
	char name[32];
};

struct sock_common {
	struct proto *skc_prot;
};

struct sock {
	struct sock_common __sk_common;
};

struct socket {
	struct sock *sk;
};

/* include/linux/ns_common.h, include/linux/proc_ns.h */
struct proc_ns_operations {
	const char *name;
};

struct ns_common {
	const struct proc_ns_operations *ops;
};

/* include/linux/fs.h, include/linux/dcache.h */
struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct super_block {
	unsigned long s_magic;
};

/* i_nlink: inside an anonymous union */
struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	unsigned int i_nlink;
	void *i_private;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	void *private_data;
};

/* kernel/bpf/task_iter.c: inside anonymous unions */
struct bpf_iter__task_file {
	struct task_struct *task;
	struct file *file;
};

/* kernel/bpf/prog_iter.c, include/linux/bpf.h: inside anonymous unions */
struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__bpf_prog {
	struct bpf_iter_meta *meta;
	struct bpf_prog *prog;
};

#pragma clang attribute pop

#endif
