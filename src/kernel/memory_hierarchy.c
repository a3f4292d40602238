// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/memory_hierarchy.h"
#include "kernel/cgroups.h"
#include "util/reason.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* Does the kernel count memory in the cgroup v2 at `fd`, by "cpuset cpu io memory pids"? */
static bool has_memory(int fd)
{
	char text[512], *word, *next = text;
	int file = openat(fd, "cgroup.controllers", O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : read(file, text, sizeof(text) - 1);

	if (file >= 0)
		close(file);
	text[length > 0 ? length : 0] = '\0';
	while ((word = strsep(&next, " \n")))
		if (!strcmp(word, "memory"))
			return true;
	return false;
}

static bool has_file(int fd, const char *name)
{
	return !faccessat(fd, name, F_OK, 0);
}

static int read_mounts(struct mountinfo *mounts)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	int err = file ? mountinfo__parse(mounts, file) : -errno;

	if (file)
		fclose(file);
	return err;
}

static int use(struct memory_hierarchy *hierarchy, const struct mountinfo_cgroups *mount, bool v1)
{
	int fd = mount->found ? open(mount->at, OPEN_DIR) : -1;

	if (fd < 0)
		return mount->found ? -errno : -ENOENT;
	if (!v1 && !has_memory(fd)) {
		close(fd);
		return -ENOENT;
	}
	*hierarchy = (struct memory_hierarchy){
		.mount = *mount,
		.fd = fd,
		.v1 = v1,
		/* the files of limits are in all cgroups of v2 but the root (CFTYPE_NOT_ON_ROOT) */
		.cut_off = v1 ? strcmp(mount->root, "/") != 0 : has_file(fd, "memory.max"),
	};
	return 0;
}

int memory_hierarchy__open(struct memory_hierarchy *hierarchy, char *why, size_t len)
{
	struct mountinfo mounts = {};
	int err = read_mounts(&mounts);

	if (err) {
		snprintf(why, len, "cannot read /proc/self/mountinfo: %s", reason__of(-err));
		return err;
	}
	err = use(hierarchy, &mounts.v2, false);
	if (err == -ENOENT)
		err = use(hierarchy, &mounts.v1, true);
	if (err == -ENOENT)
		snprintf(why, len,
			 "no cgroups with books of memory are mounted here: neither cgroup2 with "
			 "the memory controller nor that of version 1");
	else if (err)
		snprintf(why, len, "cannot open the mounted cgroups: %s", reason__of(-err));
	return err;
}

/* ---- one cgroup ---- */

/* Is it a cgroup of this hierarchy?  One of another controller has no books of memory. */
static bool is_of(const struct memory_hierarchy *hierarchy, int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return false;
	if (!hierarchy->v1)
		return fs.f_type == CGROUP2_SUPER_MAGIC;
	return fs.f_type == CGROUP_SUPER_MAGIC && has_file(fd, "memory.usage_in_bytes");
}

/* A path of the hierarchy: without what the mount leaves out, and relative. */
static const char *relative(const struct memory_hierarchy *hierarchy, const char *path)
{
	const char *root = hierarchy->mount.root;
	size_t length = strlen(root);

	if (root[1] && !strncmp(path, root, length) && (!path[length] || path[length] == '/'))
		path += length;
	path += strspn(path, "/");
	return *path ? path : ".";
}

static int refuse(const struct memory_hierarchy *hierarchy, const char *path, int err, char *why,
		  size_t len)
{
	const char *at = hierarchy->mount.at;

	if (err == -EINVAL)
		snprintf(why, len,
			 "%s is no cgroup whose memory is counted here: give a directory below %s "
			 "(cgroup v%d), or a path as /proc/PID/cgroup prints it",
			 path, at, hierarchy->v1 ? 1 : 2);
	else if (err == -EPERM)
		snprintf(why, len,
			 "%s is above the root of the cgroups that are seen here: start kleak "
			 "outside "
			 "of this container's cgroup namespace",
			 path);
	else if (err == -EXDEV)
		snprintf(why, len, "%s is not below %s: give its path there", path, at);
	else if (err == -ENODATA)
		snprintf(why, len,
			 "the memory controller is off in %s: what it uses is counted in a cgroup "
			 "above it, see cgroup.controllers there",
			 path);
	else
		snprintf(why, len, "there is no cgroup %s, neither as it is nor below %s: %s", path,
			 at, reason__of(-err));
	return err;
}

/* As it is, else below the mount.  A file descriptor or -errno. */
static int open_either(const struct memory_hierarchy *hierarchy, const char *path)
{
	int fd = open(path, OPEN_DIR), below, err;

	if (fd >= 0 && is_of(hierarchy, fd))
		return fd;
	below = openat(hierarchy->fd, relative(hierarchy, path), OPEN_DIR);
	err = fd >= 0 ? -EINVAL : -errno;
	if (fd >= 0)
		close(fd);
	return below >= 0 ? below : err;
}

int memory_hierarchy__find(const struct memory_hierarchy *hierarchy, const char *path, char *below,
			   size_t room, char *why, size_t len)
{
	int fd, err;

	/* what lies outside of a cgroup namespace is printed so (kernel/cgroup/cgroup.c) */
	if (!strncmp(path, "/..", 3) && (!path[3] || path[3] == '/'))
		return refuse(hierarchy, path, -EPERM, why, len);
	fd = open_either(hierarchy, path);
	if (fd < 0)
		return refuse(hierarchy, path, fd, why, len);
	err = cgroups__path_of(fd, hierarchy->mount.at, below, room);
	if (!err && strcmp(below, "/") && !hierarchy->v1 && !has_file(fd, "memory.current"))
		err = -ENODATA;
	if (!err)
		return fd;
	close(fd);
	return refuse(hierarchy, path, err, why, len);
}

void memory_hierarchy__close(struct memory_hierarchy *hierarchy)
{
	if (hierarchy->fd >= 0)
		close(hierarchy->fd);
	hierarchy->fd = -1;
}
