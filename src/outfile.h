/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that kleak writes: mode 0600, and there whole or not at all.  It is written beside its
 * place and renamed, so that whoever reads it meanwhile sees the old one.  What is no regular
 * file (/dev/stdout, a FIFO) is written as it is.
 */
#ifndef KLEAK_OUTFILE_H
#define KLEAK_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

/* Is it there, and no regular file?  It is then written as it is, not replaced. */
bool outfile__is_special(const char *path);

/* Can the file be written, as far as one can tell before?  0 or -errno. */
int outfile__check(const char *path);

/*
 * Have print(arg, file) write it: it returns 0 or -errno.  0 or -errno; nothing is changed then,
 * but for what is no regular file.
 */
int outfile__write(const char *path, int (*print)(void *arg, FILE *out), void *arg);

/*
 * As outfile__write(), for a reader who is another user: in a folder that is set-group-ID, whose
 * group the file then has, its mode is 0640.
 */
int outfile__write_for_group(const char *path, int (*print)(void *arg, FILE *out), void *arg);

#endif
