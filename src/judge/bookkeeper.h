/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's books over time: reading after reading goes in, a statement comes out. */
#ifndef KLEAK_JUDGE_BOOKKEEPER_H
#define KLEAK_JUDGE_BOOKKEEPER_H

#include "judge/statement.h"
#include "kernel/books.h"
#include "kernel/slabnames.h"
#include "proc/classes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bookkeeper;

#define BOOKKEEPER_MOST_GONE 1024 /* names of a book that came and went: more are forgotten */

/* names: NULL or /sys/kernel/slab; outlives the bookkeeper.  vmap_stack: see classes.h.  0 or
 * -ENOMEM. */
int bookkeeper__open(struct bookkeeper **keeper, const struct slabnames *names, bool vmap_stack);

/*
 * Enter a reading taken now_s seconds after the first.  Changes count from the first.
 * 0 or -ENOMEM.
 */
int bookkeeper__enter(struct bookkeeper *keeper, const struct books *books, double now_s);

/*
 * Write what has been entered into *statement, the `top` first of each list (0: all),
 * those that grow most first.  Times, kernel, phase, sources and unread are the
 * caller's.  It is valid until the next call.  0 or -ENOMEM.
 */
int bookkeeper__state(struct bookkeeper *keeper, struct statement *statement, size_t top);

void bookkeeper__close(struct bookkeeper *keeper);

#endif
