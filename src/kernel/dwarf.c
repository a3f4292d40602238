// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/dwarf.h"
#include "kernel/dwarf_book.h"
#include "kernel/dwarf_search.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct dwarf {
	struct dwarf_places places;
	struct dwarf_book **books; /* of images that were asked for */
	size_t nr, room;
	uint64_t asked; /* how often */
};

int dwarf__open(struct dwarf **out, const struct dwarf_sources *sources)
{
	struct dwarf *dwarf = calloc(1, sizeof(*dwarf));

	if (!dwarf)
		return -ENOMEM;
	if (debugfiles__open(&dwarf->places.files, sources->folders, sources->nr_folders,
			     sources->release)) {
		free(dwarf);
		return -ENOMEM;
	}
	dwarf->places.debuginfod = sources->debuginfod;
	dwarf->places.wanted = sources->wanted;
	dwarf->places.give_up = sources->give_up;
	*out = dwarf;
	return 0;
}

/*
 * Of the books in which there is nothing, and so nothing that was handed out, forget the one that
 * was asked for longest ago: each time that a module is loaded it is another image.
 */
static void forget_empty(struct dwarf *dwarf)
{
	size_t empty = 0, oldest = 0;

	for (size_t i = 0; i < dwarf->nr; i++) {
		if (dwarf->books[i]->dwfl)
			continue;
		if (!empty++ || dwarf->books[i]->used < dwarf->books[oldest]->used)
			oldest = i;
	}
	if (empty < DWARF_MOST_EMPTY)
		return;
	dwarf_book__free(dwarf->books[oldest]);
	dwarf->books[oldest] = dwarf->books[--dwarf->nr];
}

/*
 * The book that tells of `image` already, or NULL.  A module that is loaded again has the debug
 * info that it had, and other addresses.
 */
static struct dwarf_book *find_book(const struct dwarf *dwarf, const struct image *image)
{
	for (size_t i = 0; i < dwarf->nr; i++) {
		struct dwarf_book *book = dwarf->books[i];

		if (!memcmp(&book->image, image, sizeof(*image)))
			return book;
		if (book->dwfl && *image->name && !strcmp(book->image.name, image->name) &&
		    images__is_same_build(&book->image, image)) {
			dwarf_book__place(book, image);
			return book;
		}
	}
	return NULL;
}

/* The book of `image`, or NULL.  It may be an empty one. */
static struct dwarf_book *book_of(struct dwarf *dwarf, const struct image *image)
{
	struct dwarf_book *book = find_book(dwarf, image);

	dwarf->asked++;
	if (book) {
		book->used = dwarf->asked;
		return book;
	}
	forget_empty(dwarf);
	if (array__reserve((void **)&dwarf->books, dwarf->nr + 1, &dwarf->room,
			   sizeof(struct dwarf_book *)))
		return NULL;
	book = calloc(1, sizeof(*book));
	if (!book)
		return NULL;
	dwarf->books[dwarf->nr++] = book;
	book->image = *image;
	book->used = dwarf->asked;
	dwarf_search__fill(book, &dwarf->places);
	return book;
}

size_t dwarf__find(struct dwarf *dwarf, const struct image *image, uint64_t address,
		   const struct dwarf_frame **frames)
{
	struct dwarf_book *book = book_of(dwarf, image);

	return book ? dwarf_book__find(book, address, frames) : 0;
}

const char *dwarf__file(struct dwarf *dwarf, const struct image *image)
{
	const struct dwarf_book *book = book_of(dwarf, image);

	return book ? book->path : NULL;
}

void dwarf__close(struct dwarf *dwarf)
{
	if (!dwarf)
		return;
	for (size_t i = 0; i < dwarf->nr; i++)
		dwarf_book__free(dwarf->books[i]);
	free(dwarf->books);
	debugfiles__close(dwarf->places.files);
	free(dwarf);
}
