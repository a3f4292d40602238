/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting: for time to pass, a signal to come, a reader to go. */
#ifndef KLEAK_SIGNALS_H
#define KLEAK_SIGNALS_H

#include <stdbool.h>

/*
 * Block SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1 and SIGUSR2, and ignore SIGPIPE; return a file
 * descriptor that signals__wait() reads them from, or -errno.
 */
int signals__open(void);

/*
 * Wait until `deadline_s` (clock__now_s()).  A signal's number; 0: the time
 * has come; -EPIPE: nobody reads the pipe `out` any more; -errno.
 */
int signals__wait(int signals, int out, double deadline_s);

/* SIGUSR1 or SIGUSR2, which end nothing, whether there is something to ask for or not? */
bool signals__is_request(int signal);

/* Has a signal come that ends the program, which signals__wait() has not returned yet? */
bool signals__want_end(void);

/* In a child, before exec: as if nothing had been changed. */
void signals__restore(void);

#endif
