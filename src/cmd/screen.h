/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interactive screen, on the terminal of stdin and stdout.  While it is up stderr goes to its
 * last line, and appears after it; whatever ends the process, but SIGKILL, gives the terminal
 * back as it was.  One at a time.
 */
#ifndef KLEAK_CMD_SCREEN_H
#define KLEAK_CMD_SCREEN_H

#include "cmd/options.h"
#include "report/report.h"

#include <stdbool.h>

struct screen;

/* Are stdin and stdout terminals? */
bool screen__is_possible(void);

/* 0 and *screen, or -errno, which is said. */
int screen__open(struct screen **screen, const struct options *options, bool color);

/* Show what has changed.  The descriptor that keys come from. */
int screen__await(struct screen *screen);

/*
 * There are keys, or the terminal has another size.  0, or a signal that a key stands for: SIGINT,
 * SIGUSR1, SIGUSR2 (see outputs__turn()).
 */
int screen__turn(struct screen *screen);

/* Show this from now on; it is copied.  0, or -errno, which is said. */
int screen__report(struct screen *screen, const struct report *report);

/* Give the terminal back, and print what was said meanwhile.  screen may be NULL. */
void screen__close(struct screen *screen);

#endif
