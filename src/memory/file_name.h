/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which file the pages of a struct address_space belong to: its inode, file system and path there
 * (include/linux/fs.h, include/linux/dcache.h).  Pure but for the callback that reads kernel
 * memory.
 *
 * Nothing is locked: a file that goes meanwhile may have a wrong name, or none.
 */
#ifndef KLEAK_MEMORY_FILE_NAME_H
#define KLEAK_MEMORY_FILE_NAME_H

#include "kernel/charge_layout.h"
#include "memory/kernel_copy.h"

#include <stdbool.h>
#include <stdint.h>

#define FILE_NAME_PATH 128 /* room for a path; longer ones lose their beginning */

struct file_name {
	uint64_t inode;		   /* its number; 0: not known */
	char fs[16];		   /* the type of its file system; "": not known */
	char device[32];	   /* super_block.s_id: "sda1", "tmpfs" */
	char path[FILE_NAME_PATH]; /* from the root of that; "": it has no name any more */
	bool removed;		   /* that is what it was called: it is in no directory */
};

struct file_namer {
	struct charge_layout charges;
	struct vfs_layout vfs;
	kernel_copy read;
	void *arg;
};

/* Of the struct address_space at `mapping`. */
void file_name__of(const struct file_namer *namer, uint64_t mapping, struct file_name *name);

#endif
