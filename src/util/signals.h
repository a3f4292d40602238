/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for time to pass, for a signal, or for a reader to close its end.  And ending: a second
 * signal ends everything that kleak does or waits for.
 */
#ifndef KLEAK_UTIL_SIGNALS_H
#define KLEAK_UTIL_SIGNALS_H

#include <stdbool.h>

/*
 * From now on SIGINT, SIGTERM and SIGHUP (unless nohup has it ignored) end the process at once:
 * files that are not complete are removed, "ended by a signal: " and `lost` are said, and the
 * process ends with that signal.  SIGCHLD, SIGUSR1, SIGUSR2 and SIGWINCH are blocked.  0 or -errno.
 */
int signals__catch(const char *lost);

/*
 * From now on the first signal does not end the process: it is kept for signals__wait() and
 * signals__want_end().  A later one ends the process at once and says `lost`, unless it is the
 * second of the two that timeout(1) sends.  lost may be NULL: the words stay, and a signal that has
 * come already counts as the first.
 */
void signals__keep(const char *lost);

/* Keep all signals, which are meant for a command, until signals__keep() is called again. */
void signals__keep_all(void);

/*
 * What a signal that ends at once has to clean up: clean_up(arg), which may call only what signal
 * handlers may.  The last one is called first.  At most eight.
 */
void signals__at_end(void (*clean_up)(void *arg), void *arg);

/* That is not to be done any more. */
void signals__not_at_end(const void *arg);

/*
 * What is done now may wait for another process, and does not look at signals.  A signal that
 * comes, or has come, ends the process if this takes longer than a second.
 */
void signals__risk(bool on);

/*
 * How long to wait for a reader who takes nothing, in seconds: for ever while a signal ends the
 * process at once, else a few seconds, or half of one after a signal has asked to end.
 */
double signals__patience(void);

/*
 * Ignore SIGPIPE; return a file descriptor that signals__wait() reads SIGCHLD, SIGUSR1, SIGUSR2 and
 * SIGWINCH from, or -errno.  After signals__catch().
 */
int signals__open(void);

/*
 * Wait until `deadline_s` (clock__now_s()).  A signal's number; 0: the time
 * has come; -EPIPE: the reader of the pipe `out` has closed it; -errno.
 */
int signals__wait(int signals, int out, double deadline_s);

/* What signals__wait_for() returns beside them: no signal's number. */
#define SIGNALS_KEY  1024
#define SIGNALS_ROOM 1025

/* What else is waited for. */
struct signals_files {
	int out;   /* -1: none */
	bool room; /* SIGNALS_ROOM: `out` can take something */
	int keys;  /* SIGNALS_KEY: something can be read from this terminal, which is left to the
		      caller; SIGHUP when there will be nothing any more; -1: none */
};

int signals__wait_for(int signals, const struct signals_files *files, double deadline_s);

/* As signals__wait() without `out`.  *by_kernel: a terminal's signal, which a whole group gets. */
int signals__wait_sender(int signals, double deadline_s, bool *by_kernel);

/* SIGUSR1, SIGUSR2 or SIGWINCH, which end nothing, whether there is anything to do or not? */
bool signals__is_request(int signal);

/* Has a signal come that asks to end, which signals__wait() has not returned yet? */
bool signals__want_end(void);

/* Has a signal been kept since signals__keep(), whether signals__wait() returned it or not? */
bool signals__has_asked(void);

/* Has the reader of the pipe `out` closed its end? */
bool signals__lost_reader(int out);

/*
 * Block the signals that ask to end, around fork(): a child must not get them before
 * signals__restore(), which unblocks them.
 */
void signals__block(bool on);

/* In a child, before exec: as if nothing had been changed. */
void signals__restore(void);

#endif
