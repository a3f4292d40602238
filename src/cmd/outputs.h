/* SPDX-License-Identifier: GPL-2.0-only */
/* Where reports go: stdout, as text or JSON, or a screen, and the files that were asked for. */
#ifndef KLEAK_CMD_OUTPUTS_H
#define KLEAK_CMD_OUTPUTS_H

#include "cmd/options.h"
#include "kernel/symbols.h"
#include "report/diagnosis.h"
#include "report/report.h"

struct outputs;

/*
 * Can all of them be written?  symbols: the kernel's, or NULL.  0 and *outputs, or -errno, which
 * is said.
 */
int outputs__open(struct outputs **outputs, const struct options *options,
		  const struct symbols *symbols, bool color);

/*
 * Whoever has the outputs is about to wait: a screen shows what is to be shown.  Returns the
 * descriptor of its keys, or -1; outputs may be NULL.
 */
int outputs__await(struct outputs *outputs);

/*
 * The screen's terminal has keys, or another size.  0, or the signal that a key stands for:
 * SIGINT ends, SIGUSR1 scans, SIGUSR2 leaves out what was found.
 */
int outputs__turn(struct outputs *outputs);

/* Does stdout take less than there is?  Whoever waits calls outputs__push() when it takes more. */
bool outputs__wait(const struct outputs *outputs);

/* 0, or -EPIPE and the like, which is not said: nobody will read on. */
int outputs__push(struct outputs *outputs);

/* The last thing on stdout that is no report: as printout__print(). */
int outputs__print(struct outputs *outputs, int (*render)(void *arg, FILE *out), void *arg,
		   const char *what);

/*
 * Give them a report: options__rows() sites at least, of which --top are printed.  0, or -errno,
 * which is said.
 */
int outputs__report(struct outputs *outputs, const struct report *report);

/* The same for the report of a diagnosis, which has been printed: files only. */
int outputs__diagnosis(struct outputs *outputs, const struct diagnosis *diagnosis);

/* Finish; outputs may be NULL.  0, or -errno when something was lost, which is said. */
int outputs__close(struct outputs *outputs);

#endif
