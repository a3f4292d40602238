/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for the addresses that will be printed. */
#ifndef KLEAK_SYMBOLS_H
#define KLEAK_SYMBOLS_H

#include "dwarf.h"
#include "images.h"
#include "kallsyms.h"
#include "report.h"

#include <stdint.h>

struct symbols;

/*
 * Can debug info be looked for as *sources says: are the folders there, is DEBUGINFOD_URLS set?  0,
 * or -errno with one sentence in `why`.
 */
int symbols__check(const struct dwarf_sources *sources, char *why, size_t len);

/*
 * Read /proc/kallsyms and /proc/modules, and have debug info looked for, in the folders and ways
 * of *sources, whose release is filled in.  0 and *symbols; -EPERM when the kernel hides the
 * addresses; -errno.
 */
int symbols__open(struct symbols **symbols, const struct dwarf_sources *sources);

/*
 * Read them again if modules came or went since.  Names of modules that have
 * gone are kept once: they are the ones that leak at unloading.  Names handed
 * out before are invalid after two changes.  0 or -errno (the old names stay).
 */
int symbols__refresh(struct symbols *symbols);

#define SYMBOLS_MOST_FRAMES 256 /* of a stack, inlined functions included */

/*
 * The names of a stack's return addresses, the innermost first, with source lines and inlined
 * functions where there is debug info.  symbols may be NULL: then there are no names.  How many
 * frames, SYMBOLS_MOST_FRAMES at most; strings are valid as symbols__refresh() says.
 */
size_t symbols__stack(struct symbols *symbols, const uint64_t *addresses, size_t nr,
		      struct report_frame *frames);

/*
 * The same for a frame that has its function's name: with the source line and, before it, the
 * functions inlined at its return address.  How many frames, `room` at most; if there are more, the
 * innermost are left out.  `first` of a stack: the allocators' own are left out.
 */
size_t symbols__expand(struct dwarf *dwarf, const struct image *image,
		       const struct report_frame *frame, bool first, struct report_frame *frames,
		       size_t room);

/* The file that holds the kernel's debug info, or NULL. */
const char *symbols__debug_file(const struct symbols *symbols);

/*
 * The image that frames of this module (of the kernel, if NULL) lie in, also of one that has gone
 * since; NULL: not known.  Valid as long as names are.
 */
const struct image *symbols__image(const struct symbols *symbols, const char *module);

const struct kallsyms *symbols__kallsyms(const struct symbols *symbols);

void symbols__close(struct symbols *symbols);

#endif
