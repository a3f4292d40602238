/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/self/mountinfo (proc_pid_mountinfo(5)): where cgroups are mounted. */
#ifndef KLEAK_PROC_MOUNTINFO_H
#define KLEAK_PROC_MOUNTINFO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define MOUNTINFO_PATH 4096

/* A mount of a hierarchy of cgroups. */
struct mountinfo_cgroups {
	bool found;
	char root[MOUNTINFO_PATH]; /* which of its cgroups is there, "/": all of them */
	char at[MOUNTINFO_PATH];   /* where */
};

struct mountinfo {
	struct mountinfo_cgroups v2;
	struct mountinfo_cgroups v1; /* that of the memory controller */
	uint64_t odd;		     /* lines that were not understood */
};

/*
 * Read the text from `file`.  Of several mounts of a hierarchy one that has all of it is taken, and
 * the first of these.  0, or -EIO.
 */
int mountinfo__parse(struct mountinfo *mounts, FILE *file);

#endif
