/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that is charged to memory cgroups, found in one walk through the struct pages of the
 * machine and the vectors of its slabs.  Pure but for the callbacks that read kernel memory.
 *
 * Nothing is locked: what is allocated or freed during the walk is counted or not.
 */
#ifndef KLEAK_MEMORY_CHARGE_WALK_H
#define KLEAK_MEMORY_CHARGE_WALK_H

#include "memory/charge_sums.h"
#include "memory/charges.h"
#include "memory/ram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHARGE_FILES_MOST 200000

/* Pages of one file, or of no file, that keep one dead group. */
struct charge_file {
	uint32_t memcg;
	enum charge_kind kind;
	uint64_t mapping; /* its struct address_space; 0: anonymous, or not known */
	uint64_t pages;	  /* a compound one counts once: each holds one reference to the group */
	uint64_t bytes;
};

struct charge_walk {
	struct charges *charges; /* by the caller, as the rest up to sums */
	struct ram *memory;
	const struct percpu_chunks *percpu; /* NULL: not looked at */
	uint32_t cpus;			    /* possible ones: each has its copy */
	struct charge_sums sums;
	bool percpu_known;
	uint64_t unread; /* slabs whose vectors could not be read */
	/* of those that are dead */
	struct charge_file *files;
	uint32_t nr_files;
	size_t room_files;
	struct idmap by_file;
	uint64_t without_file; /* pages that found no room there */
};

/* What kind of memory a page is that is charged, no slab, by its struct page. */
enum charge_kind charge_walk__kind(const struct charge_layout *l, const struct slub_layout *slub,
				   const uint8_t *page);

/* Look at everything.  0 or -errno. */
int charge_walk__take(struct charge_walk *walk);

void charge_walk__free(struct charge_walk *walk);

#endif
