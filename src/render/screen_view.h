/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the interactive screen shows: reports go in, and what keys ask for (screen_keys.h); lines
 * come out.  It knows no terminal: styles are those of pen.h, columns are characters.
 */
#ifndef KLEAK_RENDER_SCREEN_VIEW_H
#define KLEAK_RENDER_SCREEN_VIEW_H

#include "render/view_text.h"
#include "report/by_cgroup.h"
#include "report/groups.h"
#include "report/report_copy.h"
#include "report/sparks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum view_sort {
	VIEW_BY_BYTES,
	VIEW_BY_GROWTH,
	VIEW_BY_OBJECTS,
	VIEW_BY_AGE,
	VIEW_BY_VERDICT,
	VIEW_SORTS,
};

struct view_line {
	char *text; /* UTF-8, or ASCII; SGR sequences of pen.h and no other control bytes */
	bool selected;
};

struct view_row {
	const struct report_site *site;	    /* of a group its sum */
	const struct group *group;	    /* of several sites; NULL: it stands for itself */
	const struct by_cgroup_row *cgroup; /* that they are charged to; NULL: it is sites */
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
	bool by_cgroup; /* rows are cgroups, not sites */

	bool any;			  /* there was a report */
	struct report_copy shown, latest; /* latest: while frozen, the newest one */
	struct groups groups;		  /* of `shown` */
	struct by_cgroup cgroups;	  /* the same */
	struct sparks sparks;

	/* the sites, or cgroups, in order, and where in them one is */
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

/* ---- for what keys do (screen_keys.h) ---- */

/* Show cgroups, or sites again; says so where it is not known whom anything is charged to. */
void screen_view__group(struct screen_view *view);

/* Hold what is shown, or show the newest report again.  0 or -ENOMEM. */
int screen_view__freeze(struct screen_view *view);

/* Put the newest report and what was chosen in their places.  0 or -ENOMEM. */
int screen_view__arrange(struct screen_view *view);

/* The first and the last line of the site at this place of the order, of all sites' lines. */
size_t screen_view__line_of(const struct screen_view *view, size_t site);
size_t screen_view__last_line_of(const struct screen_view *view, size_t site);

/* Have the site that is followed on the screen. */
void screen_view__scroll(struct screen_view *view);

/* Draw: view->lines, `height` of them.  0 or -ENOMEM. */
int screen_view__draw(struct screen_view *view);

void screen_view__close(struct screen_view *view);

#endif
