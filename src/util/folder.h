/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An open folder in which a file will be written: renaming folders or changing links later does
 * not redirect the file.  On the way there only symbolic links of this user or of root are
 * followed.
 */
#ifndef KLEAK_UTIL_FOLDER_H
#define KLEAK_UTIL_FOLDER_H

#include <limits.h>
#include <stdbool.h>

struct folder {
	int fd;			 /* O_PATH */
	bool proc;		 /* of /proc: a link in it is no path, but an open file */
	char name[NAME_MAX + 1]; /* of the file, in it */
};

/*
 * The folder of `path`; of a symbolic link the one that it lies in, or with `follow` the one it
 * leads to.  0 or -errno: -EISDIR: the path has no file name; -ELOOP: another user's symbolic
 * link is in the way.
 */
int folder__open(struct folder *folder, const char *path, bool follow);

void folder__close(struct folder *folder);

#endif
