/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the interactive screen, written as lines. */
#ifndef KLEAK_RENDER_SCREEN_PRINT_H
#define KLEAK_RENDER_SCREEN_PRINT_H

#include "render/pen.h"
#include "render/screen_view.h"

/* How bad a site is: its verdict, and what nothing refers to is worse than any. */
int screen_print__rank(const struct report_site *site);

/* Title, ledger, losses and the rest; one line before the first report. */
void screen_print__head(const struct screen_view *view, struct pen *pen);

/* The heads of the columns; the row of a site, or of several, below them. */
void screen_print__columns(const struct screen_view *view, struct pen *pen);
void screen_print__row(const struct screen_view *view, const struct view_row *row,
		       const struct pen *pen);

/* "kleak_write [kleak_test] ← proc_reg_write ← vfs_write", from this frame of its stack on. */
void screen_print__functions(const struct report_site *site, size_t first, const struct pen *pen);

/* "9.1M      37120  slab     kmalloc-256         ": the beginning of a row below a cause's or a
 * cgroup's. */
void screen_print__part(const struct report_site *site, uint64_t bytes, uint64_t objects,
			const struct pen *pen);

/* "allocated by process nginx (1234) 81%, kernel thread kworker 19%": a line, or nothing. */
void screen_print__who(const struct report_site *site, const struct pen *pen);

/* Of the site that is expanded, what the text report has below its row, and who allocates. */
void screen_print__details(const struct screen_view *view, struct pen *pen);

/* The keys, in the whole height. */
void screen_print__help(const struct screen_view *view, struct pen *pen);

/*
 * The last line: what was said, what is typed, or which keys there are.  The column of the
 * cursor, or -1.
 */
int screen_print__foot(const struct screen_view *view, struct pen *pen);

#endif
