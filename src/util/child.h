/* SPDX-License-Identifier: GPL-2.0-only */
/* A command that is started, but held back until tracing is on. */
#ifndef KLEAK_UTIL_CHILD_H
#define KLEAK_UTIL_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid;
	int go;	     /* a byte lets it run */
	int failed;  /* it writes here why it could not exec; end of file: it could */
	bool killed; /* because of a second signal */
};

/*
 * Is there such a program, where execvp() looks for it?  0, or the -errno with which it would
 * fail.  That it can be run is only known when it does.
 */
int child__look_for(const char *command);

/*
 * Fork.  The child waits for child__release(), then calls `prepare` (0 or -errno)
 * and execs `command`.  0 or -errno.
 */
int child__start(struct child *child, char **command, int (*prepare)(void *arg), void *arg);

/* Let it run.  0, or the -errno with which it could not (it is then reaped). */
int child__release(struct child *child);

/*
 * Wait for its end.  SIGINT, SIGTERM and SIGHUP that no terminal has sent are passed on; one
 * that comes a second or more after the first, from anywhere, kills it, and then it is waited for
 * no more than a second; *status is then that of one that was killed.  signals__keep() tells what
 * becomes of signals after that.  signals: from signals__open().  chore:
 * what to do meanwhile, now and again: it returns when the next time is (clock__now_s()), INFINITY
 * for never; or NULL.  0 and *status, or -errno.
 */
int child__wait(struct child *child, int signals, int *status, double (*chore)(void *arg),
		void *arg);

/* Say why it could not be run; *status as shells have it.  0. */
int child__not_runnable(const char *command, int err, int *status);

/* It never ran and never will. */
void child__abandon(struct child *child);

#endif
