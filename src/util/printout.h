/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Printing whole reports to stdout.  kleak does not wait for a reader who has stopped reading: a
 * report that finds no room is dropped whole and counted, and stderr says so.
 */
#ifndef KLEAK_UTIL_PRINTOUT_H
#define KLEAK_UTIL_PRINTOUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct printout;

/* 0 and *printout, or -ENOMEM, which is said. */
int printout__open(struct printout **printout);

/*
 * Have print(arg, file) make one: it returns 0 or -errno.  last: none follows, and there is room
 * for it.  what: "report", for people.  0, also when it is dropped, or -errno, which is said.
 */
int printout__print(struct printout *printout, int (*print)(void *arg, FILE *out), void *arg,
		    bool last, const char *what);

/* Does something wait until stdout takes it?  Whoever waits calls printout__push() then. */
bool printout__waits(const struct printout *printout);

/* 0, or -errno: nobody will read on, which is not said. */
int printout__push(struct printout *printout);

/* How many were dropped since one was last taken: the next one is to say so. */
uint64_t printout__gap(const struct printout *printout);

/* Wait until all is read, as long as signals__patience() says.  0, or -errno, which is said. */
int printout__finish(struct printout *printout);

/* printout may be NULL.  0, or -errno when something was lost, which is said. */
int printout__close(struct printout *printout);

#endif
