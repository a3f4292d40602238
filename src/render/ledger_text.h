/* SPDX-License-Identifier: GPL-2.0-only */
/* What the growth of each class of memory is made of, as a table for people. */
#ifndef KLEAK_RENDER_LEDGER_TEXT_H
#define KLEAK_RENDER_LEDGER_TEXT_H

#include "judge/coverage.h"
#include "render/pen.h"
#include "report/report.h"

/* "                  kernel       new     older      room      rest": what fits into `width`. */
void ledger_text__head(const struct pen *pen, int width);

/*
 * "  SUnreclaim      +12.4M    +11.9M   -307.2K   +614.4K   +204.8K", and no end of the line.
 * traced: of this class anything is.
 */
void ledger_text__class(const struct pen *pen, const struct coverage_class *c, bool traced,
			int width);

/*
 * The whole table, of classes in which something changed; of those that are not traced the
 * kernel's part.
 */
void ledger_text__print(const struct pen *pen, const struct report *report);

/*
 * The books of the cgroup that is traced, instead of that: what is charged to it, and apart what
 * nobody is charged for.  Nothing where it has none.
 */
void ledger_text__charges(const struct pen *pen, const struct report *report);

/* "NEAR LIMIT: unreclaimable, ...", of the cgroup that is traced; nothing where it is far from it.
 */
void ledger_text__near_limit(const struct pen *pen, const struct report *report);

#endif
