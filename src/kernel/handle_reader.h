/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds how many handles, read from /proc within bounds: a machine with ten million files must
 * not make kleak wait, nor wait for kleak.
 */
#ifndef KLEAK_KERNEL_HANDLE_READER_H
#define KLEAK_KERNEL_HANDLE_READER_H

#include "proc/handles.h"

#include <stdbool.h>
#include <stdint.h>

struct handle_limits {
	double most_s;	     /* of one reading; what was not reached comes first in the next */
	uint64_t most_files; /* of one process that are looked at; the others are HANDLE_UNSEEN */
};

#define HANDLE_MOST_S	  1.0
#define HANDLE_MOST_FILES 4096

/*
 * Another way to count open files, such as trace/task_files: calls `each` for every process, kind
 * and detail, which returns 0 or an error to be passed on.  0 or -errno: /proc is read then.
 */
struct handle_files {
	int (*read)(void *arg,
		    int (*each)(uint32_t pid, enum handle_kind kind, const char *detail,
				uint64_t count, void *to),
		    void *to);
	void *arg;
};

struct handle_reader;

/*
 * files: NULL, or what is asked before /proc; it is copied.  A link in /proc/PID/fd that is looked
 * at becomes a dentry and an inode of the kernel, 900 bytes, which it can reclaim: from 6.2 on,
 * where the kernel says how many files a process has, only those of processes are that have got
 * some more since they were first seen; before that all are HANDLE_UNSEEN.  0 or -errno.
 */
int handle_reader__open(struct handle_reader **reader, const struct handle_limits *limits,
			const struct handle_files *files);

/*
 * Read everything there is to count into *handles, which is empty.  This process itself is left
 * out where handles are counted by process.  Processes that there was no time for are as they were
 * when last looked at (`processes_stale`).  0 or -errno; handles__free() it, whatever happened.
 */
int handle_reader__read(struct handle_reader *reader, struct handles *handles);

/* How many mappings the process has, by /proc/PID/maps: too dear to read of each.  -errno: none. */
int64_t handle_reader__count_mappings(uint32_t pid);

void handle_reader__close(struct handle_reader *reader);

#endif
