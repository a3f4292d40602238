// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/dwarf_book.h"
#include "kernel/sourcepath.h"
#include "util/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dwarf.h>

#define MOST_INLINED 64 /* functions at one address */
#define MOST_NESTED  16 /* name spaces */

/* A part of a function. */
struct dwarf_function {
	Dwarf_Addr start, end;
	Dwarf_Off die;
};

/* A compilation unit that was needed. */
struct dwarf_unit {
	Dwarf_Die die;
	const char *compiled_in;
	struct dwarf_function *functions; /* by start */
	size_t nr, room;
};

/* What is known of an address. */
struct dwarf_answer {
	struct dwarf_frame *frames;
	size_t nr;
};

static int by_start(const void *a, const void *b)
{
	const struct dwarf_function *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

static const struct dwarf_function *find_function(const struct dwarf_function *list, size_t nr,
						  Dwarf_Addr pc)
{
	size_t low = 0, high = nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list[middle].start <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low && pc < list[low - 1].end ? &list[low - 1] : NULL;
}

/* All parts of a function or a unit. */
static int add_ranges(struct dwarf_function **list, size_t *nr, size_t *room, Dwarf_Die *die)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t at = 0;

	while ((at = dwarf_ranges(die, at, &base, &start, &end)) > 0) {
		if (start >= end)
			continue;
		if (array__reserve((void **)list, *nr + 1, room, sizeof(**list)))
			return -ENOMEM;
		(*list)[(*nr)++] = (struct dwarf_function){start, end, dwarf_dieoffset(die)};
	}
	return 0;
}

static int add_functions(struct dwarf_unit *unit, Dwarf_Die *parent, int depth)
{
	Dwarf_Die die;
	int err = 0;

	if (dwarf_child(parent, &die))
		return 0;
	do {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_subprogram)
			err = add_ranges(&unit->functions, &unit->nr, &unit->room, &die);
		else if (tag == DW_TAG_namespace && depth < MOST_NESTED) /* Rust */
			err = add_functions(unit, &die, depth + 1);
	} while (!err && !dwarf_siblingof(&die, &die));
	return err;
}

static struct dwarf_unit *open_unit(const struct dwarf_book *book, Dwarf_Off offset)
{
	struct dwarf_unit *unit = calloc(1, sizeof(*unit));
	Dwarf_Attribute attribute;

	if (!unit)
		return NULL;
	if (!dwarf_offdie(book->dwarf, offset, &unit->die) || add_functions(unit, &unit->die, 0)) {
		free(unit->functions);
		free(unit);
		return NULL;
	}
	if (unit->nr)
		qsort(unit->functions, unit->nr, sizeof(*unit->functions), by_start);
	unit->compiled_in = dwarf_formstring(dwarf_attr(&unit->die, DW_AT_comp_dir, &attribute));
	return unit;
}

/* Where the units are, by themselves: not every compiler writes .debug_aranges. */
static void list_all(struct dwarf_book *book)
{
	Dwarf_Off at = 0, next;
	size_t head;

	book->has_all = true;
	for (; !dwarf_nextcu(book->dwarf, at, &next, &head, NULL, NULL, NULL); at = next) {
		Dwarf_Die die;

		if (dwarf_offdie(book->dwarf, at + head, &die) &&
		    add_ranges(&book->all, &book->nr_all, &book->room_all, &die))
			break;
	}
	if (book->nr_all)
		qsort(book->all, book->nr_all, sizeof(*book->all), by_start);
}

static int find_unit(struct dwarf_book *book, Dwarf_Addr pc, Dwarf_Off *offset)
{
	const struct dwarf_function *part;
	Dwarf_Die die;

	if (dwarf_addrdie(book->dwarf, pc, &die)) {
		*offset = dwarf_dieoffset(&die);
		return 0;
	}
	if (!book->has_all)
		list_all(book);
	part = find_function(book->all, book->nr_all, pc);
	if (!part)
		return -ENOENT;
	*offset = part->die;
	return 0;
}

/* The unit of `pc`, or NULL. */
static struct dwarf_unit *unit_at(struct dwarf_book *book, Dwarf_Addr pc)
{
	struct dwarf_unit *unit;
	Dwarf_Off offset;
	uint32_t number;

	if (find_unit(book, pc, &offset))
		return NULL;
	number = idmap__find(&book->unit_of, idmap__mix(offset));
	if (number != IDMAP_NONE)
		return book->units[number];
	if (array__reserve((void **)&book->units, book->nr_units + 1, &book->room_units,
			   sizeof(struct dwarf_unit *)))
		return NULL;
	unit = open_unit(book, offset);
	if (!unit)
		return NULL;
	book->units[book->nr_units++] = unit;
	idmap__add(&book->unit_of, idmap__mix(offset), book->nr_units - 1); /* or look again */
	return unit;
}

/* The innermost block of `scope` that has `pc`: 0 and *scope, or -ENOENT. */
static int enter_block(Dwarf_Die *scope, Dwarf_Addr pc)
{
	Dwarf_Die die;

	if (dwarf_child(scope, &die))
		return -ENOENT;
	do {
		int tag = dwarf_tag(&die);

		if ((tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block) &&
		    dwarf_haspc(&die, pc) > 0) {
			*scope = die;
			return 0;
		}
	} while (!dwarf_siblingof(&die, &die));
	return -ENOENT;
}

/* The functions inlined at `pc`, the outermost first.  How many. */
static size_t find_inlined(const struct dwarf_book *book, const struct dwarf_unit *unit,
			   Dwarf_Addr pc, Dwarf_Die inlined[MOST_INLINED])
{
	const struct dwarf_function *function = find_function(unit->functions, unit->nr, pc);
	Dwarf_Die scope;
	size_t nr = 0;

	if (!function || !dwarf_offdie(book->dwarf, function->die, &scope))
		return 0;
	while (nr < MOST_INLINED && !enter_block(&scope, pc))
		if (dwarf_tag(&scope) == DW_TAG_inlined_subroutine)
			inlined[nr++] = scope;
	return nr;
}

/* ---- answers ---- */

/* NULL if there is no memory for it. */
static const char *keep_path(const struct dwarf_book *book, const struct dwarf_unit *unit,
			     const char *path)
{
	char text[PATH_MAX];

	if (!path || !strcmp(path, "???"))
		return NULL;
	sourcepath__shorten(text, sizeof(text), path, unit->compiled_in, book->root);
	return strdup(text);
}

/* Where the code of `pc` stands. */
static void take_line(struct dwarf_frame *frame, const struct dwarf_book *book,
		      struct dwarf_unit *unit, Dwarf_Addr pc)
{
	Dwarf_Line *line = dwarf_getsrc_die(&unit->die, pc);
	int number = 0;

	if (!line || dwarf_lineno(line, &number) || number <= 0)
		return;
	frame->file = keep_path(book, unit, dwarf_linesrc(line, NULL, NULL));
	frame->line = frame->file ? number : 0;
}

/* Where an inlined function is called. */
static void take_call(struct dwarf_frame *frame, const struct dwarf_book *book,
		      struct dwarf_unit *unit, Dwarf_Die *inlined)
{
	Dwarf_Attribute attribute;
	Dwarf_Word file, line;
	Dwarf_Files *files;
	size_t nr;

	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) || !line ||
	    dwarf_getsrcfiles(&unit->die, &files, &nr) || file >= nr)
		return;
	frame->file = keep_path(book, unit, dwarf_filesrc(files, file, NULL, NULL));
	frame->line = frame->file ? line : 0;
}

/* 0 and *answer, which may be an empty one, or -ENOMEM. */
static int look_up(struct dwarf_answer *answer, struct dwarf_book *book, Dwarf_Addr pc)
{
	struct dwarf_unit *unit = unit_at(book, pc);
	Dwarf_Die inlined[MOST_INLINED];
	struct dwarf_frame *frames;
	size_t nr;

	*answer = (struct dwarf_answer){};
	if (!unit)
		return 0;
	nr = find_inlined(book, unit, pc, inlined);
	frames = calloc(nr + 1, sizeof(*frames));
	if (!frames)
		return -ENOMEM;
	take_line(&frames[0], book, unit, pc);
	for (size_t i = 0; i < nr; i++) {
		Dwarf_Die *die = &inlined[nr - 1 - i];
		const char *name = dwarf_diename(die);

		frames[i].function = name ? name : "?";
		take_call(&frames[i + 1], book, unit, die);
	}
	*answer = (struct dwarf_answer){frames, nr + 1};
	return 0;
}

static void free_answer(const struct dwarf_answer *answer)
{
	for (size_t i = 0; i < answer->nr; i++)
		free((char *)answer->frames[i].file);
	free(answer->frames);
}

size_t dwarf_book__place(struct dwarf_book *book, const struct image *image)
{
	size_t nr = 0;

	book->image = *image;
	for (size_t i = 0; i < book->nr_parts; i++) {
		struct dwarf_part *part = &book->parts[i];

		part->loaded = 0;
		for (uint32_t k = 0; k < image->nr_places; k++)
			if (!strcmp(part->name, image->places[k].name))
				part->loaded = image->places[k].address;
		nr += part->loaded != 0;
	}
	return nr;
}

/* 0 and the address in the book's file, or -ENOENT. */
static int in_file(const struct dwarf_book *book, uint64_t address, uint64_t *out)
{
	for (size_t i = 0; i < book->nr_parts; i++) {
		const struct dwarf_part *part = &book->parts[i];

		if (!part->loaded || address < part->loaded || address - part->loaded >= part->size)
			continue;
		*out = address - part->loaded + part->in_file;
		return 0;
	}
	return -ENOENT;
}

size_t dwarf_book__find(struct dwarf_book *book, uint64_t address,
			const struct dwarf_frame **frames)
{
	struct dwarf_answer answer;
	uint64_t at;
	uint32_t number;

	if (!book->dwfl || in_file(book, address, &at))
		return 0;
	number = idmap__find(&book->answer_of, idmap__mix(at));
	if (number == IDMAP_NONE) {
		if (array__reserve((void **)&book->answers, book->nr_answers + 1,
				   &book->room_answers, sizeof(*book->answers)) ||
		    look_up(&answer, book, at - book->bias))
			return 0;
		number = book->nr_answers;
		if (idmap__add(&book->answer_of, idmap__mix(at), number)) {
			free_answer(&answer);
			return 0;
		}
		book->answers[book->nr_answers++] = answer;
	}
	*frames = book->answers[number].frames;
	return book->answers[number].nr;
}

void dwarf_book__free(struct dwarf_book *book)
{
	for (size_t i = 0; i < book->nr_answers; i++)
		free_answer(&book->answers[i]);
	for (size_t i = 0; i < book->nr_units; i++) {
		free(book->units[i]->functions);
		free(book->units[i]);
	}
	free(book->answers);
	free(book->units);
	free(book->all);
	idmap__free(&book->answer_of);
	idmap__free(&book->unit_of);
	if (book->dwfl)
		dwfl_end(book->dwfl);
	free(book->path);
	free(book);
}
