// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FILEID_KERNFS 0xfe /* include/linux/exportfs.h */

static int open_mount(const char **mount)
{
	static const char *const mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
	struct statfs fs;

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		*mount = mounts[i];
		if (!statfs(mounts[i], &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
			return open(mounts[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	errno = ENOENT;
	return -1;
}

int cgroups__path_of(int fd, const char *mount, char *path, size_t len)
{
	size_t length = strlen(mount);
	char link[64], whole[4096];
	ssize_t got;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	got = readlink(link, whole, sizeof(whole) - 1);
	if (got < 0)
		return -errno;
	whole[got] = '\0';
	if (strncmp(whole, mount, length) || (whole[length] && whole[length] != '/'))
		return -EXDEV;
	if (snprintf(path, len, "%s", whole[length] ? whole + length : "/") >= (int)len)
		return -ENAMETOOLONG;
	return 0;
}

int cgroups__path(uint64_t id, char *path, size_t len)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} file;
	const char *mount;
	int dir = open_mount(&mount), fd, err;

	if (dir < 0)
		return -errno;
	file.handle.handle_bytes = sizeof(id);
	file.handle.handle_type = FILEID_KERNFS;
	memcpy(file.room + sizeof(struct file_handle), &id, sizeof(id));
	fd = open_by_handle_at(dir, &file.handle, O_PATH | O_CLOEXEC);
	err = fd < 0 ? -errno : cgroups__path_of(fd, mount, path, len);
	if (fd >= 0)
		close(fd);
	close(dir);
	return err == -ENAMETOOLONG ? 0 : err; /* it is cut */
}
