/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own books, read beside a trace: what grows in them, by class, cache and source line
 */
#ifndef KLEAK_CMD_WATCHED_BOOKS_H
#define KLEAK_CMD_WATCHED_BOOKS_H

#include "judge/bookkeeper.h"
#include "judge/growing_lines.h"
#include "judge/suspects.h"
#include "kernel/books.h"
#include "kernel/symbols.h"
#include "report/diagnosis.h"
#include "report/reporter.h"
#include "trace/trace_options.h"

#include <stdbool.h>
#include <stdint.h>

/* All of it is this file's to write, for others to read; all zeros before it is opened. */
struct watched_books {
	struct slabnames names;
	struct bookkeeper *keeper;
	bool said_odd[BOOKS_ODD];
	double start_s; /* CLOCK_MONOTONIC: of the first reading; 0: there was none */
	uint64_t page_size;
	enum diagnosis_lines lines_known;
	/* as of the last look */
	struct statement statement;
	struct suspects suspects;
	struct growing_lines lines;
};

/* vmap_stack: see classes.h.  0 or -ENOMEM; close it in any case. */
int watched_books__open(struct watched_books *books, bool vmap_stack);

/* Take a reading.  0, or -errno of what cannot be done without: it has been said. */
int watched_books__read(struct watched_books *books);

/* Seconds since the first reading. */
double watched_books__watched_s(const struct watched_books *books);

/* Find what grows by now, and mark what these options trace of it.  0 or -ENOMEM. */
int watched_books__look(struct watched_books *books, const struct trace_options *traced);

/*
 * Does memory grow that only tracing of pages can explain: more than other classes account for, or
 * at a line of source that calls for whole pages and that no stack of the trace has?  As of the
 * last look.  False if the user chose origins.
 */
bool watched_books__wants_pages(const struct watched_books *books,
				const struct trace_options *traced, const struct reporter *reporter,
				const struct symbols *symbols);

/*
 * The trace is over, and was drained: look once more, and lay its report (NULL: there is none)
 * beside the lines of source that grow.  Whoever reads the books again, or looks, makes *stacks
 * invalid.  0 or -ENOMEM.
 */
int watched_books__explain(struct watched_books *books, const struct trace_options *traced,
			   const struct report *report, const struct symbols *symbols,
			   struct line_stacks *stacks);

void watched_books__close(struct watched_books *books);

#endif
