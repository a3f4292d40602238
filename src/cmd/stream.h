/* SPDX-License-Identifier: GPL-2.0-only */
/* A stream of statements on stdout: one each interval, until a signal or the end of --duration. */
#ifndef KLEAK_CMD_STREAM_H
#define KLEAK_CMD_STREAM_H

#include "util/printout.h"

#include <stdbool.h>

struct stream {
	int signals;		   /* of signals__open() */
	struct printout *printout; /* stream__wait(): NULL, nothing waits to be printed */
	double interval_s;
	double duration_s; /* 0: until a signal */
};

#define STREAM_OVER 1 /* what a turn returns after which none can follow */

/*
 * Have turn(arg, final) make one, again and again.  0, or what it returned below 0, or what
 * stream__wait() did.
 */
int stream__run(const struct stream *stream, int (*turn)(void *arg, bool final), void *arg);

/*
 * Wait until `deadline_s` (clock__now_s()), and let stdout take what waits for it.  The number of a
 * signal that asks to end; 0: the time has come; -EPIPE: nobody reads any more, which is said.
 */
int stream__wait(const struct stream *stream, double deadline_s);

#endif
