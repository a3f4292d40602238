/* SPDX-License-Identifier: GPL-2.0-only */
/* What a bug report has to say of the kernel and its modules. */
#ifndef KLEAK_REPORT_MODULE_INFO_H
#define KLEAK_REPORT_MODULE_INFO_H

#include "kernel/symbols.h"
#include "report/diagnosis.h"
#include "report/report.h"

#include <stddef.h>

/* "none", or letters such as "OE" (Documentation/admin-guide/tainted-kernels.rst). */
void module_info__taint_of_kernel(char *text, size_t len);

/*
 * The module that a site's first frame lies in, which may have gone; symbols: NULL: its name is all
 * there is to say.
 */
void module_info__of_site(struct diagnosis_module *module, const struct report_site *site,
			  const struct symbols *symbols);

#endif
