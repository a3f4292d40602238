/* SPDX-License-Identifier: GPL-2.0-only */
/* An image's debug info: source lines and inlined functions of its addresses (elfutils, libdw). */
#ifndef KLEAK_KERNEL_DWARF_BOOK_H
#define KLEAK_KERNEL_DWARF_BOOK_H

#include "kernel/dwarf.h"
#include "kernel/images.h"
#include "util/idmap.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

/* A part of an image: its address in the file, and here, where it is called `name`. */
struct dwarf_part {
	char name[sizeof(((struct image_place *)NULL)->name)];
	uint64_t in_file, size;
	uint64_t loaded; /* 0: it is not there, or nobody tells */
};

/* An image, and its debug info if there is any. */
struct dwarf_book {
	struct image image;
	Dwfl *dwfl;    /* NULL: none */
	uint64_t used; /* dwarf's: when it was asked for last */
	Dwarf *dwarf;
	Dwarf_Addr bias; /* of the file's addresses to those in DWARF */
	char *path;
	char root[PATH_MAX]; /* of the sources, "" */
	struct dwarf_part parts[IMAGE_PLACES];
	size_t nr_parts;
	struct idmap answer_of; /* by mixed address in the file */
	struct dwarf_answer *answers;
	size_t nr_answers, room_answers;
	struct idmap unit_of; /* by mixed offset of the unit's DIE */
	struct dwarf_unit **units;
	size_t nr_units, room_units;
	struct dwarf_function *all; /* of units that .debug_aranges does not list: by start */
	size_t nr_all, room_all;
	bool has_all;
};

/*
 * Have the book tell of addresses that this image of the same build has: a module that is loaded
 * again.  What was found before stays.  How many of the book's parts are there.
 */
size_t dwarf_book__place(struct dwarf_book *book, const struct image *image);

/*
 * What dwarf__find() returns, of an address that the image has here.  Frames stay as long as the
 * book.
 */
size_t dwarf_book__find(struct dwarf_book *book, uint64_t address,
			const struct dwarf_frame **frames);

void dwarf_book__free(struct dwarf_book *book);

#endif
