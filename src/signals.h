/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting: for time to pass, a signal to come, a reader to go. */
#ifndef KLEAK_SIGNALS_H
#define KLEAK_SIGNALS_H

#include <stdbool.h>

/*
 * Block SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1, SIGUSR2 and SIGWINCH, and ignore SIGPIPE; return
 * a file descriptor that signals__wait() reads them from, or -errno.
 */
int signals__open(void);

/*
 * Wait until `deadline_s` (clock__now_s()).  A signal's number; 0: the time
 * has come; -EPIPE: nobody reads the pipe `out` any more; -errno.
 */
int signals__wait(int signals, int out, double deadline_s);

/* What signals__wait_keys() returns for a key: no signal's number. */
#define SIGNALS_KEY 1024

/*
 * The same, also for keys: SIGNALS_KEY: something can be read from the terminal `keys`, which is
 * left to the caller; SIGHUP when there will be nothing any more.  keys: -1: none.
 */
int signals__wait_keys(int signals, int out, int keys, double deadline_s);

/* As signals__wait() without `out`.  *by_kernel: a terminal's signal, which a whole group gets. */
int signals__wait_sender(int signals, double deadline_s, bool *by_kernel);

/* SIGUSR1, SIGUSR2 or SIGWINCH, which end nothing, whether there is anything to do or not? */
bool signals__is_request(int signal);

/* Has a signal come that ends the program, which signals__wait() has not returned yet? */
bool signals__want_end(void);

/* Does nobody read the pipe `out` any more? */
bool signals__lost_reader(int out);

/* In a child, before exec: as if nothing had been changed. */
void signals__restore(void);

#endif
