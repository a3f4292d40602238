/* SPDX-License-Identifier: GPL-2.0-only */
/* A copy of a report, which stays valid when its reporter makes the next one. */
#ifndef KLEAK_REPORT_REPORT_COPY_H
#define KLEAK_REPORT_REPORT_COPY_H

#include "report/report.h"

struct report_copy {
	struct report report; /* points into the blocks */
	struct report_copy_block *blocks;
};

/* All of it, strings too.  *copy need not be initialized.  0, or -ENOMEM: there is none then. */
int report_copy__make(struct report_copy *copy, const struct report *report);

/* A copy of zeros may be given. */
void report_copy__free(struct report_copy *copy);

#endif
