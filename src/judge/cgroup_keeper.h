/* SPDX-License-Identifier: GPL-2.0-only */
/* The books of cgroups over time: reading after reading goes in, a statement comes out. */
#ifndef KLEAK_JUDGE_CGROUP_KEEPER_H
#define KLEAK_JUDGE_CGROUP_KEEPER_H

#include "judge/cgroup_statement.h"
#include "proc/cgroup_books.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CGROUP_KEEPER_WHOLE  1000 /* cgroups of which all is read at a time: half by turns, and */
#define CGROUP_KEEPER_JUDGED 250  /* those whose growth is looked at: Theil-Sen takes 0.1 ms */

struct cgroup_keeper;

/*
 * one: the cgroup `id` and those above it, class by class; also when they have gone.  Otherwise id
 * is 0.  0 or -ENOMEM.
 */
int cgroup_keeper__open(struct cgroup_keeper **keeper, uint64_t id);

/*
 * How much of this cgroup is to be read now that its usage is known?  Of many all of those that
 * grew most, of those that are new, and of the others by turns; but of one whose usage has not
 * moved by a byte since all of it was read nothing more, and by turns its limits.  That counts from
 * 3 s after it moved last, for memory.stat lags behind it (mm/memcontrol.c, FLUSH_TIME: 2 s).  arg:
 * the keeper.
 */
enum cgroup_books_much cgroup_keeper__wants(void *arg, uint64_t id,
					    const struct cgroup_number *usage);

/*
 * Enter a reading taken now_s seconds after the first: all cgroups that there are.  Those that are
 * missing have gone.  0 or -ENOMEM.
 */
int cgroup_keeper__enter(struct cgroup_keeper *keeper, const struct cgroup_books *list, size_t nr,
			 double now_s);

/*
 * Write what has been entered into *statement: rows, their numbers, came, gone.  The first `top`
 * of them (0: all): those near their limit, then those that grow fastest; with one cgroup it and
 * those above it.  The rest is the caller's.  It is valid until the next call of any.  0 or
 * -ENOMEM.
 */
int cgroup_keeper__state(struct cgroup_keeper *keeper, struct cgroup_statement *statement,
			 size_t top);

void cgroup_keeper__close(struct cgroup_keeper *keeper);

#endif
