// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kept_files.h"
#include "kernel/cgroup_reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define STRUCTS 1024 /* bytes of a file and of what belongs to it in kernfs, at most */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

size_t kept_files__fit(uint64_t memory, uint64_t room, uint64_t page_size, uint64_t descriptors)
{
	uint64_t bytes = least(memory / KEPT_FILES_SHARE, room / KEPT_FILES_ROOM);

	if (descriptors <= KEPT_FILES_SPARE)
		return 0;
	return least(bytes / (page_size + STRUCTS),
		     least(descriptors - KEPT_FILES_SPARE, CGROUP_READER_MOST));
}

/* The path of this process's cgroup, of v2 or of v1's memory controller.  0 or -ENOENT. */
static int find_own(const struct memory_hierarchy *hierarchy, char path[MOUNTINFO_PATH])
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[MOUNTINFO_PATH + 64];
	int err = -ENOENT;

	while (err && file && fgets(line, sizeof(line), file)) {
		char *controllers = strchr(line, ':'), *its;

		its = controllers ? strchr(++controllers, ':') : NULL;
		if (!its)
			continue;
		*its++ = '\0';
		its[strcspn(its, "\n")] = '\0';
		if (hierarchy->v1 ? strcmp(controllers, "memory") != 0 : *controllers != '\0')
			continue;
		snprintf(path, MOUNTINFO_PATH, "%s", its);
		err = 0;
	}
	if (file)
		fclose(file);
	return err;
}

/* Open it, or the first one above whose memory is counted.  A file descriptor or -errno. */
static int open_own(const struct memory_hierarchy *hierarchy, char path[MOUNTINFO_PATH],
		    char below[MOUNTINFO_PATH])
{
	char why[MOUNTINFO_PATH + 512];
	int fd = memory_hierarchy__find(hierarchy, path, below, MOUNTINFO_PATH, why, sizeof(why));

	while (fd == -ENODATA && strrchr(path, '/') > path) {
		*strrchr(path, '/') = '\0';
		fd = memory_hierarchy__find(hierarchy, path, below, MOUNTINFO_PATH, why,
					    sizeof(why));
	}
	return fd;
}

/* The least that is left to a limit, its own or one above; 0: not known. */
static uint64_t find_room(const struct memory_hierarchy *hierarchy)
{
	char path[MOUNTINFO_PATH], below[MOUNTINFO_PATH];
	struct cgroup_reading reading = {};
	struct cgroup_line line = {};
	uint64_t room = UINT64_MAX;
	int err = find_own(hierarchy, path), fd = err ? err : open_own(hierarchy, path, below);

	err = fd < 0 ? fd : cgroup_reader__open_line(&line, hierarchy, fd);
	if (!err)
		err = cgroup_reader__line(&reading, hierarchy, &line, below);
	for (size_t i = 0; i < reading.nr && !err; i++) {
		const struct cgroup_books *books = &reading.list[i];

		if (!books->max.known || books->max.is == UINT64_MAX)
			continue;
		room = least(room, books->usage.known && books->usage.is < books->max.is
					   ? books->max.is - books->usage.is
					   : 0);
	}
	room = reading.nr ? room : 0;
	cgroup_reader__close_line(&line);
	cgroup_reader__free(&reading);
	return err ? 0 : room;
}

size_t kept_files__most(const struct memory_hierarchy *hierarchy)
{
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * page_size;
	struct rlimit limit;
	size_t most;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 0;
	most = kept_files__fit(memory, find_room(hierarchy), page_size, limit.rlim_max);
	if (most + KEPT_FILES_SPARE <= limit.rlim_cur)
		return most;
	limit.rlim_cur = most + KEPT_FILES_SPARE;
	return setrlimit(RLIMIT_NOFILE, &limit) ? 0 : most;
}
