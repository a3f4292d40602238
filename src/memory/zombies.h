/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dead memory cgroups: what is still charged to them, and what keeps them.  A group that is offline
 * is freed when the last reference to it is gone; those are counted (css.refcnt, which is exact
 * once it was killed: lib/percpu-refcount.c), and most of them can be told: each page of a process
 * or a file that is charged to it holds one (charge_memcg()), so do its children, its pages in
 * swap, all together one (mem_cgroup_id.ref), and sockets (sock.sk_memcg).  Pure but for the
 * callbacks.
 */
#ifndef KLEAK_MEMORY_ZOMBIES_H
#define KLEAK_MEMORY_ZOMBIES_H

#include "memory/charge_walk.h"
#include "memory/file_name.h"
#include "util/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define ZOMBIES_FILES 3 /* of one that are listed, the largest ones */

struct zombie_file {
	enum charge_kind kind;
	uint64_t mapping, pages, bytes;
	const struct file_name *name; /* NULL: not looked at */
};

struct zombie {
	uint32_t memcg; /* in memcgs->list */
	uint64_t bytes; /* of pages that are charged to it */
	uint64_t pages; /* as many references */
	uint64_t sockets, writebacks;
	int64_t unknown; /* references of which nothing is known; below 0: the count is not known */
	struct zombie_file files[ZOMBIES_FILES];
	size_t nr_files; /* listed */
	uint64_t all_files;
};

/* What the structures of each of them take, at least. */
struct zombie_size {
	uint64_t slab_bytes, percpu_bytes; /* of one */
};

/* What keeps them: how many have at least one such. */
struct zombie_keepers {
	uint32_t shmem, files, anon, swap, sockets, writebacks, children, unknown;
};

struct zombies {
	const struct memcgs *memcgs; /* by the caller, as the walk */
	const struct charge_walk *walk;
	struct zombie *list; /* the largest first, then those with the most references */
	uint32_t nr;
	struct arena names;
	struct zombie_size size;
	struct charge_total total; /* of all */
	struct zombie_keepers kept_by;
	/* for who prints them, by the caller */
	double now_s;	/* CLOCK_MONOTONIC */
	double jiffy_s; /* 0: not known */
	struct timespec time;
	const char *kernel;
	double seconds;
	uint32_t top; /* how many are printed; 0: all */
};

/*
 * Make the list, of what the walk found.  Nothing is known yet of sockets, names and sizes.  0 or
 * -ENOMEM.
 */
int zombies__make(struct zombies *zombies);

/*
 * Search the kernel's memory for sockets and writebacks that refer to them, where references are
 * left of which nothing is known.  0 or -errno.
 */
int zombies__search(struct zombies *zombies, struct ram *memory);

/* Name the files of the first `nr`.  0 or -ENOMEM. */
int zombies__name(struct zombies *zombies, const struct file_namer *namer, uint32_t nr);

/* What keeps them, counted; after all the others. */
void zombies__conclude(struct zombies *zombies);

/* What one takes, read from the first one. */
void zombies__measure(struct zombies *zombies, struct slub *slub, uint32_t cpus);

/* How long ago it was made, at least, in seconds; below 0: not known. */
double zombies__age(const struct zombies *zombies, const struct memcg *memcg);

void zombies__free(struct zombies *zombies);

/* 0, -EIO. */
int zombies__print_text(const struct zombies *zombies, bool color, FILE *out);

/* One JSON object on one line.  0, -ENOMEM, -EIO. */
int zombies__print_json(const struct zombies *zombies, FILE *out);

#endif
