/* SPDX-License-Identifier: GPL-2.0-only */
/* What a bug report has to say of the kernel and its modules. */
#ifndef KLEAK_REPORT_MODULE_INFO_H
#define KLEAK_REPORT_MODULE_INFO_H

#include "kernel/symbols.h"
#include "report/diagnosis.h"

#include <stddef.h>

/* "none", or letters such as "OE" (Documentation/admin-guide/tainted-kernels.rst). */
void module_info__taint_of_kernel(char *text, size_t len);

/*
 * The modules that a stack goes through, innermost first, each once, `room` at most; they may have
 * gone.  symbols: NULL: their names are all there is to say.  How many.
 */
size_t module_info__of_stack(struct diagnosis_module *modules, size_t room,
			     const struct symbols_frame *stack, size_t nr_frames,
			     const struct symbols *symbols);

#endif
