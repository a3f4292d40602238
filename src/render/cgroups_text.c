// SPDX-License-Identifier: GPL-2.0-only
#include "render/cgroups_text.h"
#include "render/near_limit_text.h"
#include "render/pen.h"
#include "render/statement_text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ITEM	 256
#define INDENT	 10
#define WARNINGS 4 /* lines, at most */

/* Columns of the table of cgroups. */
#define USAGE	    "%8s"
#define HELD	    " %8s"
#define CHANGE	    " %8s"
#define GROWTH	    " %10s"
#define LIMIT	    " %8s  "
#define BEFORE_PATH 68 /* columns that these take */

/* ---- near a limit ---- */

static const char *word_of(const struct cgroup_row *row)
{
	return row->growing < CGROUP_CLASSES ? cgroup_class__word(row->growing) : NULL;
}

/* "NEAR LIMIT: reclaimable, 2.1G of 2.2G, OOM in 12m at this pace: /a/b" */
static bool put_warning(const struct pen *pen, const struct cgroup_row *row, bool path)
{
	const char *style = near_limit__warns(&row->near) ? PEN_RED : PEN_YELLOW;
	char text[ITEM];

	if (row->gone ||
	    !near_limit_text__sentence(text, sizeof(text), &row->near, word_of(row), row->max.is))
		return false;
	pen__put(pen, style, "%s%s", text, path ? ": " : "");
	if (path)
		pen__name_tail(pen, style, row->path, PEN_COLUMNS - pen__width(text) - 2);
	fputc('\n', pen->out);
	return true;
}

/* Of the cgroup itself and of those above it; of all, those that are to be warned of. */
static void put_warnings(const struct pen *pen, const struct cgroup_statement *s)
{
	size_t nr = 0;

	for (size_t i = 0; i < s->nr_rows && nr < WARNINGS; i++)
		if (s->one || near_limit__warns(&s->rows[i].near))
			nr += put_warning(pen, &s->rows[i], !s->one || i);
}

/* ---- heads ---- */

static void put_time(struct pen *pen, const struct cgroup_statement *s)
{
	char item[ITEM], now[PEN_NUMBER];
	struct tm tm = {};

	localtime_r(&s->time.tv_sec, &tm);
	strftime(now, sizeof(now), "%H:%M:%S", &tm);
	snprintf(item, sizeof(item), "%s%s +%s", s->final ? "final statement  " : "", now,
		 pen__duration(s->elapsed_s).text);
	pen__head_begin(pen, s->final ? PEN_BOLD : PEN_PLAIN, item, 2);
}

static const char *number(struct cgroup_number n, struct pen_number *text)
{
	if (!n.known)
		return "unknown";
	if (n.is == NEAR_LIMIT_NONE)
		return "none";
	*text = pen__human((double)n.is, false);
	return text->text;
}

static void put_item(struct pen *pen, const char *name, struct cgroup_number n)
{
	struct pen_number text;
	char item[ITEM];

	snprintf(item, sizeof(item), "%s %s", name, number(n, &text));
	pen__head_item(pen, "", PEN_PLAIN, item);
}

static void put_note(const struct pen *pen, const char *style, const char *text)
{
	pen__put(pen, style, "%s", text);
	fputc('\n', pen->out);
}

/* What holds for the whole statement. */
static void put_notes(const struct pen *pen, const struct cgroup_statement *s)
{
	char text[ITEM];

	if (s->caches_dropped)
		put_note(pen, PEN_PLAIN, "clean caches were dropped before this reading");
	if (s->cut_off)
		put_note(pen, PEN_DIM,
			 "seen from inside a container: limits of cgroups above the mount's root "
			 "are not known");
	if (s->unread) {
		snprintf(text, sizeof(text), "not read: %" PRIu64 " cgroup%s", s->unread,
			 s->unread == 1 ? "" : "s");
		put_note(pen, PEN_YELLOW, text);
	}
	if (s->left_out) {
		snprintf(text, sizeof(text), "left out: %" PRIu64 " cgroups at least, too many",
			 s->left_out);
		put_note(pen, PEN_YELLOW, text);
	}
	if (s->odd) {
		snprintf(text, sizeof(text), "not understood: %" PRIu64 " lines of their books",
			 s->odd);
		put_note(pen, PEN_YELLOW, text);
	}
}

/* ---- one cgroup ---- */

/* "events since the start: max +3, oom 0, oom_kill 0" */
static void put_events(struct pen *pen, const struct cgroup_row *row)
{
	bool any = false;

	pen__head_begin(pen, PEN_PLAIN, "events since the start:", 1);
	for (int i = 0; i < MEMORY_EVENTS; i++) {
		const struct cgroup_event *event = &row->events[i];
		char item[ITEM];

		if (!event->known)
			continue;
		snprintf(item, sizeof(item), event->delta ? "%s %+" PRId64 : "%s %" PRId64,
			 memory_event__name(i), event->delta);
		pen__head_item(pen, any ? "," : "", event->delta > 0 ? PEN_BOLD : PEN_PLAIN, item);
		any = true;
	}
	if (!any)
		pen__head_item(pen, "", PEN_PLAIN, "not told");
	pen__head_end(pen);
}

/* "the limit that is reached first: 2.0G of /a, 300.0M away" */
static void put_limit(const struct pen *pen, const struct cgroup_row *row)
{
	if (!row->limit.known)
		return;
	fprintf(pen->out, "the limit that is reached first: %s of ",
		pen__human((double)row->limit.is, false).text);
	if (row->limit_of)
		pen__name_tail(pen, PEN_PLAIN, row->limit_of, PEN_COLUMNS / 2);
	else
		fputs("a cgroup that is not seen from here", pen->out);
	if (row->limit_of)
		fprintf(pen->out, ", %s away", pen__human((double)row->limit_room, false).text);
	fputc('\n', pen->out);
}

static void put_one_head(struct pen *pen, const struct cgroup_statement *s,
			 const struct cgroup_row *row)
{
	const struct pen_named name = {"cgroup ", row->path, s->v1 ? " (v1)" : ""};

	put_time(pen, s);
	pen__head_named(pen, "", PEN_BOLD, &name);
	put_item(pen, "usage", row->usage);
	put_item(pen, "limit", row->max);
	if (row->high.known && row->high.is != NEAR_LIMIT_NONE)
		put_item(pen, "high", row->high);
	if (row->dying.known && row->dying.is)
		put_item(pen, "removed and still held below:", row->dying);
	pen__head_end(pen);
	if (row->gone)
		put_note(pen, PEN_YELLOW, "it was removed: these are its last books");
	put_limit(pen, row);
	put_events(pen, row);
}

static void put_one(struct pen *pen, const struct cgroup_statement *s)
{
	const struct cgroup_row *row = &s->rows[0];
	const struct statement classes = {
		.elapsed_s = s->elapsed_s,
		.phase = STATEMENT_STREAM,
		.first = s->first,
		.all = s->all,
		.classes = row->classes,
		.nr_classes = row->classes ? CGROUP_CLASSES : 0,
	};

	statement_text__answer(pen, &classes);
	put_one_head(pen, s, row);
	put_notes(pen, s);
	statement_text__classes(pen, &classes);
}

/* ---- a table of them ---- */

static const char *style_of(const struct cgroup_amount *amount)
{
	const struct growth_slope *slope = &amount->is.growth;

	if (!amount->known || !slope->known || slope->high < 0)
		return PEN_PLAIN;
	return slope->low > 0 ? PEN_BOLD : PEN_DIM;
}

static void put_growth(const struct pen *pen, const struct cgroup_amount *amount)
{
	const struct growth_slope *slope = &amount->is.growth;

	pen__put(pen, style_of(amount), GROWTH,
		 amount->known && slope->known ? pen__growth(slope->per_s * 60).text : "-");
}

static struct pen_number bytes_of(const struct cgroup_amount *amount)
{
	return amount->known ? pen__human((double)amount->is.bytes, false)
			     : (struct pen_number){"-"};
}

static void put_row(const struct pen *pen, const struct cgroup_row *row)
{
	struct pen_number usage = {"-"}, limit = {"-"};
	int room = PEN_COLUMNS - BEFORE_PATH;

	if (row->usage.known)
		usage = pen__human((double)row->usage.is, false);
	if (row->limit.known)
		limit = pen__human((double)row->limit.is, false);
	fprintf(pen->out, USAGE HELD CHANGE, usage.text, bytes_of(&row->held).text,
		row->held.known ? pen__growth((double)row->held.is.delta_bytes).text : "-");
	put_growth(pen, &row->held);
	fprintf(pen->out, HELD, bytes_of(&row->kernel).text);
	put_growth(pen, &row->kernel);
	fprintf(pen->out, LIMIT, limit.text);
	room -= pen__name_tail(pen, near_limit__warns(&row->near) ? PEN_RED : PEN_PLAIN, row->path,
			       room);
	if (row->came && room > pen__width(" new"))
		pen__put(pen, PEN_DIM, " new");
	if (row->gone && room > pen__width(" removed"))
		pen__put(pen, PEN_DIM, " removed");
	fputc('\n', pen->out);
}

static bool is_folded(const struct cgroup_statement *s, const struct cgroup_row *row)
{
	const struct statement_amount *held = &row->held.is, *kernel = &row->kernel.is;

	return !s->all && !s->first && !s->one && !row->came && !near_limit__warns(&row->near) &&
	       !held->delta_bytes && !kernel->delta_bytes;
}

static void put_table_head(const struct pen *pen, const char *rest)
{
	fputc('\n', pen->out);
	pen__begin(pen, PEN_DIM);
	fprintf(pen->out, USAGE HELD CHANGE GROWTH HELD GROWTH LIMIT "%s", "usage", "held",
		"change", "growth/min", "kernel", "growth/min", "limit", rest);
	pen__end(pen, PEN_DIM);
	fputc('\n', pen->out);
}

static void put_more(const struct pen *pen, const struct cgroup_statement *s, size_t folded)
{
	if (folded) {
		pen__put(pen, PEN_DIM, "%*s… and %zu that did not change (-a)", INDENT, "", folded);
		fputc('\n', pen->out);
	}
	if (s->nr_rows_all > s->nr_rows)
		fprintf(pen->out, "%*s… and %zu more (--top)\n", INDENT, "",
			s->nr_rows_all - s->nr_rows);
}

static void put_table(const struct pen *pen, const struct cgroup_statement *s, size_t first,
		      const char *head)
{
	size_t folded = 0;

	if (first >= s->nr_rows)
		return;
	put_table_head(pen, head);
	for (size_t i = first; i < s->nr_rows; i++) {
		if (is_folded(s, &s->rows[i]))
			folded++;
		else
			put_row(pen, &s->rows[i]);
	}
	put_more(pen, s, folded);
}

/* The oldest of what is shown. */
static double oldest(const struct cgroup_statement *s)
{
	double age_s = 0;

	for (size_t i = 0; i < s->nr_rows; i++)
		if (s->rows[i].age_s > age_s)
			age_s = s->rows[i].age_s;
	return age_s;
}

static void put_all_head(struct pen *pen, const struct cgroup_statement *s)
{
	char item[ITEM];

	put_time(pen, s);
	snprintf(item, sizeof(item), "%zu cgroups%s", s->nr_rows_all, s->v1 ? " (v1)" : "");
	pen__head_item(pen, "", PEN_PLAIN, item);
	snprintf(item, sizeof(item), "since the start %" PRIu64 " came, %" PRIu64 " went", s->came,
		 s->gone);
	if (s->came || s->gone)
		pen__head_item(pen, "", PEN_PLAIN, item);
	snprintf(item, sizeof(item), "all but usage is up to %s old: some are read at a time",
		 pen__duration(oldest(s)).text);
	if (oldest(s) > 0)
		pen__head_item(pen, "", PEN_DIM, item);
	pen__head_end(pen);
}

int cgroups_text__print(const struct cgroup_statement *statement, bool color, FILE *out)
{
	struct pen pen = {.out = out, .color = color};

	put_warnings(&pen, statement);
	if (statement->one && statement->nr_rows) {
		put_one(&pen, statement);
		put_table(&pen, statement, 1, "above it");
	} else {
		put_all_head(&pen, statement);
		put_notes(&pen, statement);
		put_table(&pen, statement, 0, "cgroup");
	}
	fputc('\n', out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
