/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of a text in /proc. */
#ifndef KLEAK_LINES_H
#define KLEAK_LINES_H

#include <stdio.h>

/*
 * Call `each` for every line of `file`, without its newline; it may write into the
 * line, and ends the reading with -errno.  0, what `each` returned, -EINVAL for a line
 * with a NUL byte (it would hide the rest), or -EIO.
 */
int lines__each(FILE *file, int (*each)(char *line, void *arg), void *arg);

#endif
