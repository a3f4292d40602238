/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Open files by process and kind, counted in the kernel by an iterator (bpf/filecount.bpf.c): no
 * link of /proc is read, nothing is left in the kernel's caches.
 */
#ifndef KLEAK_TRACE_TASK_FILES_H
#define KLEAK_TRACE_TASK_FILES_H

#include "kernel/handle_reader.h"

struct task_files;

#define TASK_FILES_MOST_S 1.0 /* of a reading, about ten million files; then it gives up */

/*
 * Load and attach it.  0, or -errno: the kernel has no such iterator (before 5.8), or does not let
 * this process have it.
 */
int task_files__open(struct task_files **files, double most_s);

/*
 * As handle_files.read, arg: the task_files.  0, -ETIME: there are more files than there was time
 * for; -E2BIG: more processes and kinds than there is room for; or -errno.
 */
int task_files__read(void *arg,
		     int (*each)(uint32_t pid, enum handle_kind kind, const char *detail,
				 uint64_t count, void *to),
		     void *to);

void task_files__close(struct task_files *files);

#endif
