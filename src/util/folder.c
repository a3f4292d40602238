// SPDX-License-Identifier: GPL-2.0-only
#include "util/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MOST_LINKS 40 /* as the kernel follows */

struct walk {
	struct folder *folder;
	char left[PATH_MAX]; /* of the path, from folder->fd on */
	unsigned int links;
};

/* Take `fd` as the folder. */
static int enter(struct walk *walk, int fd)
{
	struct statfs is;

	if (fd < 0)
		return -errno;
	if (walk->folder->fd >= 0)
		close(walk->folder->fd);
	walk->folder->fd = fd;
	walk->folder->proc = !fstatfs(fd, &is) && is.f_type == PROC_SUPER_MAGIC;
	return 0;
}

/* Where the path that is left begins. */
static int start(struct walk *walk)
{
	if (!*walk->left)
		return -ENOENT;
	if (*walk->left != '/' && walk->folder->fd >= 0)
		return 0;
	return enter(walk, open(*walk->left == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* Put in front of the path that is left what the link `name` says. */
static int follow(struct walk *walk, const char *name)
{
	char path[PATH_MAX], rest[PATH_MAX];
	struct stat is;
	ssize_t length;

	if (fstatat(walk->folder->fd, name, &is, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (++walk->links > MOST_LINKS || (is.st_uid && is.st_uid != geteuid()))
		return -ELOOP;
	length = readlinkat(walk->folder->fd, name, path, sizeof(path) - 1);
	if (length < 0)
		return -errno;
	path[length] = '\0';
	memcpy(rest, walk->left, sizeof(rest));
	if (snprintf(walk->left, sizeof(walk->left), *rest ? "%s/%s" : "%s%s", path, rest) >=
	    (int)sizeof(walk->left))
		return -ENAMETOOLONG;
	return start(walk);
}

static bool is_link(const struct walk *walk, const char *name)
{
	struct stat is;

	return !fstatat(walk->folder->fd, name, &is, AT_SYMLINK_NOFOLLOW) && S_ISLNK(is.st_mode);
}

/* Into the folder `name`. */
static int step(struct walk *walk, const char *name)
{
	int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

	if (!walk->folder->proc && is_link(walk, name))
		return follow(walk, name);
	if (!walk->folder->proc)
		flags |= O_NOFOLLOW;
	return enter(walk, openat(walk->folder->fd, name, flags));
}

/* Cut the first name off the path that is left.  True: others follow. */
static bool take_name(struct walk *walk, char *name, size_t len)
{
	const char *from = walk->left + strspn(walk->left, "/");
	size_t length = strcspn(from, "/");
	bool more = from[length] == '/';

	snprintf(name, len, "%.*s", (int)length, from);
	from += length;
	from += strspn(from, "/");
	memmove(walk->left, from, strlen(from) + 1);
	return more;
}

static int walk_all(struct walk *walk, bool follow_last)
{
	char name[PATH_MAX];
	int err = start(walk);

	while (!err) {
		bool more = take_name(walk, name, sizeof(name));

		if (!more && (!*name || !strcmp(name, ".") || !strcmp(name, "..")))
			return -EISDIR;
		if (more && !*walk->left)
			return -EISDIR; /* a slash at the end */
		if (strlen(name) > NAME_MAX)
			return -ENAMETOOLONG;
		if (more)
			err = step(walk, name);
		else if (follow_last && !walk->folder->proc && is_link(walk, name))
			err = follow(walk, name);
		else
			break;
	}
	if (!err)
		memcpy(walk->folder->name, name, strlen(name) + 1);
	return err;
}

int folder__open(struct folder *folder, const char *path, bool follow_last)
{
	struct walk walk = {.folder = folder};
	int err;

	*folder = (struct folder){.fd = -1};
	if (strlen(path) >= sizeof(walk.left))
		return -ENAMETOOLONG;
	if (!*path)
		return -EISDIR;
	memcpy(walk.left, path, strlen(path) + 1);
	err = walk_all(&walk, follow_last);
	if (err)
		folder__close(folder);
	return err;
}

void folder__close(struct folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	folder->fd = -1;
}
