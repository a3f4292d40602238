/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that kleak writes, with mode 0600: it appears whole or not at all.  It is written under
 * another name in the same folder and renamed once it is on the disk.  Readers see the old file
 * until then, and a symbolic link of that name is replaced, not followed.  What is no regular file
 * (/dev/stdout, a FIFO) is written directly, as far as its reader takes it.
 */
#ifndef KLEAK_UTIL_OUTFILE_H
#define KLEAK_UTIL_OUTFILE_H

#include "util/folder.h"

#include <stdbool.h>
#include <stdio.h>

/* Errors beside those of the system: outfile__why() knows them. */
#define OUTFILE_LINK	(-ELOOP)    /* another user's symbolic link is in the way */
#define OUTFILE_OTHERS	(-ENOTUNIQ) /* another user's file, in a folder like /tmp */
#define OUTFILE_NO_FILE (-ENOTBLK)  /* a disk, a socket */
#define OUTFILE_NOBODY	(-ENXIO)    /* a FIFO without a reader */
#define OUTFILE_STOPPED (-EAGAIN)   /* the reader has stopped reading */

/* What the error means, to follow "cannot write FILE: ". */
const char *outfile__why(int err);

/* Is it there, and no regular file?  It is then written as it is, not replaced. */
bool outfile__is_special(const char *path);

/* Can the file probably be written?  0 or -errno. */
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
	int fd; /* open for reading, too, unless it is no regular file; to be closed by the caller,
		   whatever becomes of it */
};

/* wait: until a FIFO has a reader, for signals__patience() at most. */
int outfile__begin(struct outfile *file, const char *path, bool wait);

/* The file is complete: sync it and give it its name.  0, or -errno after removing it. */
int outfile__commit(struct outfile *file);

/* The file will not be completed: remove it. */
void outfile__abandon(struct outfile *file);

#endif
