// SPDX-License-Identifier: GPL-2.0-only
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool outfile__is_special(const char *path)
{
	struct stat is;

	return !stat(path, &is) && !S_ISREG(is.st_mode);
}

int outfile__check(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	struct stat is;

	if (!*path || (slash && !slash[1]))
		return -EISDIR;
	if (!stat(path, &is) && S_ISDIR(is.st_mode))
		return -EISDIR;
	if (outfile__is_special(path))
		return access(path, W_OK) ? -errno : 0;
	if (!slash)
		return access(".", W_OK | X_OK) ? -errno : 0;
	if (slash - path >= (ptrdiff_t)sizeof(folder))
		return -ENAMETOOLONG;
	snprintf(folder, sizeof(folder), "%.*s/", (int)(slash - path), path);
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

int outfile__write(const char *path, int (*print)(void *arg, FILE *out), void *arg)
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
	err = print_into(fd, print, arg);
	if (!err && rename(beside, path))
		err = -errno;
	if (err)
		unlink(beside);
	return err;
}
