// SPDX-License-Identifier: GPL-2.0-only
#include "render/suspects_text.h"
#include "render/charged_text.h"
#include "report/by_design.h"
#include "report/headline.h"

#include <inttypes.h>
#include <string.h>

#define ITEM	    256
#define NAMED	    3 /* of the sites that leak */
#define WORD	    6 /* columns */
#define CACHE	    16
#define LEAST_CACHE 8
#define GAP	    2 /* behind it */
#define LEAST_STACK 20
#define MARGIN	    2 /* of an answer that is folded */

/* ---- the answer ---- */

static uint64_t count(const struct report *r, enum verdict_name name)
{
	return r->verdicts[name].sites;
}

/* The first item begins the line. */
static void put_item(struct pen *pen, const char *style, const char *item)
{
	if (pen->gap)
		pen__head_item(pen, " ·", style, item);
	else
		pen__head_begin(pen, style, item, 1);
	pen->margin = MARGIN;
}

/* The function that heads a site's stack; NULL: it has no name, or there is no stack. */
static const char *head_of(const struct report_site *s)
{
	return s->nr_frames ? s->stack[headline__alone(s->stack, s->nr_frames).first].symbol : NULL;
}

static bool is_among(const char *const *names, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* "3 leaks, +297.0K/min: newque, foo_init": each function once, however many sites it heads */
static void put_leaks(struct pen *pen, const struct report *r)
{
	const struct report_verdict *leaks = &r->verdicts[VERDICT_LEAK];
	const char *names[NAMED];
	char item[ITEM];
	size_t named = 0;

	if (!leaks->sites)
		return;
	snprintf(item, sizeof(item), "%" PRIu64 " leak%s, %s/min", leaks->sites,
		 leaks->sites == 1 ? "" : "s", pen__growth(leaks->growth_bytes_per_min).text);
	put_item(pen, PEN_RED, item);
	for (size_t i = 0; i < r->nr_sites && named < NAMED; i++) {
		const struct report_site *s = &r->sites[i];
		const char *name = s->verdict.is.name == VERDICT_LEAK ? head_of(s) : NULL;

		if (!name || is_among(names, named, name))
			continue;
		fputs(named ? ", " : ": ", pen->out);
		names[named++] = name;
		pen__name(pen, PEN_BOLD, name);
		pen->column += 2 + pen__name_width(name);
	}
}

/* Of a command: what it left, but for what is only counted. */
struct left {
	uint64_t sites, objects, bytes;
	uint64_t design_sites, design_bytes; /* kept by design, and folded */
};

static bool is_kept_by_design(const struct report *r, const struct report_site *site)
{
	return r->by_suspicion && !r->all_listed && r->filter.command && !site->unreferenced &&
	       by_design__why(site);
}

static struct left left_of(const struct report *r)
{
	struct left left = {};

	for (int name = 0; name < VERDICTS; name++) {
		if (name == VERDICT_CACHE || name == VERDICT_CHURN)
			continue;
		left.sites += r->verdicts[name].sites;
		left.objects += r->verdicts[name].objects;
		left.bytes += r->verdicts[name].bytes;
	}
	for (size_t i = 0; i < r->nr_sites; i++) {
		const struct report_site *s = &r->sites[i];

		if (s->verdict.is.name == VERDICT_CACHE || s->verdict.is.name == VERDICT_CHURN ||
		    !is_kept_by_design(r, s))
			continue;
		left.design_sites++;
		left.design_bytes += s->bytes;
		left.sites--;
		left.objects -= s->objects;
		left.bytes -= s->bytes;
	}
	return left;
}

/* "left behind: 400 objects, 100.0K at 2 sites" */
static void put_left(struct pen *pen, const struct left *left)
{
	char item[ITEM];

	if (!left->sites)
		return;
	snprintf(item, sizeof(item), "left behind: %" PRIu64 " object%s, %s at %" PRIu64 " site%s",
		 left->objects, left->objects == 1 ? "" : "s",
		 pen__human((double)left->bytes, false).text, left->sites,
		 left->sites == 1 ? "" : "s");
	put_item(pen, PEN_BOLD, item);
}

static void put_by_design(struct pen *pen, const struct left *left)
{
	char item[ITEM];

	if (!left->design_sites)
		return;
	snprintf(item, sizeof(item), "%" PRIu64 " by design %s (folded)", left->design_sites,
		 pen__human((double)left->design_bytes, false).text);
	put_item(pen, PEN_DIM, item);
}

/* "6 held", if there are any. */
static void put_count(struct pen *pen, const char *style, uint64_t n, const char *what)
{
	char item[ITEM];

	if (!n)
		return;
	snprintf(item, sizeof(item), "%" PRIu64 " %s", n, what);
	put_item(pen, style, item);
}

/* "181 cache 139.0M", and whether they are listed. */
static void put_class(struct pen *pen, const struct report *r, enum verdict_name name,
		      const char *what)
{
	const struct report_verdict *class = &r->verdicts[name];
	char item[ITEM];

	if (!class->sites)
		return;
	snprintf(item, sizeof(item), "%" PRIu64 " %s %s%s", class->sites, what,
		 pen__human((double)class->bytes, false).text,
		 r->by_suspicion && !r->all_listed ? " (folded)" : "");
	put_item(pen, PEN_DIM, item);
}

/* How sure what is left over is. */
static void put_undecided(struct pen *pen, const struct report *r)
{
	uint64_t told = 0;

	for (int name = 0; name < VERDICTS; name++)
		if (name != VERDICT_NEW)
			told += count(r, name);
	put_count(pen, PEN_PLAIN, count(r, VERDICT_NEW), told ? "new" : "new: too early to tell");
	put_count(pen, PEN_PLAIN, count(r, VERDICT_INSUFFICIENT), "too few to tell");
	put_count(pen, PEN_PLAIN, count(r, VERDICT_HELD), "held");
}

void suspects_text__answer(struct pen *pen, const struct report *r)
{
	bool of_command = r->filter.command;
	struct left left = {};

	if (!r->verdicts_known || (!r->nr_sites_all && !of_command))
		return;
	pen->gap = 0;
	if (of_command)
		left = left_of(r);
	put_left(pen, &left);
	put_leaks(pen, r);
	put_count(pen, PEN_YELLOW, count(r, VERDICT_GROWING), "growing");
	if (!of_command)
		put_undecided(pen, r);
	put_class(pen, r, VERDICT_CACHE, "cache");
	put_class(pen, r, VERDICT_CHURN, "churn");
	put_by_design(pen, &left);
	if (of_command && !left.sites)
		put_item(pen, PEN_PLAIN,
			 pen->gap ? "nothing else is left behind" : "nothing is left behind");
	pen__head_end(pen);
}

/* ---- the rows ---- */

bool suspects_text__is_folded(const struct report *r, const struct report_site *site)
{
	if (is_kept_by_design(r, site))
		return true;
	return r->by_suspicion && !r->all_listed && !site->unreferenced && site->verdict.is.why &&
	       (site->verdict.is.name == VERDICT_CACHE || site->verdict.is.name == VERDICT_CHURN);
}

static const char *word_of(const struct report_site *s)
{
	if (s->unreferenced)
		return "UNREF";
	return s->verdict.is.why ? verdict__word(s->verdict.is.name) : "";
}

static const char *style_of(const struct report_site *s)
{
	if (s->unreferenced || s->verdict.is.name == VERDICT_LEAK)
		return PEN_RED;
	return s->verdict.is.name == VERDICT_GROWING ? PEN_YELLOW : PEN_PLAIN;
}

/* "newque ← ipcget ← ksys_msgget", in `room` columns. */
static void put_headline(const struct pen *pen, const struct report_site *s, int room)
{
	size_t first = headline__alone(s->stack, s->nr_frames).first, end = s->nr_frames;

	if (first < end && !s->stack[first].symbol)
		first = 0; /* what comes before has a name at least */
	for (size_t i = first; i < end && i < first + HEADLINE_FRAMES; i++) {
		char address[PEN_NUMBER];
		const char *symbol = s->stack[i].symbol;
		int arrow = i > first ? 3 : 0;

		if (!symbol) {
			snprintf(address, sizeof(address), "0x%" PRIx64, s->stack[i].address);
			symbol = address;
		}
		if (room < arrow + 2 || (i > first && room < arrow + pen__name_width(symbol)))
			break;
		if (arrow)
			fputs(" ← ", pen->out);
		room -= arrow +
			pen__name_cut(pen, i > first ? PEN_PLAIN : PEN_BOLD, symbol, room - arrow);
	}
	if (!s->nr_frames)
		fputs("(no stack)", pen->out);
}

/* How wide what stands in a row is. */
struct row {
	int bytes, growth, objects, age; /* numbers, with the blanks before them */
	int cache;			 /* which a narrow terminal cuts */
	int stack;
};

static struct row row_of(const struct pen *pen)
{
	static const struct row wide = {.bytes = 10, .growth = 12, .objects = 11, .age = 8};
	static const struct row narrow = {.bytes = 8, .growth = 11, .objects = 9, .age = 6};
	struct row row = pen__columns(pen) < PEN_COLUMNS ? narrow : wide;
	int room =
		pen__columns(pen) - WORD - row.bytes - row.growth - row.objects - row.age - 2 * GAP;

	row.cache = room - LEAST_STACK;
	if (row.cache > CACHE)
		row.cache = CACHE;
	if (row.cache < LEAST_CACHE)
		row.cache = LEAST_CACHE;
	row.stack = room - row.cache;
	if (row.stack < LEAST_STACK)
		row.stack = LEAST_STACK;
	return row;
}

/* "LEAK     297.0K     +297.0K       5000    1.2m  kmalloc-256       newque ← ipcget" */
static void put_row(const struct pen *pen, const struct report *r, const struct report_site *s)
{
	struct row row = row_of(pen);
	struct pen_number objects;
	int width;

	snprintf(objects.text, sizeof(objects.text), "%" PRIu64, s->objects);
	pen__put(pen, style_of(s), "%-*s", WORD, word_of(s));
	fprintf(pen->out, "%*s%*s%*s%*s%*s", row.bytes, pen__human((double)s->bytes, false).text,
		row.growth, pen__growth(s->growth_bytes_per_min).text, row.objects, objects.text,
		row.age, pen__duration(s->age_median_s).text, GAP, "");
	width = pen__name_cut(pen, PEN_PLAIN, s->cache, row.cache);
	fprintf(pen->out, "%*s", row.cache - width + GAP, "");
	put_headline(pen, s, row.stack);
	fputc('\n', pen->out);
	charged_text__site(pen, r, s, WORD);
}

/* What is neither listed nor folded. */
static void put_rest(const struct pen *pen, const struct report *r, uint64_t listed)
{
	uint64_t all = r->nr_sites_all, folded = 0;

	if (r->verdicts_known && r->by_suspicion && !r->all_listed)
		folded =
			count(r, VERDICT_CACHE) + count(r, VERDICT_CHURN) + left_of(r).design_sites;
	if (all > listed + folded)
		fprintf(pen->out, "… and %" PRIu64 " more (--top 0 lists all)\n",
			all - listed - folded);
}

void suspects_text__rows(const struct pen *pen, const struct report *r)
{
	struct row row = row_of(pen);
	uint64_t listed = 0;

	for (size_t i = 0; i < r->nr_sites; i++) {
		if (suspects_text__is_folded(r, &r->sites[i]))
			continue;
		if (!listed++) {
			pen__put(pen, PEN_DIM, "%*s%*s%*s%*s%*s%*s%-*s%*s%s", WORD, "", row.bytes,
				 "bytes", row.growth, "growth/min", row.objects, "objects", row.age,
				 "age~", GAP, "", row.cache, "cache", GAP, "", "allocated at");
			fputc('\n', pen->out);
		}
		put_row(pen, r, &r->sites[i]);
	}
	put_rest(pen, r, listed);
}
