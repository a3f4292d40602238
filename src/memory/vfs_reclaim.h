/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Can a dentry or an inode go when the kernel needs memory?  Read from the object itself
 * (fs/dcache.c, fs/inode.c), for its cache only says that such objects can go in general.  Pure but
 * for the callback that reads kernel memory.
 *
 * Nothing is locked.  What changes while it is read counts as unknown, where that can be noticed.
 */
#ifndef KLEAK_MEMORY_VFS_RECLAIM_H
#define KLEAK_MEMORY_VFS_RECLAIM_H

#include "kernel/layout.h"
#include "memory/kernel_copy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VFS_NAME 16 /* of a file system, with its end; longer ones are cut */

/* What pins it: keeps it from being reclaimed. */
enum vfs_pin {
	VFS_NOT_PINNED,
	VFS_REFERENCE, /* references that nothing below explains */
	VFS_CHILD,     /* a dentry: one below it is pinned */
	VFS_DENTRY,    /* an inode: a dentry of it is pinned */
	VFS_MOUNTED,   /* a directory that something is mounted on */
	VFS_NAME_KEPT, /* a file that exists, and whose file system keeps it nowhere else (tmpfs) */
	VFS_OFF_LRU,   /* nothing uses it, yet it is on no list that is looked at for reclaim */
	VFS_UNKNOWN,   /* it is on its way to be freed, it changed, or there is too much to read */
	VFS_PINS,
};

struct vfs {
	struct vfs_layout layout;
	kernel_copy read;
	void *arg;
	uint64_t
		simple_lookup; /* address of simple_lookup(); 0: names that are kept are not told */
};

/* What was seen of an object. */
struct vfs_look {
	enum vfs_pin pin;
	bool dirty;	   /* an inode that is to be written, or is being written, first */
	char fs[VFS_NAME]; /* the type of its file system; "": not known */
};

/*
 * The dentry at this address.  Its children refer to it, and those that can go do not keep it:
 * all below it are looked at, VFS_MOST_DENTRIES at most.
 */
#define VFS_MOST_DENTRIES 128

struct vfs_look vfs_reclaim__look_at_dentry(const struct vfs *vfs, uint64_t dentry);

/* The same of an inode, which its dentries refer to. */
struct vfs_look vfs_reclaim__look_at_inode(const struct vfs *vfs, uint64_t inode);

/*
 * Where in an object of `size` bytes its struct inode is, told by its own mapping, which refers
 * back to it (inode_init_always()).  SLUB_NONE: there is none.
 */
uint32_t vfs_reclaim__find_inode(const struct vfs *vfs, uint64_t object, uint32_t size);

#endif
