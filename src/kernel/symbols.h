/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for the addresses that will be printed. */
#ifndef KLEAK_KERNEL_SYMBOLS_H
#define KLEAK_KERNEL_SYMBOLS_H

#include "kernel/dwarf.h"
#include "kernel/images.h"
#include "kernel/names.h"
#include "kleak.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A frame of a stack, by name. */
struct symbols_frame {
	uint64_t address;
	const char *symbol; /* NULL: the address lies in no known function */
	uint64_t offset;    /* into the function; 0 if it is inlined */
	const char *module; /* NULL: the kernel itself */
	const char *file;   /* source, "mm/slub.c"; NULL: not known */
	unsigned int line;
	bool inlined; /* into the function of the next frame, which has the same address */
};

struct symbols;

/*
 * Can debug info be looked for as *sources says: are the folders there, is DEBUGINFOD_URLS set?  0,
 * or -errno with one sentence in `why`.
 */
int symbols__check(const struct dwarf_sources *sources, char *why, size_t len);

/*
 * Read /proc/kallsyms, /proc/modules and /sys/module below `root`, which is "" but in tests and has
 * to stay, and have debug info looked for, in the folders and ways of *sources, whose release is
 * filled in.  0 and *symbols; -EPERM when the kernel hides the addresses; -errno.
 */
int symbols__open(struct symbols **symbols, const struct dwarf_sources *sources, const char *root);

/*
 * Modules are watched from here on, by somebody whose changes count from 0.  What came or went
 * before is looked for.  0 or -errno (the old names stay).
 */
int symbols__begin(struct symbols *symbols);

/* Nobody watches: look which modules came or went.  Stacks are to be named as of NAMES_ANYTIME. */
int symbols__look(struct symbols *symbols);

/* A record of such a change; `symbols` is a struct symbols. */
void symbols__note(const struct kleak_module_record *record, void *symbols);

/*
 * All records have been noted that there are, and `losses` in all will never be; quiet: nor will
 * what is missing of others.  Find out what is still to be known of the modules.  changes(arg): how
 * often one came or went since the beginning, up to now.
 */
void symbols__settle(struct symbols *symbols, uint32_t losses, bool quiet,
		     uint32_t (*changes)(void *arg), void *arg);

/*
 * BPF programs that are there, as bpfcode__list().  Where the memory for that is short they have
 * fewer names.
 */
void symbols__list_code(struct symbols *symbols, const struct kleak_code *list, size_t nr,
			uint32_t before, uint32_t after);

/* The record of one that has gone; `symbols` is a struct symbols. */
void symbols__note_code(const struct kleak_code *gone, void *symbols);

/*
 * All records have been noted that there are of such, up to change `changes`, and `losses` in all
 * will never be.
 */
void symbols__settle_code(struct symbols *symbols, uint64_t losses, uint32_t changes);

/* The names alone, which stay as long as `symbols`.  NULL: `symbols` is. */
const struct names *symbols__names(const struct symbols *symbols);

#define SYMBOLS_MOST_FRAMES 256 /* of a stack, inlined functions included */

/*
 * The names of a stack's return addresses, the innermost first, with source lines and inlined
 * functions where there is debug info, as things were at that time.  symbols may be NULL:
 * then there are no names.  How many frames, SYMBOLS_MOST_FRAMES at most; strings stay as long as
 * `symbols`.
 */
size_t symbols__stack(struct symbols *symbols, const uint64_t *addresses, size_t nr,
		      struct names_time when, struct symbols_frame *frames);

/*
 * The same for a frame that has its function's name: with the source line and, before it, the
 * functions inlined at its return address.  How many frames, `room` at most; if there are more, the
 * innermost are left out.  `first` of a stack: the allocators' own are left out.
 */
size_t symbols__expand(struct dwarf *dwarf, const struct image *image,
		       const struct symbols_frame *frame, bool first, struct symbols_frame *frames,
		       size_t room);

/*
 * The image that a return address lay in at that time; NULL: not known, or it was code of
 * no image.  Valid until symbols__note().
 */
const struct image *symbols__image(const struct symbols *symbols, uint64_t address,
				   struct names_time when);

/* The file that holds the kernel's debug info, or NULL. */
const char *symbols__debug_file(const struct symbols *symbols);

/*
 * The images of the kernel, of the modules that are there, and of those among the others that are
 * wanted(): by name.  0 or -ENOMEM.
 */
int symbols__images(const struct symbols *symbols, struct images *images,
		    bool (*wanted)(const char *module, void *arg), void *arg);

/*
 * The module that `address` lies in, or lay in; NULL: none, or it might be another one.  Valid
 * until symbols__note().
 */
const struct names_module *symbols__module(const struct symbols *symbols, uint64_t address);

/* The kernel's own table as it was read at the start, which stays as long as `symbols`.  NULL:
 * hidden. */
const struct kallsyms *symbols__kallsyms(const struct symbols *symbols);

void symbols__close(struct symbols *symbols);

#endif
