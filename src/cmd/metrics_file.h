/* SPDX-License-Identifier: GPL-2.0-only */
/* --prom: a file of metrics that is replaced at each report. */
#ifndef KLEAK_CMD_METRICS_FILE_H
#define KLEAK_CMD_METRICS_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct metrics_file {
	const char *path; /* NULL: not asked for */
	int err;	  /* of the last try to write it: said when it changes */
};

/* Can it probably be written?  0, or -errno, which is said. */
int metrics_file__check(const struct metrics_file *file);

/*
 * Have print(arg, file) write it.  What cannot be replaced (a pipe) gets the last report only.  A
 * disk that is full for a while is no reason to stop: what fails is said once, and counts when it
 * is the last report.  0 or -errno.
 */
int metrics_file__write(struct metrics_file *file, int (*print)(void *arg, FILE *out), void *arg,
			bool final);

#endif
