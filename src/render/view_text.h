/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of the interactive screen: written with a pen, cut to the terminal's width. */
#ifndef KLEAK_RENDER_VIEW_TEXT_H
#define KLEAK_RENDER_VIEW_TEXT_H

#include "render/pen.h"

#include <stdbool.h>
#include <stddef.h>

struct screen_view;

/* Nothing but zeros is needed before it. */
struct view_text {
	char *text;
	char **line; /* UTF-8, without newlines */
	size_t nr;
};

typedef void view_print(const struct screen_view *view, struct pen *pen);

/*
 * Have print(view, pen) write the text anew, lines that end; heads are folded at `columns`.
 * 0 or -ENOMEM.
 */
int view_text__write(struct view_text *text, const struct screen_view *view, int columns,
		     view_print *print);

/* Cut `raw`, from malloc() and the text's from here on, into lines.  0 or -ENOMEM. */
int view_text__split(struct view_text *text, char *raw);

/*
 * The first `height` lines in `width` columns each, what does not fit left out; ascii: what is
 * drawn of other characters in ASCII.  0 or -ENOMEM.
 */
int view_text__fit(struct view_text *fitted, const struct view_text *text, int width, int height,
		   bool ascii);

void view_text__free(struct view_text *text);

#endif
