/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that kleak writes: mode 0600, and there whole or not at all.  It is written beside its
 * place, and renamed when it is on the disk, so that whoever reads it meanwhile sees the old one,
 * and so that nothing but its name can be somebody else's: a link at its place is replaced, not
 * followed.  What is no regular file (/dev/stdout, a FIFO) is written as it is, as far as there is
 * somebody who takes it.
 */
#ifndef KLEAK_UTIL_OUTFILE_H
#define KLEAK_UTIL_OUTFILE_H

#include "util/folder.h"

#include <stdbool.h>
#include <stdio.h>

/* Errors beside those of the system: outfile__why() knows them. */
#define OUTFILE_LINK	(-ELOOP)    /* somebody else's symbolic link is in the way */
#define OUTFILE_OTHERS	(-ENOTUNIQ) /* somebody else's file, in a folder like /tmp */
#define OUTFILE_NO_FILE (-ENOTBLK)  /* a disk, a socket */
#define OUTFILE_NOBODY	(-ENXIO)    /* a FIFO that nobody reads */
#define OUTFILE_STOPPED (-EAGAIN)   /* nobody reads on */

/* What the error means, to follow "cannot write FILE: ". */
const char *outfile__why(int err);

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

/* The same in steps.  It does not move from outfile__begin() on. */
struct outfile {
	struct folder folder;
	char beside[NAME_MAX + 1]; /* its name until it is whole; "": it is no regular file */
	int fd;			   /* to be closed by the caller, whatever becomes of it */
};

/* wait: for somebody who opens the other end of a FIFO, as long as there is patience. */
int outfile__begin(struct outfile *file, const char *path, bool wait);

/* It is whole: put it in its place, durably.  0 or -errno, and it is gone then. */
int outfile__commit(struct outfile *file);

/* It will never be. */
void outfile__abandon(struct outfile *file);

#endif
