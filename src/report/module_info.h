/* SPDX-License-Identifier: GPL-2.0-only */
/* What a bug report has to say of the kernel and its modules. */
#ifndef KLEAK_TAINT_H
#define KLEAK_TAINT_H

#include "kernel/symbols.h"
#include "report/diagnosis.h"
#include "report/report.h"

#include <stddef.h>

/* "none", or letters such as "OE" (Documentation/admin-guide/tainted-kernels.rst). */
void taint__of_kernel(char *text, size_t len);

/*
 * The module that a site's first frame lies in, which may have gone; symbols: NULL: its name is all
 * there is to say.
 */
void taint__describe(struct diagnosis_module *module, const struct report_site *site,
		     const struct symbols *symbols);

#endif
