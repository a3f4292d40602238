/* SPDX-License-Identifier: GPL-2.0-only */
/* Source lines and inlined functions of addresses, from debug info (elfutils, libdwfl). */
#ifndef KLEAK_KERNEL_DWARF_H
#define KLEAK_KERNEL_DWARF_H

#include "kernel/images.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwarf;

/* Where debug info is looked for, beside the places where distributions put it. */
struct dwarf_sources {
	const char *release;	    /* of the kernel, as uname -r prints it */
	const char *const *folders; /* --debug-dir: before all others */
	size_t nr_folders;
	bool debuginfod;       /* ask the servers of DEBUGINFOD_URLS for what is not found; no other
				  network is used, and none without it */
	bool wanted;	       /* say what is missing; without it only what is wrong is said */
	bool (*give_up)(void); /* asked every second while a server answers; NULL: never */
};

/* A place in the source. */
struct dwarf_frame {
	const char *function; /* inlined here; NULL: the function that the address lies in */
	const char *file;     /* "mm/slub.c"; NULL: not known */
	unsigned int line;
};

#define DWARF_MOST_EMPTY 1024 /* images without debug info that are kept in mind */

/* 0 and *dwarf, or -ENOMEM.  Strings of *sources are copied. */
int dwarf__open(struct dwarf **dwarf, const struct dwarf_sources *sources);

/*
 * Where `address`, which is that of an instruction of `image`, comes from: of a return address
 * give the address before it.  *frames: inlined functions, the innermost first, which is where
 * the instruction is, each of the others where it calls the one before; the last one is the
 * function itself.  They stay valid until dwarf__close().  How many; 0: nothing is known.
 * Why there is no debug info of an image is said once.
 */
size_t dwarf__find(struct dwarf *dwarf, const struct image *image, uint64_t address,
		   const struct dwarf_frame **frames);

/* The file that holds the debug info of `image`, or NULL. */
const char *dwarf__file(struct dwarf *dwarf, const struct image *image);

void dwarf__close(struct dwarf *dwarf);

#endif
