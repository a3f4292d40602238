/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the books of cgroups: of one with those above it, or of all. */
#ifndef KLEAK_KERNEL_CGROUP_READER_H
#define KLEAK_KERNEL_CGROUP_READER_H

#include "kernel/memory_hierarchy.h"
#include "proc/cgroup_books.h"
#include "util/arena.h"
#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CGROUP_READER_MOST    16384 /* cgroups in a reading */
#define CGROUP_READER_DEEPEST 64    /* above one another: each takes a file descriptor */

struct cgroup_reading {
	struct cgroup_books *list; /* those above come before those below */
	size_t nr, room;
	struct arena paths;
	uint64_t left_out; /* at least: there was no room for them */
	uint64_t unread;   /* they are there, and could not be read */
	uint64_t odd;	   /* lines and files that were not understood */
	/* by the caller: so many files may stay open from reading to reading; kept_files.h */
	size_t most_open;
	/* of the readings before, for cgroup_reader__all() */
	size_t nr_open;
	struct cgroup_seen *seen; /* by id: idmap__row() */
	uint32_t nr_seen;
	size_t room_seen;
	struct idmap by_id;
	uint64_t readings;
};

/* How much of this one, whose usage was read? */
typedef enum cgroup_books_much (*cgroup_reader_wants)(void *arg, uint64_t id,
						      const struct cgroup_number *usage);

/*
 * Whether there are others in a cgroup that had none is looked at when its usage has moved, which
 * making one does (mm/memcontrol.c, mem_cgroup_css_alloc() charges the one above), and once in so
 * many readings.
 */
#define CGROUP_READER_TURNS 8

/*
 * Read all cgroups of the hierarchy anew.  One that has no memory controller of its own is none;
 * what comes and goes meanwhile may be missing.  0 or -ENOMEM.
 */
int cgroup_reader__all(struct cgroup_reading *reading, const struct memory_hierarchy *hierarchy,
		       cgroup_reader_wants wants, void *arg);

/* A cgroup and those above it up to the mount's root, held open: the first one is it. */
struct cgroup_line {
	int fds[CGROUP_READER_DEEPEST];
	uint64_t ids[CGROUP_READER_DEEPEST];
	size_t nr;
};

/* From the cgroup at `fd`, which is the line's from now on.  0 or -errno. */
int cgroup_reader__open_line(struct cgroup_line *line, const struct memory_hierarchy *hierarchy,
			     int fd);

/*
 * Read the line anew; below: the path of its first one.  What was removed is left out.  0 or
 * -ENOMEM.
 */
int cgroup_reader__line(struct cgroup_reading *reading, const struct memory_hierarchy *hierarchy,
			const struct cgroup_line *line, const char *below);

void cgroup_reader__close_line(struct cgroup_line *line);

void cgroup_reader__free(struct cgroup_reading *reading);

#endif
