/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID/stat: one process (fs/proc/array.c, do_task_stat()). */
#ifndef KLEAK_PROC_PROCESS_STAT_H
#define KLEAK_PROC_PROCESS_STAT_H

#include <stdbool.h>
#include <stdint.h>

struct process_stat {
	char comm[64]; /* any bytes: brackets, blanks and newlines too */
	char state;    /* 'Z': it ended */
	uint32_t parent;
	uint64_t threads;
	uint64_t start; /* in clock ticks since boot: tells processes of one PID apart */
};

/* Read the text, which ends in NUL.  False: it is none, and *stat is untouched. */
bool process_stat__parse(struct process_stat *stat, const char *text);

#endif
