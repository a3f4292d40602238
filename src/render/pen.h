/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing for people: styles, names that command no terminal, numbers, heads that fold. */
#ifndef KLEAK_RENDER_PEN_H
#define KLEAK_RENDER_PEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PEN_COLUMNS 100 /* heads are folded there, by default; punctuation may take the last */
#define PEN_NUMBER  32	/* room for a formatted number */

/* SGR parameters */
#define PEN_PLAIN  ""
#define PEN_BOLD   "1"
#define PEN_DIM	   "2"
#define PEN_RED	   "1;31"
#define PEN_YELLOW "1;33"

struct pen {
	FILE *out;
	bool color;
	int columns; /* heads are folded there; 0: PEN_COLUMNS */
	int column;  /* of a head: where the line has got to */
	int margin;  /* of a head: where a folded line starts */
	int gap;     /* of a head: blanks between items */
};

struct pen_number {
	char text[PEN_NUMBER];
};

/* How wide lines may be. */
static inline int pen__columns(const struct pen *pen)
{
	return pen->columns ? pen->columns : PEN_COLUMNS;
}

void pen__begin(const struct pen *pen, const char *style);
void pen__end(const struct pen *pen, const char *style);

/* printf(), in a style. */
__attribute__((format(printf, 3, 4))) void pen__put(const struct pen *pen, const char *style,
						    const char *format, ...);

/* Print a name such that it cannot command the terminal: other bytes as \xNN. */
void pen__name(const struct pen *pen, const char *style, const char *name);

/* Columns that pen__name() takes. */
int pen__name_width(const char *name);

/*
 * As pen__name(), in `room` columns at most: of a name that is too long the end, or
 * the start (_tail), goes and "…" stands there.  Nothing where there is no room.
 * Returns the columns taken.
 */
int pen__name_cut(const struct pen *pen, const char *style, const char *name, int room);
int pen__name_tail(const struct pen *pen, const char *style, const char *name, int room);

/* " (= a, b, c…)", dim, in `room` columns at most; nothing where there are none, or no room. */
void pen__aliases(const struct pen *pen, const char *aliases, int room);

/* `nr` bytes as characters, those that ASCII cannot print as dots; cut to len.  Returns text. */
const char *pen__ascii(const uint8_t *bytes, size_t nr, char *text, size_t len);

/* 512, 1.5K, 2.0M; a change has a sign: +1.5K, -2.0M, +0.  Not a number: "?". */
struct pen_number pen__human(double bytes, bool change);

/* As pen__human() of a change, but what does not grow is 0. */
struct pen_number pen__growth(double bytes);

/* 0.9s, 12s, 3.4m, 2.1h, 5.0d */
struct pen_number pen__duration(double seconds);

/* 0, <0.1, 0.4, 2474 */
struct pen_number pen__rate(double per_s);

/* Columns that `s`, which is UTF-8, takes. */
int pen__width(const char *s);

/* Start a line of a head; when it is folded, the rest goes under its first item. */
void pen__head_begin(struct pen *pen, const char *style, const char *s, int gap);

/* An item, after `punctuation` unless it is the first one. */
void pen__head_item(struct pen *pen, const char *punctuation, const char *style, const char *s);

/* "5 unchecked": such an item, if there are any. */
void pen__head_count(struct pen *pen, uint64_t n, const char *what);

#define PEN_HEAD_ITEM 256 /* room for an item of a head */
#define PEN_NAME_MOST 40  /* columns of a name in a head */

/* An item with a name in it. */
struct pen_named {
	const char *before, *name, *after;
};

void pen__head_named(struct pen *pen, const char *punctuation, const char *style,
		     const struct pen_named *item);

void pen__head_end(struct pen *pen);

#endif
