/* SPDX-License-Identifier: GPL-2.0-only */
/* What a bug report has to say of the kernel and its modules. */
#ifndef KLEAK_TAINT_H
#define KLEAK_TAINT_H

#include "diagnosis.h"
#include "report.h"

#include <stddef.h>

/* "none", or letters such as "OE" (Documentation/admin-guide/tainted-kernels.rst). */
void taint__of_kernel(char *text, size_t len);

/*
 * The module that a site's first frame lies in: name, and version and taint as
 * /sys/module has them.  They are valid until as many more calls as TAINT_MODULES.
 */
void taint__describe(struct diagnosis_module *module, const struct report_site *site);

#define TAINT_MODULES 64

#endif
