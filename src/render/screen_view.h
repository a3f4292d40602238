/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the interactive screen shows: reports and keys go in, lines come out.  It knows no
 * terminal: styles are those of pen.h, columns are characters.
 */
#ifndef KLEAK_RENDER_SCREEN_VIEW_H
#define KLEAK_RENDER_SCREEN_VIEW_H

#include "render/view_text.h"
#include "report/report_copy.h"
#include "report/sparks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys that are no characters; characters are their code points. */
enum {
	VIEW_KEY_UP = 0x200000,
	VIEW_KEY_DOWN,
	VIEW_KEY_PAGE_UP,
	VIEW_KEY_PAGE_DOWN,
	VIEW_KEY_HOME,
	VIEW_KEY_END,
	VIEW_KEY_ENTER,
	VIEW_KEY_ESCAPE,
	VIEW_KEY_BACKSPACE,
	VIEW_KEY_HELP,
};

enum view_sort {
	VIEW_BY_BYTES,
	VIEW_BY_GROWTH,
	VIEW_BY_OBJECTS,
	VIEW_BY_AGE,
	VIEW_BY_VERDICT,
	VIEW_SORTS,
};

/* What a key asks for that the view cannot do. */
enum view_wish {
	VIEW_NOTHING,
	VIEW_SCAN,
	VIEW_ACKNOWLEDGE,
	VIEW_SAVE, /* screen_view__report() as file `input` */
	VIEW_REPAINT,
	VIEW_QUIT,
};

struct view_line {
	char *text; /* UTF-8, or ASCII; SGR sequences of pen.h and no other control bytes */
	bool selected;
};

struct view_row {
	const struct report_site *site;
};

enum view_mode { VIEW_SITES, VIEW_FILTER, VIEW_SAVE_AS, VIEW_HELP };

#define VIEW_INPUT 200

struct screen_view {
	/* of the terminal; set before screen_view__arrange() */
	int width, height;
	bool ascii; /* it takes nothing else */

	double interval_s;
	enum view_sort sort;
	enum view_mode mode;
	char filter[VIEW_INPUT];
	char input[VIEW_INPUT]; /* the file to save */
	char message[256];
	bool frozen;

	bool any;			  /* there was a report */
	struct report_copy shown, latest; /* latest: while frozen, the newest one */
	struct sparks sparks;

	/* the sites in order, and where in them one is */
	struct view_row *order;
	size_t nr, room;
	size_t at;
	bool follow; /* `selected`, wherever it goes; else the first one is */
	uint64_t selected;
	bool expand;
	uint64_t expanded;

	/* as arranged: screen lines of the head, the sites from line `top` on */
	struct view_text head, details;
	size_t expanded_at; /* SIZE_MAX: none is */
	size_t rows, top;
	size_t anchor; /* line that the site `anchored` had */
	uint64_t anchored;

	/* as drawn */
	struct view_line *lines;
	struct view_text fitted;
	int cursor; /* column in the last line; -1: none */
};

/* Nothing but zeros is needed before it. */
void screen_view__open(struct screen_view *view, double interval_s, enum view_sort sort);

/* A new report; while frozen it is kept for later.  0 or -ENOMEM. */
int screen_view__enter(struct screen_view *view, const struct report *report);

/* What is shown; NULL: nothing yet. */
const struct report *screen_view__report(const struct screen_view *view);

/* A sentence for the last line, until the next key. */
void screen_view__say(struct screen_view *view, const char *sentence);

/* A key was pressed. */
enum view_wish screen_view__key(struct screen_view *view, uint32_t key);

/* Draw: view->lines, `height` of them.  0 or -ENOMEM. */
int screen_view__draw(struct screen_view *view);

void screen_view__close(struct screen_view *view);

#endif
