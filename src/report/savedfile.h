/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a file that --save wrote: gzip'ed lines, or the lines themselves; see saved.h. */
#ifndef KLEAK_REPORT_SAVEDFILE_H
#define KLEAK_REPORT_SAVEDFILE_H

#include "report/saved.h"

#include <stdbool.h>
#include <stddef.h>

struct savedfile;

/* Read what is open as `fd`, which is closed by savedfile__close() or at a failure.  0 or -ENOMEM.
 */
int savedfile__open(struct savedfile **file, int fd);

/*
 * The next report, to be freed, and the header that holds for it, until the next call.
 * 1; 0: there is none; -ENOMEM; -EINVAL, and in `why` what is wrong with the file, to follow
 * "FILE ": "is no file of kleak --save".
 */
int savedfile__next(struct savedfile *file, struct saved_report *report, char *why, size_t len);

/* The last report: the others are passed over, and not checked.  As savedfile__next(). */
int savedfile__last(struct savedfile *file, struct saved_report *report, char *why, size_t len);

/* What holds for the report that was read last. */
const struct saved_header *savedfile__header(const struct savedfile *file);

/* The same, to be freed by the caller. */
void savedfile__take_header(struct savedfile *file, struct saved_header *header);

/* Does the file end early?  To be asked when there is no report any more. */
bool savedfile__is_cut(const struct savedfile *file);

void savedfile__close(struct savedfile *file);

#endif
