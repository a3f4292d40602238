// SPDX-License-Identifier: GPL-2.0-only
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool outfile__is_special(const char *path)
{
	struct stat is;

	return !stat(path, &is) && !S_ISREG(is.st_mode);
}

/* The folder that the file is in.  0 or -errno. */
static int folder_of(char *folder, size_t len, const char *path)
{
	const char *slash = strrchr(path, '/');

	int length = slash ? snprintf(folder, len, "%.*s/", (int)(slash - path), path)
			   : snprintf(folder, len, "./");

	return length < (int)len ? 0 : -ENAMETOOLONG;
}

int outfile__check(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	struct stat is;
	int err;

	if (!*path || (slash && !slash[1]))
		return -EISDIR;
	if (!stat(path, &is) && S_ISDIR(is.st_mode))
		return -EISDIR;
	if (outfile__is_special(path))
		return access(path, W_OK) ? -errno : 0;
	err = folder_of(folder, sizeof(folder), path);
	if (err)
		return err;
	return access(folder, W_OK | X_OK) ? -errno : 0;
}

/* print() into the file open as `fd`, which is closed. */
static int print_into(int fd, int (*print)(void *arg, FILE *out), void *arg)
{
	FILE *out = fdopen(fd, "w");
	int err;

	if (!out) {
		err = -errno;
		close(fd);
		return err;
	}
	err = print(arg, out);
	if (fclose(out) && !err)
		err = -errno;
	return err;
}

/* May the group of the folder read what is in it?  Its owner says so by the set-group-ID bit. */
static bool is_for_group(const char *path)
{
	char folder[PATH_MAX];
	struct stat is;

	return !folder_of(folder, sizeof(folder), path) && !stat(folder, &is) &&
	       is.st_mode & S_ISGID;
}

static int write_file(const char *path, bool for_group, int (*print)(void *arg, FILE *out),
		      void *arg)
{
	char beside[PATH_MAX];
	int fd, err;

	if (outfile__is_special(path)) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		return fd < 0 ? -errno : print_into(fd, print, arg);
	}
	if (snprintf(beside, sizeof(beside), "%s.XXXXXX", path) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	fd = mkostemp(beside, O_CLOEXEC); /* 0600 */
	if (fd < 0)
		return -errno;
	if (for_group && fchmod(fd, S_IRUSR | S_IWUSR | S_IRGRP)) {
		err = -errno;
		close(fd);
	} else {
		err = print_into(fd, print, arg);
	}
	if (!err && rename(beside, path))
		err = -errno;
	if (err)
		unlink(beside);
	return err;
}

int outfile__write(const char *path, int (*print)(void *arg, FILE *out), void *arg)
{
	return write_file(path, false, print, arg);
}

int outfile__write_for_group(const char *path, int (*print)(void *arg, FILE *out), void *arg)
{
	return write_file(path, is_for_group(path), print, arg);
}
