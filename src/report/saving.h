/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing the file of --save: reports as gzip'ed lines, see saved.h.  Every report is whole in the
 * file before the next one is made, so that whatever ends kleak leaves what there was.  A file that
 * must not grow is replaced by its newest part, which is whole on the disk by then.
 */
#ifndef KLEAK_REPORT_SAVING_H
#define KLEAK_REPORT_SAVING_H

#include "kernel/symbols.h"
#include "report/report.h"

struct saving;

/*
 * Can a file be made at `path`?  It is, mode 0600, with the first report; what is there stays
 * until then.  What is no regular file is written as it is.  most: bytes that it may have, older
 * reports go before it has more; the last one stays, and may be more alone; 0: no bound, which is
 * for regular files.  symbols may be NULL.  0 and *saving, or -errno.
 */
int saving__open(struct saving **saving, const char *path, uint64_t most,
		 const struct symbols *symbols);

/* Append a report.  0, -errno, or -EFBIG: it is larger than what could be read back. */
int saving__report(struct saving *saving, const struct report *report);

/* May be NULL.  0 or -errno. */
int saving__close(struct saving *saving);

#endif
