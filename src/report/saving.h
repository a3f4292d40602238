/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing the file of --save: reports as gzip'ed lines, see saved.h.  Every report is whole in the
 * file before the next one is made, so that whatever ends kleak leaves what there was.
 */
#ifndef KLEAK_REPORT_SAVING_H
#define KLEAK_REPORT_SAVING_H

#include "kernel/symbols.h"
#include "report/report.h"

struct saving;

/*
 * Can a file be made at `path`?  It is, mode 0600, with the first report; what is there stays
 * until then.  What is no regular file is written as it is.  symbols may be NULL.  0 and
 * *saving, or -errno.
 */
int saving__open(struct saving **saving, const char *path, const struct symbols *symbols);

/* Append a report.  0, -errno, or -EFBIG: it is larger than what could be read back. */
int saving__report(struct saving *saving, const struct report *report);

/* May be NULL.  0 or -errno. */
int saving__close(struct saving *saving);

#endif
