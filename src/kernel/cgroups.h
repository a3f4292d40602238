/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of cgroups. */
#ifndef KLEAK_KERNEL_CGROUPS_H
#define KLEAK_KERNEL_CGROUPS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The path of the cgroup `id` (bpf_get_current_cgroup_id(): a kernfs id, which is a file
 * handle too, fs/kernfs/mount.c) below cgroup2's mount point: "/" is the root.  0, or
 * -errno when it is gone or cgroup2 is not mounted.
 */
int cgroups__path(uint64_t id, char *path, size_t len);

/*
 * The same of the directory that is open as `fd`, below the hierarchy that is mounted at `mount`.
 * 0; -EXDEV: it lies elsewhere; -ENAMETOOLONG; or -errno.
 */
int cgroups__path_of(int fd, const char *mount, char *path, size_t len);

#endif
