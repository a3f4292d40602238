// SPDX-License-Identifier: GPL-2.0-only
#include "statement_text.h"
#include "pen.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define ITEM  160
#define WIDTH 24 /* of the column of intervals */

static bool is_after(const struct statement *s)
{
	return s->phase == STATEMENT_AFTER;
}

static void put_time(struct pen *pen, const struct statement *s)
{
	char item[ITEM], now[PEN_NUMBER];
	struct tm tm = {};

	localtime_r(&s->time.tv_sec, &tm);
	strftime(now, sizeof(now), "%H:%M:%S", &tm);
	snprintf(item, sizeof(item), "%s%s +%s",
		 s->final && s->phase == STATEMENT_STREAM ? "final statement  " : "", now,
		 pen__duration(s->elapsed_s).text);
	pen__head_begin(pen, s->final ? PEN_BOLD : PEN_PLAIN, item, 2);
}

/* "MemAvailable 20.1G (-12.0M/min, exhausted in 28h)" */
static void put_available(struct pen *pen, const struct statement *s)
{
	const struct series_slope *slope = &s->available.growth;
	char item[2 * ITEM], pace[ITEM] = "";

	if (!s->available_known)
		return;
	if (slope->known && isfinite(s->exhausted_s))
		snprintf(pace, sizeof(pace), " (%s/min, exhausted in %s)",
			 pen__growth(slope->per_s * 60).text, pen__duration(s->exhausted_s).text);
	else if (slope->known)
		snprintf(pace, sizeof(pace), " (does not shrink steadily)");
	snprintf(item, sizeof(item), "MemAvailable %s%s",
		 pen__human((double)s->available.bytes, false).text, pace);
	pen__head_item(pen, "", isfinite(s->exhausted_s) ? PEN_YELLOW : PEN_PLAIN, item);
}

static void put_head(struct pen *pen, const struct statement *s)
{
	char item[ITEM];

	put_time(pen, s);
	snprintf(item, sizeof(item), "MemTotal %s", pen__human((double)s->total_bytes, false).text);
	pen__head_item(pen, "", PEN_PLAIN, item);
	put_available(pen, s);
	pen__head_end(pen);
	fprintf(pen->out,
		"free(1) calls cache: %s (before procps 3.3.10), %s (3.3.10), %s (later)\n",
		pen__human((double)s->free_cache[0], false).text,
		pen__human((double)s->free_cache[1], false).text,
		pen__human((double)s->free_cache[2], false).text);
	if (s->caches_dropped)
		fputs("clean caches were dropped before this reading\n", pen->out);
	if (s->phase == STATEMENT_STREAM)
		return;
	pen__put(pen, PEN_BOLD, "%s ", is_after(s) ? "left behind by" : "before");
	pen__name(pen, PEN_BOLD, s->command ? s->command : "the command");
	fputc('\n', pen->out);
}

/* What has a slope that lies above 0 stands out; what may be still is dim. */
static const char *style_of(const struct series_slope *slope)
{
	if (!slope->known)
		return PEN_PLAIN;
	return slope->low > 0 ? PEN_BOLD : PEN_DIM;
}

/* "  412.1M    +12.0M     +2.1M  (+1.9M to +2.3M)         " */
static void put_amount(const struct pen *pen, const struct statement *s,
		       const struct statement_amount *amount)
{
	const struct series_slope *slope = &amount->growth;
	char interval[ITEM] = "";

	fprintf(pen->out, "%9s", pen__human((double)amount->bytes, false).text);
	if (s->phase == STATEMENT_BEFORE) {
		fputs("  ", pen->out);
		return;
	}
	fprintf(pen->out, " %9s", pen__growth((double)amount->delta_bytes).text);
	if (is_after(s)) {
		fputs("  ", pen->out);
		return;
	}
	if (slope->known && (slope->low != 0 || slope->high != 0))
		snprintf(interval, sizeof(interval), "(%s to %s)",
			 pen__growth(slope->low * 60).text, pen__growth(slope->high * 60).text);
	pen__put(pen, style_of(slope), " %10s  %-*s",
		 slope->known ? pen__growth(slope->per_s * 60).text : "-", WIDTH, interval);
}

static void put_columns(const struct pen *pen, const struct statement *s, const char *rest)
{
	pen__begin(pen, PEN_DIM);
	fprintf(pen->out, "\n%9s", "now");
	if (s->phase != STATEMENT_BEFORE)
		fprintf(pen->out, " %9s", "change");
	if (s->phase == STATEMENT_STREAM)
		fprintf(pen->out, " %10s  %-*s%s", "growth/min", WIDTH, "95% confidence", rest);
	else
		fprintf(pen->out, "  %s", rest);
	pen__end(pen, PEN_DIM);
	fputc('\n', pen->out);
}

static void put_class(const struct pen *pen, const struct statement *s,
		      const struct statement_class *c)
{
	put_amount(pen, s, &c->amount);
	fputs(c->title, pen->out);
	if (c->remark)
		pen__put(pen, PEN_DIM, "  %s", c->remark);
	fputc('\n', pen->out);
}

static void put_classes(const struct pen *pen, const struct statement *s)
{
	bool any = false;

	put_columns(pen, s, "class");
	for (size_t i = 0; i < s->nr_classes; i++)
		if (s->classes[i].known && !s->classes[i].apart)
			put_class(pen, s, &s->classes[i]);
	for (size_t i = 0; i < s->nr_classes; i++)
		any |= s->classes[i].known && s->classes[i].apart;
	if (!any)
		return;
	pen__put(pen, PEN_DIM, "%11s%s", "", "apart from MemTotal");
	fputc('\n', pen->out);
	for (size_t i = 0; i < s->nr_classes; i++)
		if (s->classes[i].known && s->classes[i].apart)
			put_class(pen, s, &s->classes[i]);
}

/* A signed count: "+12", "-3", "0". */
static struct pen_number change(int64_t n)
{
	struct pen_number number;

	snprintf(number.text, sizeof(number.text), n ? "%+" PRId64 : "%" PRId64, n);
	return number;
}

static void put_more(const struct pen *pen, size_t all, size_t shown, const char *what)
{
	if (all > shown)
		fprintf(pen->out, "          … and %zu more %s\n", all - shown, what);
}

/* After a command, only what changed is of interest. */
static bool is_left_out(const struct statement *s, const struct statement_amount *amount,
			int64_t delta)
{
	return is_after(s) && !amount->delta_bytes && !delta;
}

/* "(= a, b, c…)": so much of it as there is room for. */
static void put_aliases(const struct pen *pen, const char *aliases)
{
	const int room = 24;

	if (!aliases[0])
		return;
	pen__begin(pen, PEN_DIM);
	if (pen__width(aliases) <= room) {
		fputs(" (= ", pen->out);
		pen__name(pen, PEN_PLAIN, aliases);
		fputc(')', pen->out);
	} else {
		char some[32];

		snprintf(some, sizeof(some), "%.*s", room - 1, aliases);
		fputs(" (= ", pen->out);
		pen__name(pen, PEN_PLAIN, some);
		fputs("…)", pen->out);
	}
	pen__end(pen, PEN_DIM);
}

static void put_caches(const struct pen *pen, const struct statement *s)
{
	size_t printed = 0;

	if (!s->nr_caches_all)
		return;
	put_columns(pen, s, " objects    change   size  cache");
	for (size_t i = 0; i < s->nr_caches; i++) {
		const struct statement_cache *c = &s->caches[i];

		if (is_left_out(s, &c->amount, c->delta_objects))
			continue;
		put_amount(pen, s, &c->amount);
		fprintf(pen->out, "%8" PRIu64 " %9s %6" PRIu64 "  ", c->active_objects,
			change(c->delta_objects).text, c->object_size);
		pen__name(pen, PEN_PLAIN, c->name);
		if (c->reclaimable == STATEMENT_YES)
			pen__put(pen, PEN_DIM, " reclaimable");
		put_aliases(pen, c->aliases);
		fputc('\n', pen->out);
		printed++;
	}
	if (!printed)
		fputs("          no cache changed\n", pen->out);
	if (!is_after(s))
		put_more(pen, s->nr_caches_all, s->nr_caches, "caches");
}

static void put_callers(const struct pen *pen, const struct statement *s)
{
	size_t printed = 0;

	if (!s->nr_callers_all)
		return;
	put_columns(pen, s, "  areas    change  vmalloc caller");
	for (size_t i = 0; i < s->nr_callers; i++) {
		const struct statement_caller *c = &s->callers[i];

		if (is_left_out(s, &c->amount, c->delta_areas))
			continue;
		put_amount(pen, s, &c->amount);
		fprintf(pen->out, "%7" PRIu64 " %9s  ", c->areas, change(c->delta_areas).text);
		pen__name(pen, PEN_PLAIN, c->name);
		fputc('\n', pen->out);
		printed++;
	}
	if (!printed)
		fputs("          no caller of vmalloc changed\n", pen->out);
	if (!is_after(s))
		put_more(pen, s->nr_callers_all, s->nr_callers, "callers");
}

static void put_lines(const struct pen *pen, const struct statement *s)
{
	if (!s->nr_lines_all)
		return;
	put_columns(pen, s, "  calls    change  line of source");
	for (size_t i = 0; i < s->nr_lines; i++) {
		const struct statement_line *l = &s->lines[i];

		if (is_left_out(s, &l->amount, l->delta_calls))
			continue;
		put_amount(pen, s, &l->amount);
		fprintf(pen->out, "%7" PRIu64 " %9s  ", l->calls, change(l->delta_calls).text);
		pen__name(pen, PEN_PLAIN, l->place);
		fputc(' ', pen->out);
		pen__name(pen, PEN_BOLD, l->function);
		if (l->module) {
			fputs(" [", pen->out);
			pen__name(pen, PEN_PLAIN, l->module);
			fputc(']', pen->out);
		}
		fputc('\n', pen->out);
	}
	if (!is_after(s))
		put_more(pen, s->nr_lines_all, s->nr_lines, "lines");
}

/* Books that only some kernels keep, and what could not be read. */
static void put_sources(const struct pen *pen, const struct statement *s)
{
	if (s->nr_sources + s->nr_unread)
		fputc('\n', pen->out);
	for (size_t i = 0; i < s->nr_sources; i++) {
		const struct statement_source *source = &s->sources[i];

		pen__begin(pen, source->found ? PEN_PLAIN : PEN_DIM);
		fprintf(pen->out, "%-12s %s: ", source->name,
			source->found ? "found" : "not found");
		pen__name(pen, PEN_PLAIN, source->remark ? source->remark : "");
		pen__end(pen, source->found ? PEN_PLAIN : PEN_DIM);
		fputc('\n', pen->out);
	}
	for (size_t i = 0; i < s->nr_unread; i++) {
		pen__put(pen, PEN_YELLOW, "not read: ");
		pen__name(pen, PEN_YELLOW, s->unread[i]);
		fputc('\n', pen->out);
	}
}

int statement_text__print(const struct statement *statement, bool color, FILE *out)
{
	struct pen pen = {.out = out, .color = color};

	put_head(&pen, statement);
	put_classes(&pen, statement);
	if (statement->phase != STATEMENT_BEFORE) {
		put_caches(&pen, statement);
		put_callers(&pen, statement);
		put_lines(&pen, statement);
		put_sources(&pen, statement);
	}
	fputc('\n', out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
