/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory cgroups that there are, those that are dead among them: the tree of their css, from
 * the root on (kernel/cgroup/cgroup.c).  One that was taken offline, because its cgroup was removed
 * or the controller switched off, stays in the list of its parent's children until nothing holds a
 * reference to it any more (css_release_work_fn()).  Pure but for the callback that reads kernel
 * memory.
 *
 * Nothing is locked.  A list that changes while it is read is read again; what is cut short then is
 * counted.
 */
#ifndef KLEAK_MEMORY_MEMCGS_H
#define KLEAK_MEMORY_MEMCGS_H

#include "kernel/charge_layout.h"
#include "memory/kernel_copy.h"
#include "util/arena.h"
#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMCGS_MOST 200000
#define MEMCGS_NONE UINT32_MAX
#define MEMCGS_PATH 4096 /* room for a path; longer ones lose their beginning */

struct memcg {
	uint64_t address; /* its struct mem_cgroup, whose css stands first */
	uint64_t cgroup;  /* its struct cgroup */
	uint64_t node;	  /* the struct kernfs_node of that */
	uint64_t id;	  /* inode number of its directory, that of bpf_get_current_cgroup_id() */
	uint64_t serial;  /* each new css has a larger one (css_serial_nr_next) */
	const char *name; /* the last part of its path; "": the root, or it cannot be read */
	uint32_t parent;  /* index; MEMCGS_NONE: the root */
	bool dead;	  /* it is offline */
	bool removed;	  /* its cgroup as well: there is no such directory any more */
	/* of a dead one */
	int64_t refs;	       /* that keep it; -1: not known */
	uint64_t swap_entries; /* pages of it in swap, which together hold one of these */
	bool swap_known;
	uint32_t children;     /* memory cgroups below it: each holds one as well */
	uint64_t usage_bytes;  /* page_counter: includes what was handed to the parent */
	uint64_t made_jiffies; /* when it was made, at the latest; 0: not known */
};

struct memcgs {
	struct charge_layout layout;
	kernel_copy read;
	void *arg;

	struct memcg *list; /* each after its parent; the root is the first one */
	uint32_t nr;
	size_t room;
	struct idmap by_address;
	struct arena names;
	uint32_t cut; /* lists of children that are not known to their end */
	uint32_t nr_dead;
};

/*
 * Read the tree that the process whose task_struct is at `task` is in.  What was read before is
 * gone.  0; -ENODATA: there is none that makes sense, as with cgroup_disable=memory; -ENOMEM.
 */
int memcgs__read(struct memcgs *memcgs, uint64_t task);

/* The index of the one at this address, or MEMCGS_NONE. */
uint32_t memcgs__find(const struct memcgs *memcgs, uint64_t address);

/* The index of the one whose directory has this inode number, or MEMCGS_NONE; none that is dead. */
uint32_t memcgs__find_alive(const struct memcgs *memcgs, uint64_t id);

/*
 * Is that which stands at its address still the one that was read?  The memory of one that has gone
 * may be another one's by now.
 */
bool memcgs__is_same(const struct memcgs *memcgs, uint32_t index);

/* The same, and is it not taken offline meanwhile? */
bool memcgs__is_alive(const struct memcgs *memcgs, uint32_t index);

/*
 * Its path, "/" for the root, in the hierarchy that memory is in; " (deleted)" or " (controller
 * off)" follows where it is dead.  Returns path.
 */
const char *memcgs__path(const struct memcgs *memcgs, uint32_t index, char *path, size_t len);

/* Is it the one at `above`, or below that? */
bool memcgs__is_below(const struct memcgs *memcgs, uint32_t index, uint32_t above);

void memcgs__free(struct memcgs *memcgs);

#endif
