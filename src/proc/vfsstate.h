/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/sys/fs/dentry-state and inode-state: how many there are, how many of them nobody uses
 * (fs/dcache.c, proc_nr_dentry(); fs/inode.c, proc_nr_inodes()).
 */
#ifndef KLEAK_PROC_VFSSTATE_H
#define KLEAK_PROC_VFSSTATE_H

#include <stdint.h>
#include <stdio.h>

struct vfsstate {
	uint64_t all;
	uint64_t unused; /* on an LRU list */
};

/* Both texts begin with these two.  0, -ENODATA: they do not; -EIO. */
int vfsstate__parse(struct vfsstate *state, FILE *file);

#endif
