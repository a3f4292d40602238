/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting: for time to pass, a signal to come, a reader to go.  And ending: nothing that kleak does
 * outlasts a second signal, whatever it waits for.
 */
#ifndef KLEAK_UTIL_SIGNALS_H
#define KLEAK_UTIL_SIGNALS_H

#include <stdbool.h>

/*
 * From now on SIGINT, SIGTERM and SIGHUP (unless nohup has it ignored) end the process at once:
 * what was begun is cleaned up, "ended by a signal: " and `lost` are said, and it dies of the
 * signal.  SIGCHLD, SIGUSR1, SIGUSR2 and SIGWINCH are blocked.  0 or -errno.
 */
int signals__catch(const char *lost);

/*
 * From now on there is something to lose: the first one is kept for signals__wait() and
 * signals__want_end().  One that comes later, but for those that timeout(1) sends twice, ends the
 * process at once, and that says `lost`.  NULL: what it was before, and one that has come since
 * counts as the first.
 */
void signals__keep(const char *lost);

/* They are meant for a command: all of them are kept, until signals__keep() is called again. */
void signals__keep_all(void);

/*
 * What a signal that ends at once has to clean up: clean_up(arg), which may call only what signal
 * handlers may.  The last one is called first.  At most eight.
 */
void signals__at_end(void (*clean_up)(void *arg), void *arg);

/* That is not to be done any more. */
void signals__not_at_end(const void *arg);

/*
 * What is done now may wait for somebody else, and does not look at signals: one that comes, or has
 * come, ends the process at once when it is not over within a second.
 */
void signals__risk(bool on);

/*
 * How long somebody may keep us waiting who takes nothing of what is written, in seconds: for ever
 * while a signal ends it at once, some seconds, or next to nothing once a signal has asked to end.
 */
double signals__patience(void);

/*
 * Ignore SIGPIPE; return a file descriptor that signals__wait() reads SIGCHLD, SIGUSR1, SIGUSR2 and
 * SIGWINCH from, or -errno.  After signals__catch().
 */
int signals__open(void);

/*
 * Wait until `deadline_s` (clock__now_s()).  A signal's number; 0: the time
 * has come; -EPIPE: nobody reads the pipe `out` any more; -errno.
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

/* Has one been kept, since signals__keep(), whoever has seen it? */
bool signals__has_asked(void);

/* Does nobody read the pipe `out` any more? */
bool signals__lost_reader(int out);

/*
 * Those that ask to end, around fork(): a child must not see them before signals__restore(), which
 * lets them in.
 */
void signals__block(bool on);

/* In a child, before exec: as if nothing had been changed. */
void signals__restore(void);

#endif
