/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports queued for a reader who may stop reading: each arrives whole and in order, or not at
 * all.  While nobody reads, some wait here; for more there is no room.
 */
#ifndef KLEAK_UTIL_SPOOL_H
#define KLEAK_UTIL_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct spool;

/*
 * What print() writes, whole, in memory.  0, what print() returned, or -ENOMEM; *bytes is to be
 * freed, whatever it is.
 */
int spool__render(char **bytes, size_t *length, int (*print)(void *arg, FILE *out), void *arg);

/* Into fd, which stays the caller's.  Up to `most` bytes wait.  0 and *spool, or -ENOMEM. */
int spool__open(struct spool **spool, int fd, size_t most);

/*
 * Take a report; what there is room for is written at once.  One finds room when it is the only
 * one, or `must`.  0; -EAGAIN: there is no room, none of it will be written; or -errno: there is
 * nobody any more.
 */
int spool__put(struct spool *spool, const char *bytes, size_t length, bool must);

/*
 * Write what is taken now.  0, also when something is left that is not taken now (a pipe or a disk
 * is full); or -errno.
 */
int spool__push(struct spool *spool);

/*
 * Write all of it; give up when nothing was taken for patience() seconds, which is asked again and
 * again.  0; -EAGAIN: it is not all written; or -errno.
 */
int spool__drain(struct spool *spool, double (*patience)(void));

/* Reports that are not written, or not all of them. */
size_t spool__left(const struct spool *spool);

/* How many bytes of them. */
size_t spool__bytes(const struct spool *spool);

/* Why they are not taken: EAGAIN, ENOSPC ...; 0: they are. */
int spool__reason(const struct spool *spool);

/* What is left is lost.  spool may be NULL. */
void spool__close(struct spool *spool);

#endif
