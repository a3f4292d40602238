/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for the addresses that will be printed. */
#ifndef KLEAK_SYMBOLS_H
#define KLEAK_SYMBOLS_H

#include "kallsyms.h"
#include "report.h"

#include <stdint.h>

struct symbols;

/*
 * Read /proc/kallsyms and /proc/modules.  0 and *symbols; -EPERM when the kernel
 * hides the addresses; -errno.
 */
int symbols__open(struct symbols **symbols);

/*
 * Read them again if modules came or went since.  Names of modules that have
 * gone are kept once: they are the ones that leak at unloading.  Names handed
 * out before are invalid after two changes.  0 or -errno (the old names stay).
 */
int symbols__refresh(struct symbols *symbols);

/* The name of a return address.  symbols may be NULL: then there are no names. */
struct report_frame symbols__name(const struct symbols *symbols, uint64_t address);

const struct kallsyms *symbols__kallsyms(const struct symbols *symbols);

void symbols__close(struct symbols *symbols);

#endif
