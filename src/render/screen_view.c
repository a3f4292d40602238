// SPDX-License-Identifier: GPL-2.0-only
#include "render/screen_view.h"
#include "render/screen_cgroups.h"
#include "render/screen_print.h"
#include "report/cache_aliases.h"
#include "util/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_ROWS 3 /* the head gives way to them */

static const char charges_unknown[] = "it is not known whom anything is charged to";

/* ---- order ---- */

static const struct report_site *site_of(const void *row)
{
	return ((const struct view_row *)row)->site;
}

static int by_bytes(const void *a, const void *b)
{
	const struct report_site *s = site_of(a), *t = site_of(b);

	return ORDER_DOWN(s->bytes, t->bytes) ?: ORDER_DOWN(s->id, t->id);
}

static int by_growth(const void *a, const void *b)
{
	const struct report_site *s = site_of(a), *t = site_of(b);

	return ORDER_DOWN(s->growth_bytes_per_min, t->growth_bytes_per_min) ?: by_bytes(a, b);
}

static int by_objects(const void *a, const void *b)
{
	const struct report_site *s = site_of(a), *t = site_of(b);

	return ORDER_DOWN(s->objects, t->objects) ?: by_bytes(a, b);
}

static int by_age(const void *a, const void *b)
{
	const struct report_site *s = site_of(a), *t = site_of(b);

	return ORDER_DOWN(s->age_median_s, t->age_median_s) ?: by_bytes(a, b);
}

static int by_verdict(const void *a, const void *b)
{
	const struct report_site *s = site_of(a), *t = site_of(b);

	return ORDER_DOWN(screen_print__rank(s), screen_print__rank(t)) ?: by_growth(a, b);
}

static bool contains(const char *text, const char *part)
{
	return text && strcasestr(text, part);
}

/* Does the filter let it pass? */
static bool passes(const char *filter, const struct report *report, const struct report_site *site)
{
	if (!*filter || contains(site->cache, filter) || contains(site->origin, filter) ||
	    contains(cache_aliases__in(report, site->cache), filter))
		return true;
	for (size_t i = 0; i < site->nr_frames; i++)
		if (contains(site->stack[i].symbol, filter) ||
		    contains(site->stack[i].module, filter))
			return true;
	return false;
}

/* Sites with one cause are one row; those that a filter asks for are told one by one. */
static int fold_groups(struct screen_view *view)
{
	const struct report *r = &view->shown.report;
	bool *folded = calloc(r->nr_sites + 1, sizeof(*folded));

	if (!folded)
		return -ENOMEM;
	for (size_t i = 0; i < view->groups.nr && !*view->filter; i++) {
		const struct group *g = &view->groups.list[i];

		if (g->nr < 2)
			continue;
		for (size_t k = 0; k < g->nr; k++)
			folded[view->groups.members[g->first + k].site] = true;
		view->order[view->nr++] = (struct view_row){&g->sum, g, NULL};
	}
	for (size_t i = 0; i < r->nr_sites; i++)
		if (!folded[i] && passes(view->filter, r, &r->sites[i]))
			view->order[view->nr++] = (struct view_row){&r->sites[i], NULL, NULL};
	free(folded);
	return 0;
}

static void list_cgroups(struct screen_view *view)
{
	for (size_t i = 0; i < view->cgroups.nr; i++) {
		const struct by_cgroup_row *row = &view->cgroups.rows[i];

		if (screen_cgroups__passes(view, row, passes))
			view->order[view->nr++] = (struct view_row){&row->sum, NULL, row};
	}
}

static int order(struct screen_view *view)
{
	static int (*const orders[])(const void *, const void *) = {
		[VIEW_BY_BYTES] = by_bytes,	[VIEW_BY_GROWTH] = by_growth,
		[VIEW_BY_OBJECTS] = by_objects, [VIEW_BY_AGE] = by_age,
		[VIEW_BY_VERDICT] = by_verdict,
	};
	const struct report *r = &view->shown.report;
	size_t most = r->nr_sites + view->cgroups.nr;
	int err = 0;

	view->nr = 0;
	if (most > view->room) {
		void *more = realloc(view->order, most * sizeof(*view->order));

		if (!more)
			return -ENOMEM;
		view->order = more;
		view->room = most;
	}
	if (view->by_cgroup)
		list_cgroups(view);
	else
		err = fold_groups(view);
	if (err)
		return err;
	if (view->nr)
		qsort(view->order, view->nr, sizeof(*view->order), orders[view->sort]);
	return 0;
}

static size_t find(const struct screen_view *view, uint64_t id)
{
	for (size_t i = 0; i < view->nr; i++)
		if (view->order[i].site->id == id)
			return i;
	return SIZE_MAX;
}

/* ---- arranging ---- */

/* Screen lines of the body: a line for each site, and the details of one. */
static size_t body_lines(const struct screen_view *view)
{
	return view->nr + (view->expanded_at < view->nr ? view->details.nr : 0);
}

size_t screen_view__line_of(const struct screen_view *view, size_t site)
{
	return site + (site > view->expanded_at ? view->details.nr : 0);
}

/* The last line that belongs to the site which is selected. */
size_t screen_view__last_line_of(const struct screen_view *view, size_t site)
{
	return screen_view__line_of(view, site) +
	       (site == view->expanded_at ? view->details.nr : 0);
}

/* Head and body share the lines that the column heads and the last line leave. */
static void share_lines(struct screen_view *view)
{
	size_t most = view->height > 2 ? (size_t)view->height - 2 : 0;
	size_t head = view->head.nr;

	if (head + LEAST_ROWS > most)
		head = most > LEAST_ROWS ? most - LEAST_ROWS : 0;
	view->head.nr = head;
	view->rows = most - head;
}

/* When the order changes, the selected site stays where it is on the screen. */
static void hold_anchor(struct screen_view *view)
{
	size_t first = screen_view__line_of(view, view->at);

	if (view->anchored == view->selected)
		view->top = view->top + first > view->anchor ? view->top + first - view->anchor : 0;
}

static void drop_anchor(struct screen_view *view)
{
	view->anchor = screen_view__line_of(view, view->at);
	view->anchored = view->selected;
}

/* Keep the selected site on the screen, with as much of its details as fits. */
void screen_view__scroll(struct screen_view *view)
{
	size_t first = screen_view__line_of(view, view->at),
	       last = screen_view__last_line_of(view, view->at);
	size_t lines = body_lines(view);

	if (!view->nr || !view->rows) {
		view->top = 0;
		return;
	}
	if (last - first < view->rows) {
		if (last >= view->top + view->rows)
			view->top = last + 1 - view->rows;
		if (first < view->top)
			view->top = first;
	} else if (view->top < first) { /* longer than the screen: anywhere in it will do */
		if (view->top + view->rows <= first)
			view->top = first;
	} else if (view->top + view->rows > last + 1) {
		view->top = last + 1 - view->rows;
	}
	if (view->top + view->rows > lines)
		view->top = lines > view->rows ? lines - view->rows : 0;
}

static void select_site(struct screen_view *view)
{
	size_t found = view->follow ? find(view, view->selected) : 0;

	if (found < view->nr)
		view->at = found;
	else if (view->at >= view->nr)
		view->at = view->nr ? view->nr - 1 : 0;
	if (view->nr)
		view->selected = view->order[view->at].site->id;
}

/* Put everything in its place.  0 or -ENOMEM. */
int screen_view__arrange(struct screen_view *view)
{
	int err = order(view);

	if (err)
		return err;
	select_site(view);
	view->expanded_at = view->expand ? find(view, view->expanded) : SIZE_MAX;
	view_text__free(&view->details);
	if (view->expanded_at < view->nr)
		err = view_text__write(&view->details, view, view->width, screen_print__details);
	if (!err)
		err = view_text__write(&view->head, view, view->width, screen_print__head);
	if (err)
		return err;
	share_lines(view);
	hold_anchor(view);
	screen_view__scroll(view);
	drop_anchor(view);
	return 0;
}

/* ---- drawing ---- */

/* Line `line` of the body.  Is it the selected site's? */
static bool put_body(const struct screen_view *view, size_t line, const struct pen *pen)
{
	size_t site = line;

	if (line > view->expanded_at) {
		if (line <= view->expanded_at + view->details.nr) {
			fprintf(pen->out, "%s\n", view->details.line[line - view->expanded_at - 1]);
			return false;
		}
		site = line - view->details.nr;
	}
	screen_print__row(view, &view->order[site], pen);
	return site == view->at;
}

/* Why there is no row. */
static const char *nothing_to_list(const struct screen_view *view)
{
	if (*view->filter)
		return view->by_cgroup ? "no cgroup matches" : "no site matches";
	return view->by_cgroup ? charges_unknown : "nothing outstanding";
}

static void put_sites(struct screen_view *view, struct pen *pen)
{
	size_t lines = body_lines(view);

	for (size_t i = 0; i < view->head.nr; i++)
		fprintf(pen->out, "%s\n", view->head.line[i]);
	if (view->any)
		screen_print__columns(view, pen);
	else
		fputc('\n', pen->out);
	for (size_t i = 0; i < view->rows; i++) {
		if (view->top + i < lines) {
			view->lines[view->head.nr + 1 + i].selected =
				put_body(view, view->top + i, pen);
		} else if (i == 0 && view->any) {
			pen__put(pen, PEN_DIM, "  %s", nothing_to_list(view));
			fputc('\n', pen->out);
		} else {
			fputc('\n', pen->out);
		}
	}
	view->cursor = screen_print__foot(view, pen);
}

/* Everything as raw lines, one after another. */
static int print_raw(struct screen_view *view, struct view_text *raw)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct pen pen = {.out = out, .color = true, .columns = view->width};

	if (!out)
		return -ENOMEM;
	view->cursor = -1;
	if (view->height < 3)
		view->cursor = screen_print__foot(view, &pen);
	else if (view->mode == VIEW_HELP)
		screen_print__help(view, &pen);
	else
		put_sites(view, &pen);
	if (fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	return view_text__split(raw, text);
}

int screen_view__draw(struct screen_view *view)
{
	struct view_text raw = {};
	int err = screen_view__arrange(view);

	free(view->lines);
	view->lines = calloc((size_t)view->height + 1, sizeof(*view->lines));
	if (!err && !view->lines)
		err = -ENOMEM;
	if (!err)
		err = print_raw(view, &raw);
	if (!err)
		err = view_text__fit(&view->fitted, &raw, view->width, view->height, view->ascii);
	for (int i = 0; i < view->height && !err; i++)
		view->lines[i].text = view->fitted.line[i];
	view_text__free(&raw);
	return err;
}

/* ---- reports and messages ---- */

void screen_view__open(struct screen_view *view, double interval_s, enum view_sort sort)
{
	*view = (struct screen_view){
		.width = 80,
		.height = 24,
		.interval_s = interval_s,
		.sort = sort,
		.cursor = -1,
	};
}

/* The newest report is the one that is shown from here on. */
static int show_latest(struct screen_view *view)
{
	int err;

	groups__free(&view->groups);
	by_cgroup__free(&view->cgroups);
	report_copy__free(&view->shown);
	view->shown = view->latest;
	view->latest = (struct report_copy){};
	view->any = true;
	view->nr = 0; /* the order pointed into what has gone */
	err = groups__find(&view->groups, &view->shown.report, NULL);
	if (!err)
		err = by_cgroup__find(&view->cgroups, &view->shown.report);
	return err ? err : sparks__enter(&view->sparks, &view->shown.report);
}

int screen_view__enter(struct screen_view *view, const struct report *report)
{
	struct report_copy copy;
	int err = report_copy__make(&copy, report);

	if (err)
		return err;
	report_copy__free(&view->latest);
	view->latest = copy;
	if (view->frozen)
		return 0;
	return show_latest(view);
}

const struct report *screen_view__report(const struct screen_view *view)
{
	return view->any ? &view->shown.report : NULL;
}

void screen_view__say(struct screen_view *view, const char *sentence)
{
	snprintf(view->message, sizeof(view->message), "%s", sentence);
}

void screen_view__group(struct screen_view *view)
{
	if (!view->by_cgroup && !view->cgroups.nr) {
		screen_view__say(view, charges_unknown);
		return;
	}
	view->by_cgroup = !view->by_cgroup;
	view->expand = view->follow = false; /* what was selected has no row there */
	view->top = 0;
}

int screen_view__freeze(struct screen_view *view)
{
	view->frozen = !view->frozen;
	if (view->frozen || !view->latest.blocks)
		return 0;
	return show_latest(view);
}

void screen_view__close(struct screen_view *view)
{
	groups__free(&view->groups);
	by_cgroup__free(&view->cgroups);
	report_copy__free(&view->shown);
	report_copy__free(&view->latest);
	sparks__free(&view->sparks);
	free(view->order);
	view_text__free(&view->head);
	view_text__free(&view->details);
	free(view->lines);
	view_text__free(&view->fitted);
	*view = (struct screen_view){};
}
