// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many files of which kind each process has open.  An iterator over the files of all processes
 * (5.8) looks at them where they are: to read /proc/PID/fd makes a dentry and an inode of each, 900
 * bytes that grow in the very books that are watched.
 *
 * Pointers of known types are followed by the verifier's leave, which costs a load each; behind
 * untyped ones (private_data, i_private) memory is read by helpers.
 *
 * An object of its own: it shares nothing with the programs that trace.
 */
#include "vmlinux.h"

#include "filecount.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define S_IFMT	0170000
#define S_IFCHR 0020000
#define S_IFBLK 0060000
#define S_IFREG 0100000
#define S_IFDIR 0040000

/* include/uapi/linux/magic.h, the same since each of them came */
#define ANON_INODE_FS_MAGIC 0x09041934
#define SOCKFS_MAGIC	    0x534F434B
#define PIPEFS_MAGIC	    0x50495045
#define NSFS_MAGIC	    0x6e736673
#define PID_FS_MAGIC	    0x50494446
#define DMA_BUF_MAGIC	    0x444d4142
#define MQUEUE_MAGIC	    0x19800202 /* ipc/mqueue.c */

/* All of its memory is taken at once: it would grow in the very books that are watched. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILECOUNT_LEAST); /* or more: the loader's */
	__type(key, struct filecount_key);
	__type(value, struct filecount_value);
} filecount SEC(".maps");

__u64 filecount_round; /* the loader's: one more for each reading */
__u64 filecount_full;  /* files that there was no entry for */
__u32 filecount_last;  /* the process whose files came last; the loader's, too */

static __always_inline void name_protocol(struct filecount_key *key, const struct file *file)
{
	const struct socket *socket = file->private_data;
	const struct proto *proto = BPF_CORE_READ(socket, sk, __sk_common.skc_prot);

	if (proto)
		bpf_probe_read_kernel_str(key->name, sizeof(key->name), proto->name);
}

static __always_inline void name_namespace(struct filecount_key *key, const struct inode *inode)
{
	const struct ns_common *ns = inode->i_private;
	const char *name = BPF_CORE_READ(ns, ops, name);

	bpf_probe_read_kernel_str(key->name, sizeof(key->name), name);
}

static __always_inline void name_dentry(struct filecount_key *key, const struct file *file)
{
	const unsigned char *name = file->f_path.dentry->d_name.name;

	bpf_probe_read_kernel_str(key->name, sizeof(key->name), name);
}

static __always_inline bool is_memfd(const struct file *file)
{
	const unsigned char *name = file->f_path.dentry->d_name.name;
	char start[7] = {};

	bpf_probe_read_kernel(start, sizeof(start) - 1, name);
	return start[0] == 'm' && start[1] == 'e' && start[2] == 'm' && start[3] == 'f' &&
	       start[4] == 'd' && start[5] == ':';
}

/* What it is by the inode's type. */
static __always_inline __u32 class_of_path(const struct file *file, const struct inode *inode)
{
	__u32 type = inode->i_mode & S_IFMT;

	if (type == S_IFCHR || type == S_IFBLK)
		return FILECOUNT_DEVICE;
	if (type != S_IFREG && type != S_IFDIR)
		return FILECOUNT_OTHER;
	if (inode->i_nlink)
		return FILECOUNT_REGULAR;
	return is_memfd(file) ? FILECOUNT_MEMFD : FILECOUNT_DELETED;
}

static __always_inline void classify(struct filecount_key *key, const struct file *file)
{
	const struct inode *inode = file->f_inode;

	switch (inode->i_sb->s_magic) {
	case ANON_INODE_FS_MAGIC:
		key->class = FILECOUNT_ANONYMOUS;
		name_dentry(key, file);
		break;
	case SOCKFS_MAGIC:
		key->class = FILECOUNT_SOCKET;
		name_protocol(key, file);
		break;
	case PIPEFS_MAGIC:
		key->class = FILECOUNT_PIPE;
		break;
	case NSFS_MAGIC:
		key->class = FILECOUNT_NAMESPACE;
		name_namespace(key, inode);
		break;
	case PID_FS_MAGIC:
		key->class = FILECOUNT_PIDFD;
		break;
	case DMA_BUF_MAGIC:
		key->class = FILECOUNT_DMABUF;
		break;
	case MQUEUE_MAGIC:
		key->class = FILECOUNT_MQUEUE;
		break;
	default:
		key->class = class_of_path(file, inode);
	}
}

static __always_inline void count(const struct filecount_key *key, __u64 mappings)
{
	struct filecount_value *value = bpf_map_lookup_elem(&filecount, key);
	struct filecount_value first = {1, filecount_round, mappings};

	if (!value) {
		if (bpf_map_update_elem(&filecount, key, &first, BPF_ANY))
			filecount_full++;
	} else if (value->round != filecount_round) {
		*value = first;
	} else {
		value->files++;
		value->mappings |= mappings; /* told once, of 0 */
	}
}

/* Told with the first of a process's files, which come one after the other. */
static __always_inline __u64 mappings_of(const struct task_struct *task)
{
	const struct mm_struct *mm = task->mm;

	if (filecount_last == (__u32)task->tgid || !mm)
		return 0;
	filecount_last = task->tgid;
	return mm->map_count;
}

/* Tasks that share the files of another one are left out by the kernel. */
SEC("iter/task_file")
int count_files(struct bpf_iter__task_file *ctx)
{
	const struct task_struct *task = ctx->task;
	const struct file *file = ctx->file;
	struct filecount_key key = {};

	if (!task || !file)
		return 0;
	key.tgid = task->tgid;
	classify(&key, file);
	count(&key, mappings_of(task));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
