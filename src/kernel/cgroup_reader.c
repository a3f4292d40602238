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
#define NUMBER	 64
#define LINKS	 2 /* of a directory without others in it: "." and its name (fs/kernfs/inode.c) */
#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* What the readings before say of a cgroup. */
struct cgroup_seen {
	struct idmap_row row;
	uint64_t usage;
	bool leaf; /* there were none in it */
	bool open; /* fd is: the file of its usage */
	int fd;
};

/* A cgroup: `name` in the directory `dir`; "." is that itself. */
struct spot {
	int dir;
	const char *name;
	bool v1;
};

/* ---- its files ---- */

/* A file descriptor or -errno. */
static int open_file(const struct spot *at, const char *file)
{
	char path[NAME_MAX + 64];
	size_t name = strnlen(at->name, NAME_MAX);
	int fd;

	memcpy(path, at->name, name); /* ten thousand times a reading */
	path[name++] = '/';
	memcpy(path + name, file, strlen(file) + 1);
	fd = openat(at->dir, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Its text from the beginning: the length, a NUL byte follows; or -errno. */
static ssize_t read_text(int fd, char *text, size_t room)
{
	ssize_t length = pread(fd, text, room - 1, 0);

	text[length < 0 ? 0 : length] = '\0';
	return length < 0 ? -errno : length;
}

/* The length of a small file's text, which a NUL byte follows, or -errno. */
static ssize_t slurp(const struct spot *at, const char *file, char text[TEXT])
{
	int fd = open_file(at, file);
	ssize_t length;

	if (fd < 0)
		return fd;
	length = read_text(fd, text, TEXT);
	close(fd);
	return length;
}

static void take_number(struct cgroup_number *number, const char *text, size_t length,
			uint64_t *odd)
{
	number->known = flat_keyed__single(&number->is, text, length);
	*odd += !number->known;
}

static int read_number(const struct spot *at, const char *file, struct cgroup_number *number,
		       uint64_t *odd)
{
	char text[TEXT];
	ssize_t length = slurp(at, file, text);

	if (length < 0)
		return (int)length;
	take_number(number, text, (size_t)length, odd);
	return 0;
}

static void close_seen(struct cgroup_reading *reading, struct cgroup_seen *seen)
{
	if (!seen->open)
		return;
	close(seen->fd);
	seen->open = false;
	reading->nr_open--;
}

/*
 * The number that is read of all, each time: through a file that stays open, if there may be one
 * more.  0 or -errno: -ENOENT, -ENODEV: there is none any more.
 */
static int read_usage(struct cgroup_reading *reading, struct cgroup_seen *seen,
		      const struct spot *at, struct cgroup_books *books)
{
	const char *file = at->v1 ? "memory.usage_in_bytes" : "memory.current";
	char text[NUMBER];
	ssize_t length;

	if (!seen || (!seen->open && reading->nr_open >= reading->most_open))
		return read_number(at, file, &books->usage, &books->odd);
	if (!seen->open) {
		seen->fd = open_file(at, file);
		if (seen->fd < 0)
			return seen->fd;
		seen->open = true;
		reading->nr_open++;
	}
	length = read_text(seen->fd, text, sizeof(text));
	if (length < 0) { /* it has gone, or its controller was off and is on again */
		close_seen(reading, seen);
		return read_number(at, file, &books->usage, &books->odd);
	}
	take_number(&books->usage, text, (size_t)length, &books->odd);
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

static void read_limits(const struct spot *at, struct cgroup_books *books)
{
	read_number(at, at->v1 ? "memory.limit_in_bytes" : "memory.max", &books->max, &books->odd);
	if (!at->v1)
		read_number(at, "memory.high", &books->high, &books->odd);
}

static void read_v2(const struct spot *at, struct cgroup_books *books)
{
	read_events(at, "memory.events", books);
	read_dying(at, books);
}

static void read_v1(const struct spot *at, struct cgroup_books *books)
{
	struct cgroup_number failures = {};

	read_number(at, "memory.kmem.usage_in_bytes", &books->kernel, &books->odd);
	read_number(at, "memory.failcnt", &failures, &books->odd);
	books->events.present[MEMORY_EVENT_MAX] = failures.known;
	books->events.times[MEMORY_EVENT_MAX] = failures.is;
	read_events(at, "memory.oom_control", books);
}

static enum cgroup_books_much all(void *arg, uint64_t id, const struct cgroup_number *usage)
{
	(void)arg;
	(void)id;
	(void)usage;
	return CGROUP_BOOKS_WHOLE;
}

/* What is to be read beside the usage. */
static void read_rest(const struct spot *at, struct cgroup_books *books,
		      enum cgroup_books_much much)
{
	books->v1 = at->v1;
	books->limits = much >= CGROUP_BOOKS_LIMITS;
	books->whole = much == CGROUP_BOOKS_WHOLE;
	if (books->limits)
		read_limits(at, books);
	if (!books->whole)
		return;
	read_stat(at, books);
	if (at->v1)
		read_v1(at, books);
	else
		read_v2(at, books);
	books->odd += books->stat.odd + books->events.odd;
}

/* ---- a list of them ---- */

static void start(struct cgroup_reading *reading)
{
	arena__free(&reading->paths);
	reading->nr = 0;
	reading->left_out = reading->unread = reading->odd = 0;
}

/*
 * The books of one, at the end of the list: reading->list[reading->nr - 1].  1: it is there; 0: it
 * is not; or -ENOMEM.
 */
static int add(struct cgroup_reading *reading, struct cgroup_seen *seen, const struct spot *at,
	       struct cgroup_books books, cgroup_reader_wants wants, void *arg)
{
	int err = read_usage(reading, seen, at, &books);

	if (err && !(!books.parent && err == -ENOENT)) { /* the root of v2 has no usage */
		reading->unread += err != -ENOENT && err != -ENODEV;
		return 0;
	}
	read_rest(at, &books, wants(arg, books.id, &books.usage));
	if (!books.path || array__reserve((void **)&reading->list, reading->nr + 1, &reading->room,
					  sizeof(*reading->list)))
		return -ENOMEM;
	reading->odd += books.odd;
	reading->list[reading->nr++] = books;
	return 1;
}

static int id_of(int fd, uint64_t *id)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return -errno;
	*id = stat.st_ino;
	return 0;
}

struct walk {
	struct cgroup_reading *reading;
	bool v1;
	cgroup_reader_wants wants;
	void *arg;
};

static int visit(const struct walk *walk, const struct spot *at, uint64_t id,
		 const struct cgroup_books *above, int depth);

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
			err = visit(walk, &(struct spot){fd, child->d_name, at->v1}, child->d_ino,
				    above, depth + 1);
	closedir(dir);
	return err;
}

/*
 * Are there others in it?  Most have none: their directories need not be read, nor looked at while
 * they have not moved.
 */
static bool has_children(const struct cgroup_reading *reading, struct cgroup_seen *seen,
			 const struct spot *at, const struct cgroup_number *usage)
{
	bool moved = !usage->known || usage->is != seen->usage;
	struct stat stat;

	seen->usage = usage->is;
	if (seen->leaf && !moved &&
	    ((uint64_t)(seen - reading->seen) + reading->readings) % CGROUP_READER_TURNS)
		return false;
	seen->leaf = fstatat(at->dir, at->name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
		     stat.st_nlink <= LINKS;
	return !seen->leaf;
}

/* above: NULL: it is the root; id: its inode number, as its directory has it. */
static int visit(const struct walk *walk, const struct spot *at, uint64_t id,
		 const struct cgroup_books *above, int depth)
{
	struct cgroup_reading *reading = walk->reading;
	struct cgroup_books books = {.id = id};
	struct cgroup_seen *seen;
	int there;

	if (reading->nr == CGROUP_READER_MOST || depth == CGROUP_READER_DEEPEST) {
		reading->left_out++;
		return 0;
	}
	books.parent = above ? above->id : 0;
	books.path = above ? join(&reading->paths, above->path, at->name) : "/";
	seen = idmap__row(&reading->by_id, idmap__mix(id), (void **)&reading->seen,
			  &reading->nr_seen, &reading->room_seen, sizeof(*reading->seen));
	if (!seen)
		return -ENOMEM;
	seen->row.entered = reading->readings;
	there = add(reading, seen, at, books, walk->wants, walk->arg);
	if (there <= 0)
		return there;
	if (!has_children(reading, seen, at, &reading->list[reading->nr - 1].usage))
		return 0;
	return visit_children(walk, at, &books, depth);
}

int cgroup_reader__all(struct cgroup_reading *reading, const struct memory_hierarchy *hierarchy,
		       cgroup_reader_wants wants, void *arg)
{
	const struct walk walk = {reading, hierarchy->v1, wants, arg};
	uint64_t root = 0;
	int err = id_of(hierarchy->fd, &root);

	start(reading);
	reading->readings++;
	if (!err)
		err = visit(&walk, &(struct spot){hierarchy->fd, ".", hierarchy->v1}, root, NULL,
			    0);
	if (err)
		return err == -ENOMEM ? err : 0;
	for (uint32_t i = 0; i < reading->nr_seen; i++)
		if (reading->seen[i].row.entered != reading->readings)
			close_seen(reading, &reading->seen[i]);
	return idmap__drop_rows(&reading->by_id, reading->seen, &reading->nr_seen,
				sizeof(*reading->seen), reading->readings);
}

/* ---- one, and those above it ---- */

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

		err = add(reading, NULL, &(struct spot){line->fds[i], ".", hierarchy->v1}, books,
			  all, NULL);
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
	for (uint32_t i = 0; i < reading->nr_seen; i++)
		close_seen(reading, &reading->seen[i]);
	arena__free(&reading->paths);
	free(reading->list);
	free(reading->seen);
	idmap__free(&reading->by_id);
	*reading = (struct cgroup_reading){};
}
