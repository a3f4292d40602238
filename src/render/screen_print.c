// SPDX-License-Identifier: GPL-2.0-only
#include "render/screen_print.h"
#include "render/ledger_text.h"
#include "render/report_text.h"
#include "render/screen_cgroups.h"
#include "report/headline.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#define STYLE_CALM "36"

/* ---- cells ---- */

int screen_print__rank(const struct report_site *site)
{
	return site->unreferenced ? (int)verdict__suspicion(VERDICT_LEAK) + 1
				  : (int)verdict__suspicion(site->verdict.is.name);
}

static const char *style_of(const struct report_site *site)
{
	if (site->unreferenced || site->verdict.is.name == VERDICT_LEAK)
		return PEN_RED;
	if (site->verdict.is.name == VERDICT_GROWING)
		return PEN_YELLOW;
	return site->verdict.is.name == VERDICT_HELD ? PEN_PLAIN : PEN_DIM;
}

/* In 6 columns. */
static const char *word_of(const struct report_site *site)
{
	if (site->unreferenced)
		return "UNREF";
	return site->verdict.is.why ? verdict__word(site->verdict.is.name) : "";
}

/* The last `cells` points, right-aligned. */
static void put_spark(const struct pen *pen, const char *style, const struct spark *spark,
		      size_t cells)
{
	static const char *const levels[SPARKS_LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	size_t nr = !spark ? 0 : spark->nr < cells ? spark->nr : cells;

	fprintf(pen->out, "%*s", (int)(cells - nr), "");
	pen__begin(pen, style);
	for (size_t i = 0; i < nr; i++)
		fputs(levels[spark__level(spark, cells, spark->nr - nr + i)], pen->out);
	pen__end(pen, style);
}

/* A cell that has a colour and a width. */
static void put_cell(const struct pen *pen, const char *style, int width, const char *text)
{
	pen__begin(pen, style);
	fprintf(pen->out, "%*s", width, text);
	pen__end(pen, style);
}

/* ---- head ---- */

/* "  2 LEAK  1 GROWS" */
static void put_verdicts(const struct report *r, struct pen *pen, int *columns)
{
	static const struct {
		enum verdict_name name;
		const char *style;
	} shown[] = {{VERDICT_LEAK, PEN_RED}, {VERDICT_GROWING, PEN_YELLOW}};

	for (size_t v = 0; v < sizeof(shown) / sizeof(shown[0]); v++) {
		char text[64];
		size_t nr = 0;

		for (size_t i = 0; i < r->nr_sites; i++)
			nr += r->sites[i].verdict.is.why &&
			      r->sites[i].verdict.is.name == shown[v].name;
		if (!nr)
			continue;
		snprintf(text, sizeof(text), "%zu %s", nr, verdict__name(shown[v].name));
		fputs("  ", pen->out);
		pen__put(pen, shown[v].style, "%s", text);
		*columns += 2 + pen__width(text);
	}
}

/* " kleak  6.18.5  +1.7m  every 5.0s  214 sites 12.3M  1 LEAK          FROZEN  18:51:56" */
static void put_title(const struct screen_view *view, struct pen *pen)
{
	const struct report *r = &view->shown.report;
	char words[128], now[PEN_NUMBER];
	struct tm tm = {};
	int columns = 6, rest;

	localtime_r(&r->time.tv_sec, &tm);
	strftime(now, sizeof(now), "%H:%M:%S", &tm);
	pen__put(pen, PEN_BOLD, " kleak");
	if (view->width >= 64 && r->kernel) {
		fputs("  ", pen->out);
		columns += 2 + pen__name_cut(pen, PEN_DIM, r->kernel, view->width / 4);
	}
	snprintf(words, sizeof(words), "  +%s", pen__duration(r->elapsed_s).text);
	if (view->width >= 76)
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "  every %s",
			 pen__duration(view->interval_s).text);
	snprintf(words + strlen(words), sizeof(words) - strlen(words), "  %zu site%s %s",
		 r->nr_sites_all, r->nr_sites_all == 1 ? "" : "s",
		 pen__human((double)r->bytes_all, false).text);
	fputs(words, pen->out);
	columns += pen__width(words);
	put_verdicts(r, pen, &columns);
	if (view->frozen) {
		fputs("  ", pen->out);
		pen__put(pen, PEN_YELLOW, "FROZEN");
		columns += 8;
	}
	rest = view->width - columns - pen__width(now) - 1;
	if (rest > 0)
		fprintf(pen->out, "%*s%s", rest, "", now);
	fputc('\n', pen->out);
}

#define SPARKS_FROM 78 /* columns */

static void put_ledger(const struct screen_view *view, struct pen *pen)
{
	const struct report *r = &view->shown.report;

	ledger_text__head(pen, view->width);
	for (size_t i = 0; i < r->nr_ledger; i++) {
		ledger_text__class(pen, &r->ledger[i], true, view->width);
		if (view->width >= SPARKS_FROM && i < SPARKS_CLASSES) {
			fputs("  ", pen->out);
			put_spark(pen, STYLE_CALM, &view->sparks.classes[i],
				  view->width >= 100 ? 32 : 12);
		}
		fputc('\n', pen->out);
	}
}

/* What the ledger does not have: "  MemAvailable -14.1M  MemFree -15.0M ..." */
static void put_memory(const struct report *r, struct pen *pen)
{
	static const enum meminfo_field fields[] = {MEMINFO_MEM_AVAILABLE, MEMINFO_MEM_FREE,
						    MEMINFO_KERNEL_STACK, MEMINFO_PAGE_TABLES};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (r->meminfo_known[fields[i]])
			fprintf(pen->out, "  %s %s", meminfo__name(fields[i]),
				pen__human((double)r->meminfo_delta[fields[i]], true).text);
	fputc('\n', pen->out);
}

static void write_state(const struct screen_view *view, struct pen *pen)
{
	report_text__losses(pen, &view->shown.report);
	report_text__state(pen, &view->shown.report);
}

/* Losses, sampling, overhead, scans: as the text report has them, a bit to the right. */
static void put_state(const struct screen_view *view, const struct pen *pen)
{
	struct view_text state = {};

	if (!view_text__write(&state, view, view->width - 2, write_state))
		for (size_t i = 0; i < state.nr; i++)
			fprintf(pen->out, "  %s\n", state.line[i]);
	view_text__free(&state);
}

void screen_print__head(const struct screen_view *view, struct pen *pen)
{
	const struct report *r = &view->shown.report;

	if (!view->any) {
		pen__put(pen, PEN_BOLD, " kleak");
		fputc('\n', pen->out);
		return;
	}
	put_title(view, pen);
	put_ledger(view, pen);
	put_memory(r, pen);
	put_state(view, pen);
	if (r->note) {
		fputs("  ", pen->out);
		pen__name(pen, PEN_YELLOW, r->note);
		fputc('\n', pen->out);
	}
	fputc('\n', pen->out);
}

/* ---- sites ---- */

/* Columns that there is room for; that of the sort key always is. */
struct columns {
	bool growth, objects, age, verdict;
	int spark, cache;
};

static struct columns columns_of(const struct screen_view *view)
{
	int w = view->width;

	return (struct columns){
		.growth = w >= 50 || view->sort == VIEW_BY_GROWTH,
		.objects = w >= 96 || view->sort == VIEW_BY_OBJECTS,
		.age = w >= 86 || view->sort == VIEW_BY_AGE,
		.verdict = w >= 40 || view->sort == VIEW_BY_VERDICT,
		.spark = w >= 140   ? SPARKS_POINTS
			 : w >= 110 ? 16
			 : w >= 70  ? 8
				    : 0,
		.cache = w >= 130   ? 24
			 : w >= 100 ? 18
			 : w >= 60  ? 13
				    : 0,
	};
}

/* The head of a column; that of the sort key stands out. */
static void put_column(const struct pen *pen, bool key, int width, const char *name)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%s", name, key ? "▼" : "");
	pen__begin(pen, key ? PEN_BOLD : PEN_DIM);
	if (width < 0)
		fprintf(pen->out, "%s%*s", text, -width - pen__width(text), "");
	else
		fprintf(pen->out, "%*s%s", width - pen__width(text), "", text);
	pen__end(pen, key ? PEN_BOLD : PEN_DIM);
}

void screen_print__columns(const struct screen_view *view, struct pen *pen)
{
	struct columns c = columns_of(view);

	put_column(pen, view->sort == VIEW_BY_BYTES, 9, "bytes");
	if (c.growth)
		put_column(pen, view->sort == VIEW_BY_GROWTH, 12, "growth/min");
	if (c.objects)
		put_column(pen, view->sort == VIEW_BY_OBJECTS, 10, "objects");
	if (c.age)
		put_column(pen, view->sort == VIEW_BY_AGE, 7, "age~");
	if (c.spark)
		fprintf(pen->out, "  %*s", c.spark, "");
	fputs("  ", pen->out);
	if (c.verdict)
		put_column(pen, view->sort == VIEW_BY_VERDICT, -9, "verdict");
	if (c.cache)
		put_column(pen, false, -c.cache - 1, view->by_cgroup ? "" : "cache");
	put_column(pen, false, -8, view->by_cgroup ? "charged to" : "function ← its callers");
	fputc('\n', pen->out);
}

#define CALLERS 8 /* more fit nowhere */

void screen_print__functions(const struct report_site *s, size_t first, const struct pen *pen)
{
	if (!s->nr_frames)
		pen__put(pen, PEN_DIM, "(no stack)");
	for (size_t i = first; i < s->nr_frames && i <= first + CALLERS; i++) {
		const struct symbols_frame *f = &s->stack[i];
		const char *style = i > first ? PEN_DIM : PEN_PLAIN;

		if (i > first)
			pen__put(pen, style, " ← ");
		if (f->symbol)
			pen__name(pen, style, f->symbol);
		else
			pen__put(pen, PEN_DIM, "0x%" PRIx64, f->address);
		if (!f->module)
			continue;
		pen__put(pen, style, " [");
		pen__name(pen, style, f->module);
		pen__put(pen, style, "]");
	}
}

void screen_print__row(const struct screen_view *view, const struct view_row *row,
		       const struct pen *pen)
{
	const struct report_site *s = row->site;
	struct columns c = columns_of(view);
	char objects[32];
	int used;

	fputs(view->expand && view->expanded == s->id ? "▾" : " ", pen->out);
	put_cell(pen, PEN_BOLD, 8, pen__human((double)s->bytes, false).text);
	if (c.growth)
		put_cell(pen, PEN_PLAIN, 12, pen__growth(s->growth_bytes_per_min).text);
	snprintf(objects, sizeof(objects), "%" PRIu64, s->objects);
	if (c.objects)
		put_cell(pen, PEN_PLAIN, 10, objects);
	if (c.age)
		put_cell(pen, PEN_PLAIN, 7, pen__duration(s->age_median_s).text);
	if (c.spark) {
		fputs("  ", pen->out);
		put_spark(pen,
			  screen_print__rank(s) >= (int)verdict__suspicion(VERDICT_GROWING)
				  ? style_of(s)
				  : STYLE_CALM,
			  sparks__of(&view->sparks, s->id), (size_t)c.spark);
	}
	fputs("  ", pen->out);
	if (c.verdict)
		put_cell(pen, style_of(s), -9, word_of(s));
	if (c.cache) {
		used = pen__name_cut(pen, PEN_PLAIN, s->cache, c.cache);
		fprintf(pen->out, "%*s", c.cache + 1 - used, "");
	}
	if (row->group)
		pen__put(pen, PEN_BOLD, "%zu sites: ", row->group->nr);
	if (row->cgroup)
		screen_cgroups__name(row->cgroup, pen);
	else
		screen_print__functions(s,
					row->group ? row->group->common.first
						   : headline__alone(s->stack, s->nr_frames).first,
					pen);
	fputc('\n', pen->out);
}

void screen_print__who(const struct report_site *s, const struct pen *pen)
{
	for (size_t i = 0; i < s->nr_who && s->who_times; i++) {
		const struct allocated_by_who *w = &s->who[i];

		fputs(i ? ", " : "          allocated by ", pen->out);
		fputs(w->context, pen->out);
		if (*w->comm) {
			fputc(' ', pen->out);
			pen__name(pen, PEN_PLAIN, w->comm);
		}
		if (w->pid)
			fprintf(pen->out, " (%" PRIu32 ")", w->pid);
		fprintf(pen->out, " %.0f%%", floor((double)w->times / (double)s->who_times * 100));
	}
	if (s->nr_who && s->who_times)
		fputc('\n', pen->out);
}

static void write_site(const struct screen_view *view, struct pen *pen)
{
	report_text__site(pen, screen_view__report(view), view->order[view->expanded_at].site);
}

#define MEMBERS_LISTED 20
#define CACHE_OF_PART  16

void screen_print__part(const struct report_site *s, uint64_t bytes, uint64_t objects,
			const struct pen *pen)
{
	int used;

	fprintf(pen->out, "%18s  %9" PRIu64 "  %-7s  ", pen__human((double)bytes, false).text,
		objects, s->origin);
	used = pen__name_cut(pen, PEN_PLAIN, s->cache, CACHE_OF_PART);
	fprintf(pen->out, "%*s", CACHE_OF_PART + 2 - used, "");
}

/* "    9.1M      37120  slab     kmalloc-256         kleak_leak_kmalloc ← kleak_write" */
static void put_member(const struct report *r, const struct groups_member *m, const struct pen *pen)
{
	const struct report_site *s = &r->sites[m->site];

	screen_print__part(s, s->bytes, s->objects, pen);
	if (m->metadata)
		pen__put(pen, PEN_DIM, "the allocator's own for these");
	else
		screen_print__functions(s, m->headline.first, pen);
	fputc('\n', pen->out);
}

/* The sites of a group, the first of which stands for it above. */
static void put_members(const struct screen_view *view, const struct group *g,
			const struct pen *pen)
{
	pen__put(
		pen, PEN_DIM,
		"          that is the sum of %zu sites with one cause; the stack is of the first:",
		g->nr);
	fputc('\n', pen->out);
	for (size_t i = 0; i < g->nr && i < MEMBERS_LISTED; i++)
		put_member(&view->shown.report, &view->groups.members[g->first + i], pen);
	if (g->nr > MEMBERS_LISTED)
		fprintf(pen->out, "          … and %zu more (/ lists those that it matches)\n",
			g->nr - MEMBERS_LISTED);
	fputc('\n', pen->out);
}

void screen_print__details(const struct screen_view *view, struct pen *pen)
{
	const struct view_row *row = &view->order[view->expanded_at];
	const struct report_site *s = row->site;
	struct view_text site = {};

	if (row->cgroup) {
		screen_cgroups__details(view, row->cgroup, pen);
		return;
	}
	pen__begin(pen, PEN_DIM);
	fprintf(pen->out,
		"          site %016" PRIx64 ": %s, %" PRIu64 " allocated, %" PRIu64
		" freed, %s allocations a second",
		s->id, s->origin, s->allocations, s->frees, pen__rate(s->allocations_per_s).text);
	if (s->pending_objects)
		fprintf(pen->out, ", %" PRIu64 " pending RCU", s->pending_objects);
	if (s->bytes_error > 0)
		fprintf(pen->out, ", ±%s", pen__human(s->bytes_error, false).text);
	pen__end(pen, PEN_DIM);
	fputc('\n', pen->out);
	screen_print__who(s, pen);
	if (!view_text__write(&site, view, view->width, write_site))
		for (size_t i = 1; i < site.nr; i++) /* not its row */
			fprintf(pen->out, "%s\n", site.line[i]);
	view_text__free(&site);
	if (row->group)
		put_members(view, row->group, pen);
}

/* ---- help ---- */

static const char *const help[] = {
	"",
	"  What the kernel's own books grew by since the start, beside what is traced of",
	"  it; below the call paths that allocated it, with their last minutes.",
	"",
	"  ↑ ↓  k j    select a site           b   sort by bytes",
	"  PgUp PgDn   a page                  g   by growth a minute",
	"  Home End    the first, the last     o   by objects",
	"  Enter       stack and evidence      a   by median age",
	"  /           only sites that have    v   by verdict, the worst first",
	"              it in cache, function   < > by the key before, the next one",
	"              or module               s   save the report to a file",
	"  Esc         all sites again         r   scan for unreferenced objects",
	"  f  Space    freeze, go on           x   leave out what scans have found",
	"  c           by cgroup that is       q   quit; prints the last report",
	"              charged, by site again",
	"  Ctrl-L      paint anew",
	"",
	"  LEAK   grows steadily and stays         held   stays, does not grow",
	"  GROWS  a part of that is not proven     cache  the kernel can take it back",
	"  UNREF  nothing refers to some of it     churn  is freed again",
	"  new    watched for too short a time     few    too few objects to tell",
};

#define HELP_LINES (sizeof(help) / sizeof(help[0]))

void screen_print__help(const struct screen_view *view, struct pen *pen)
{
	pen__put(pen, PEN_BOLD, " kleak");
	fputc('\n', pen->out);
	for (int i = 0; i < view->height - 2; i++)
		fprintf(pen->out, "%s\n", i < (int)HELP_LINES ? help[i] : "");
	pen__put(pen, PEN_DIM, " any key goes back");
	fputc('\n', pen->out);
}

/* ---- the last line ---- */

int screen_print__foot(const struct screen_view *view, struct pen *pen)
{
	bool filter = view->mode == VIEW_FILTER;
	int cursor = -1;

	if (filter || view->mode == VIEW_SAVE_AS) {
		const char *question = filter ? " /" : " save as: ";
		const char *typed = filter ? view->filter : view->input;
		int room = view->width - pen__width(question) - 1;

		pen__put(pen, PEN_BOLD, "%s", question);
		cursor = pen__width(question) + pen__name_tail(pen, PEN_PLAIN, typed, room);
		if (*view->message) {
			fputs("  ", pen->out);
			pen__name(pen, PEN_YELLOW, view->message);
		}
	} else if (*view->message) {
		fputc(' ', pen->out);
		pen__name(pen, PEN_YELLOW, view->message);
	} else if (!view->any) {
		pen__put(pen, PEN_DIM, " starting to trace");
	} else if (*view->filter) {
		pen__put(pen, PEN_BOLD, " /");
		pen__name(pen, PEN_BOLD, view->filter);
		fprintf(pen->out, view->by_cgroup ? "  %zu of %zu cgroups" : "  %zu of %zu sites",
			view->nr, view->by_cgroup ? view->cgroups.nr : view->shown.report.nr_sites);
		pen__put(pen, PEN_DIM, "  Esc all  ? help");
	} else {
		pen__put(
			pen, PEN_DIM,
			" ↑↓ select  Enter stack  / filter  < > sort  f %s  s save  ? help  q quit",
			view->frozen ? "go on" : "freeze");
	}
	fputc('\n', pen->out);
	return cursor;
}
