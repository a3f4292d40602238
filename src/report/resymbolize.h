/* SPDX-License-Identifier: GPL-2.0-only */
/* Source lines for a saved report, from debug info on this machine. */
#ifndef KLEAK_REPORT_RESYMBOLIZE_H
#define KLEAK_REPORT_RESYMBOLIZE_H

#include "kernel/dwarf.h"
#include "report/saved.h"

struct resymbolize;

/*
 * *sources says where to look besides the usual places; the kernel's release is filled in.  0 and
 * *naming; -errno, and one sentence in `why`.
 */
int resymbolize__open(struct resymbolize **naming, const struct dwarf_sources *sources, char *why,
		      size_t len);

/*
 * Give the frames of `report` their lines and the functions inlined there, where the kernel's or
 * the module's debug info is found by the build-id in `header`; the others keep what was saved.
 * 0 or -ENOMEM.  The report is valid until resymbolize__close().
 */
int resymbolize__report(struct resymbolize *naming, struct saved_report *report,
			const struct saved_header *header);

/* May be NULL. */
void resymbolize__close(struct resymbolize *naming);

#endif
