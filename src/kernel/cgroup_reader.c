// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/cgroup_reader.h"
#include "proc/flat_keyed.h"
#include "util/array.h"
#include "util/lines.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT	 16384 /* memory.stat has 2 KiB */
#define LINKS	 2 /* of a directory without others in it: "." and its name (fs/kernfs/inode.c) */
#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* A cgroup: `name` in the directory `dir`; "." is that itself. */
struct spot {
	int dir;
	const char *name;
	bool v1;
};

/* ---- its files ---- */

/* The length of a small file's text, which a NUL byte follows, or -errno. */
static ssize_t slurp(const struct spot *at, const char *file, char text[TEXT])
{
	char path[NAME_MAX + 64];
	ssize_t length;
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s", at->name, file);
	fd = openat(at->dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, text, TEXT - 1);
	err = errno;
	close(fd);
	text[length < 0 ? 0 : length] = '\0';
	return length < 0 ? -err : length;
}

static int read_number(const struct spot *at, const char *file, struct cgroup_number *number,
		       uint64_t *odd)
{
	char text[TEXT];
	ssize_t length = slurp(at, file, text);

	if (length < 0)
		return (int)length;
	number->known = flat_keyed__single(&number->is, text, (size_t)length);
	*odd += !number->known;
	return 0;
}

static void read_stat(const struct spot *at, struct cgroup_books *books)
{
	char text[TEXT];
	ssize_t length = slurp(at, "memory.stat", text);

	if (length >= 0)
		books->stat_known = !memory_stat__parse(&books->stat, text, (size_t)length, at->v1);
	books->odd += length >= 0 && !books->stat_known;
}

static void read_events(const struct spot *at, const char *file, struct cgroup_books *books)
{
	char text[TEXT];
	ssize_t length = slurp(at, file, text);

	if (length >= 0)
		memory_events__parse(&books->events, text, (size_t)length);
}

static void read_dying(const struct spot *at, struct cgroup_books *books)
{
	static const char *const name = "nr_dying_descendants";
	const struct flat_keyed key = {.names = &name,
				       .nr = 1,
				       .most = LINES_MOST,
				       .values = &books->dying.is,
				       .present = &books->dying.known};
	char text[TEXT];
	ssize_t length = slurp(at, "cgroup.stat", text);

	if (length >= 0)
		books->odd += flat_keyed__parse(&key, text, (size_t)length);
}

static void read_v2(const struct spot *at, struct cgroup_books *books)
{
	read_number(at, "memory.max", &books->max, &books->odd);
	read_number(at, "memory.high", &books->high, &books->odd);
	read_events(at, "memory.events", books);
	read_dying(at, books);
}

static void read_v1(const struct spot *at, struct cgroup_books *books)
{
	struct cgroup_number failures = {};

	read_number(at, "memory.limit_in_bytes", &books->max, &books->odd);
	read_number(at, "memory.kmem.usage_in_bytes", &books->kernel, &books->odd);
	read_number(at, "memory.failcnt", &failures, &books->odd);
	books->events.present[MEMORY_EVENT_MAX] = failures.known;
	books->events.times[MEMORY_EVENT_MAX] = failures.is;
	read_events(at, "memory.oom_control", books);
}

/* 0 or -errno: -ENOENT where memory has no controller, or the cgroup has just gone. */
static int read_books(const struct spot *at, struct cgroup_books *books, bool is_root, bool whole)
{
	int err = read_number(at, at->v1 ? "memory.usage_in_bytes" : "memory.current",
			      &books->usage, &books->odd);

	if (err && !(is_root && err == -ENOENT))
		return err;
	books->v1 = at->v1;
	books->whole = whole;
	if (!whole)
		return 0;
	read_stat(at, books);
	if (at->v1)
		read_v1(at, books);
	else
		read_v2(at, books);
	books->odd += books->stat.odd + books->events.odd;
	return 0;
}

/* ---- a list of them ---- */

static void start(struct cgroup_reading *reading)
{
	arena__free(&reading->paths);
	reading->nr = 0;
	reading->left_out = reading->unread = reading->odd = 0;
}

/* The books of one, at the end of the list.  1: it is there; 0: it is not; or -ENOMEM. */
static int add(struct cgroup_reading *reading, const struct spot *at, struct cgroup_books books,
	       bool whole)
{
	int err = read_books(at, &books, !books.parent, whole);

	if (err) {
		reading->unread += err != -ENOENT && err != -ENODEV;
		return 0;
	}
	if (!books.path || array__reserve((void **)&reading->list, reading->nr + 1, &reading->room,
					  sizeof(*reading->list)))
		return -ENOMEM;
	reading->odd += books.odd;
	reading->list[reading->nr++] = books;
	return 1;
}

struct walk {
	struct cgroup_reading *reading;
	bool v1;
	cgroup_reader_wants wants;
	void *arg;
};

static int visit(const struct walk *walk, const struct spot *at, const struct cgroup_books *above,
		 int depth);

static const char *join(struct arena *arena, const char *above, const char *name)
{
	size_t length = strlen(above) + strlen(name) + 2;
	char *path = arena__new(arena, length, 1);

	if (path)
		snprintf(path, length, "%s/%s", above[1] ? above : "", name);
	return path;
}

/* Those in a directory. */
static int visit_children(const struct walk *walk, const struct spot *at,
			  const struct cgroup_books *above, int depth)
{
	int fd = openat(at->dir, at->name, OPEN_DIR), err = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *child;

	if (!dir) {
		walk->reading->unread += errno != ENOENT;
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (!err && (child = readdir(dir)))
		if (child->d_type == DT_DIR && strcmp(child->d_name, ".") &&
		    strcmp(child->d_name, ".."))
			err = visit(walk, &(struct spot){fd, child->d_name, at->v1}, above,
				    depth + 1);
	closedir(dir);
	return err;
}

static int visit(const struct walk *walk, const struct spot *at, const struct cgroup_books *above,
		 int depth)
{
	struct cgroup_reading *reading = walk->reading;
	struct cgroup_books books = {};
	struct stat stat;
	int there;

	if (reading->nr == CGROUP_READER_MOST || depth == CGROUP_READER_DEEPEST) {
		reading->left_out++;
		return 0;
	}
	if (fstatat(at->dir, at->name, &stat, AT_SYMLINK_NOFOLLOW))
		return 0; /* it has gone */
	books.id = stat.st_ino;
	books.parent = above ? above->id : 0;
	books.path = above ? join(&reading->paths, above->path, at->name) : "/";
	there = add(reading, at, books, walk->wants(walk->arg, books.id));
	/* most have none below them: their directories need not be read */
	if (there <= 0 || stat.st_nlink <= LINKS)
		return there < 0 ? there : 0;
	return visit_children(walk, at, &books, depth);
}

int cgroup_reader__all(struct cgroup_reading *reading, const struct memory_hierarchy *hierarchy,
		       cgroup_reader_wants wants, void *arg)
{
	const struct walk walk = {reading, hierarchy->v1, wants, arg};

	start(reading);
	return visit(&walk, &(struct spot){hierarchy->fd, ".", hierarchy->v1}, NULL, 0);
}

/* ---- one, and those above it ---- */

static int id_of(int fd, uint64_t *id)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return -errno;
	*id = stat.st_ino;
	return 0;
}

int cgroup_reader__open_line(struct cgroup_line *line, const struct memory_hierarchy *hierarchy,
			     int fd)
{
	uint64_t root = 0;
	int err = id_of(hierarchy->fd, &root);

	line->nr = 0;
	while (fd >= 0) {
		line->fds[line->nr] = fd;
		if (!err)
			err = id_of(fd, &line->ids[line->nr]);
		line->nr++;
		if (err || line->ids[line->nr - 1] == root || line->nr == CGROUP_READER_DEEPEST)
			return err;
		fd = openat(fd, "..", OPEN_DIR);
	}
	return -errno;
}

/* The path one up, "/a" of "/a/b". */
static const char *up(struct arena *arena, const char *path)
{
	const char *last = strrchr(path, '/');
	size_t length = last && last > path ? (size_t)(last - path) : 1;
	char *copy = arena__new(arena, length + 1, 1);

	if (copy)
		snprintf(copy, length + 1, "%s", path);
	return copy;
}

int cgroup_reader__line(struct cgroup_reading *reading, const struct memory_hierarchy *hierarchy,
			const struct cgroup_line *line, const char *below)
{
	int err = 0;

	start(reading);
	for (size_t i = 0; i < line->nr && err >= 0 && below; i++) {
		const struct cgroup_books books = {
			.id = line->ids[i],
			.parent = i + 1 < line->nr ? line->ids[i + 1] : 0,
			.path = below,
		};

		err = add(reading, &(struct spot){line->fds[i], ".", hierarchy->v1}, books, true);
		below = up(&reading->paths, below);
	}
	return err < 0 || !below ? -ENOMEM : 0;
}

void cgroup_reader__close_line(struct cgroup_line *line)
{
	while (line->nr)
		close(line->fds[--line->nr]);
}

void cgroup_reader__free(struct cgroup_reading *reading)
{
	arena__free(&reading->paths);
	free(reading->list);
	*reading = (struct cgroup_reading){};
}
