/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own counts of handles: small texts of /proc and cgroupfs, into rows. */
#ifndef KLEAK_PROC_HANDLE_COUNTS_H
#define KLEAK_PROC_HANDLE_COUNTS_H

#include "proc/handles.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Each adds the rows of one text; lines that are not understood are counted in handles->odd.
 * 0, -ENOMEM, -EIO.
 */

/*
 * /proc/sysvipc/shm, sem and msg (ipc/shm.c, sem.c, msg.c, ..._show()).  The kernel notes the
 * process that made a segment of shared memory, of the others only the user: "uid 1000".
 */
int handle_counts__shm(struct handles *handles, FILE *file);
int handle_counts__sem(struct handles *handles, FILE *file);
int handle_counts__msg(struct handles *handles, FILE *file);

/* /proc/net/sockstat and sockstat6 (net/ipv4/proc.c): sockets by state, of one network namespace.
 */
int handle_counts__sockstat(struct handles *handles, FILE *file);

/* cgroup.stat of cgroup v2's root (kernel/cgroup/cgroup.c): those that are there, and offline. */
int handle_counts__cgroup_stat(struct handles *handles, FILE *file);

/* /proc/cgroups: of v1's hierarchy of memory, offline ones among them. */
int handle_counts__cgroups(struct handles *handles, FILE *file);

/* /proc/key-users (security/keys/proc.c): keys by user. */
int handle_counts__keys(struct handles *handles, FILE *file);

/*
 * /proc/PID/mountinfo (fs/proc_namespace.c): mounts, and namespaces that are mounted.  For each
 * tmpfs `each` is called with where it is mounted; NULL: nobody.
 */
int handle_counts__mounts(struct handles *handles, FILE *file,
			  void (*each)(const char *tmpfs, void *arg), void *arg);

/*
 * A line of /proc/locks (fs/locks.c, lock_get_status()): the process that holds the lock.  False:
 * none is told, as of locks that belong to an open file, or it is one that waits.
 */
bool handle_counts__lock_owner(const char *line, uint32_t *pid);

/*
 * A line of numbers: /proc/sys/fs/file-nr, dentry-state, inode-state, nf_conntrack_count.  How many
 * were read, `most` at most.
 */
int handle_counts__numbers(uint64_t *numbers, int most, FILE *file);

#endif
