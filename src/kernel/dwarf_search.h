/* SPDX-License-Identifier: GPL-2.0-only */
/* Which file has the debug info of an image: the one with its build-id, here or on a server. */
#ifndef KLEAK_KERNEL_DWARF_SEARCH_H
#define KLEAK_KERNEL_DWARF_SEARCH_H

#include "kernel/debugfiles.h"
#include "kernel/dwarf_book.h"

#include <stdbool.h>

struct dwarf_places {
	struct debugfiles *files;
	bool debuginfod; /* ask the servers, too */
	bool wanted;	 /* say what was not found */
	bool (*give_up)(void);
};

/* Fill in the book of book->image, which is all zeros else.  What is wrong with files is said. */
void dwarf_search__fill(struct dwarf_book *book, const struct dwarf_places *places);

/* Is the library there that asks the servers of --debuginfod?  A static kleak loads none. */
bool dwarf_search__has_debuginfod(void);

#endif
