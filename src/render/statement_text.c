// SPDX-License-Identifier: GPL-2.0-only
#include "render/statement_text.h"
#include "render/pen.h"
#include "util/best.h"
#include "util/order.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ITEM	     160
#define CLASSES_MOST 32

/* Widths of the columns. */
#define NOW	 "%8s"
#define CHANGE	 " %8s"
#define GROWTH	 " %10s"
#define INTERVAL "%-24s"
#define INDENT	 10 /* of what is said between rows */

#define UNREAD "not read: "

static bool is_after(const struct statement *s)
{
	return s->phase == STATEMENT_AFTER;
}

static bool grows(const struct statement_amount *amount)
{
	return amount->growth.known && amount->growth.low > 0;
}

static bool can_have_changed(const struct statement *s)
{
	return !s->first && s->phase != STATEMENT_BEFORE;
}

/* What did not change is only counted; where nothing can have changed yet, what is nothing. */
static bool is_folded(const struct statement *s, const struct statement_amount *amount,
		      int64_t delta)
{
	if (s->all || grows(amount) || amount->delta_bytes || delta)
		return false;
	return can_have_changed(s) || !amount->bytes;
}

/* "          … and 7 that did not change (-a)" */
static void put_folded(const struct pen *pen, const struct statement *s, size_t folded)
{
	if (!folded)
		return;
	pen__put(pen, PEN_DIM, "%*s… and %zu %s (-a)", INDENT, "", folded,
		 can_have_changed(s) ? "that did not change" : "of nothing");
	fputc('\n', pen->out);
}

/* ---- the answer ---- */

#define ANSWERS 4 /* things that grow, at most */

/* Something that may grow. */
struct thing {
	const char *of, *name;
	const struct statement_amount *amount;
};

/* Those that grow fastest. */
struct growing {
	struct thing list[ANSWERS];
	size_t nr;   /* listed */
	bool others; /* more than these */
};

static bool is_faster(const void *a, const void *b)
{
	const struct thing *x = a, *y = b;

	return x->amount->growth.per_s > y->amount->growth.per_s;
}

static void add_growing(struct growing *growing, struct thing thing)
{
	if (!grows(thing.amount))
		return;
	growing->others |= growing->nr == ANSWERS;
	best__keep(growing->list, &growing->nr, ANSWERS, sizeof(thing), &thing, is_faster);
}

static struct growing find_growing(const struct statement *s)
{
	struct growing growing = {};

	for (size_t i = 0; i < s->nr_classes; i++)
		if (s->classes[i].known && !statement__is_free(&s->classes[i]))
			add_growing(&growing,
				    (struct thing){"", s->classes[i].title, &s->classes[i].amount});
	for (size_t i = 0; i < s->nr_caches; i++)
		add_growing(&growing,
			    (struct thing){"cache ", s->caches[i].name, &s->caches[i].amount});
	for (size_t i = 0; i < s->nr_callers; i++)
		add_growing(&growing, (struct thing){"vmalloc by ", s->callers[i].name,
						     &s->callers[i].amount});
	return growing;
}

/* "grows steadily: slab, unreclaimable +1.9M/min, cache kmalloc-512 +1.9M/min" */
static void put_answer(struct pen *pen, const struct statement *s)
{
	const struct growing growing = find_growing(s);
	bool known = false;

	if (s->phase != STATEMENT_STREAM)
		return;
	for (size_t i = 0; i < s->nr_classes; i++)
		known |= s->classes[i].amount.growth.known;
	pen__head_begin(pen, PEN_PLAIN, known ? "grows steadily:" : "too early to tell what grows",
			1);
	for (size_t i = 0; i < growing.nr; i++) {
		const struct thing *thing = &growing.list[i];
		char pace[2 * PEN_NUMBER];
		const struct pen_named item = {thing->of, thing->name, pace};

		snprintf(pace, sizeof(pace), " %s/min%s",
			 pen__growth(thing->amount->growth.per_s * 60).text,
			 i + 1 == growing.nr && growing.others ? ", …" : "");
		pen__head_named(pen, i ? "," : "", PEN_BOLD, &item);
	}
	if (known && !growing.nr)
		pen__head_item(pen, "", PEN_PLAIN, "nothing for certain (95% confidence)");
	pen__head_end(pen);
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
	const struct growth_slope *slope = &s->available.growth;
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
	pen__head_item(pen, "", slope->known && isfinite(s->exhausted_s) ? PEN_YELLOW : PEN_PLAIN,
		       item);
}

/* "before CMD", "CMD left behind (change since before it)" */
static void put_command(const struct pen *pen, const struct statement *s)
{
	const char *command = s->command ? s->command : "the command";
	static const char before[] = "before ";
	static const char behind[] = " left behind (change since before it)";

	if (s->phase == STATEMENT_STREAM)
		return;
	pen__begin(pen, PEN_BOLD);
	if (is_after(s)) {
		pen__name_cut(pen, PEN_PLAIN, command, PEN_COLUMNS - pen__width(behind));
		fputs(behind, pen->out);
	} else {
		fputs(before, pen->out);
		pen__name_cut(pen, PEN_PLAIN, command, PEN_COLUMNS - pen__width(before));
	}
	pen__end(pen, PEN_BOLD);
	fputc('\n', pen->out);
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
	put_command(pen, s);
}

/* What grows for certain stands out; what may be still is dim. */
static const char *style_of(const struct growth_slope *slope)
{
	if (!slope->known || slope->high < 0)
		return PEN_PLAIN;
	return slope->low > 0 ? PEN_BOLD : PEN_DIM;
}

/*
 * "  412.0M   +12.0M      +1.9M  "; no number here is wider than its column.
 * Returns the columns taken.
 */
static int put_amount(const struct pen *pen, const struct statement *s,
		      const struct statement_amount *amount)
{
	const struct growth_slope *slope = &amount->growth;
	char cells[ITEM];
	int columns;

	columns =
		snprintf(cells, sizeof(cells), NOW, pen__human((double)amount->bytes, false).text);
	if (s->phase != STATEMENT_BEFORE)
		columns += snprintf(cells + columns, sizeof(cells) - columns, CHANGE,
				    pen__growth((double)amount->delta_bytes).text);
	fputs(cells, pen->out);
	if (s->phase == STATEMENT_STREAM) {
		columns += snprintf(cells, sizeof(cells), GROWTH,
				    slope->known ? pen__growth(slope->per_s * 60).text : "-");
		pen__put(pen, style_of(slope), "%s", cells);
	}
	fputs("  ", pen->out);
	return columns + 2;
}

/* "(+1.8M to +2.2M)        " */
static int put_interval(const struct pen *pen, const struct statement *s,
			const struct growth_slope *slope)
{
	char interval[ITEM] = "", cell[ITEM];
	int columns;

	if (s->phase != STATEMENT_STREAM)
		return 0;
	if (slope->known && (slope->low != 0 || slope->high != 0))
		snprintf(interval, sizeof(interval), "(%s to %s)",
			 pen__growth(slope->low * 60).text, pen__growth(slope->high * 60).text);
	columns = snprintf(cell, sizeof(cell), INTERVAL, interval);
	pen__put(pen, style_of(slope), "%s", cell);
	return columns;
}

/* The head of the columns, after an empty line. */
static void put_columns(const struct pen *pen, const struct statement *s, bool interval,
			const char *rest)
{
	fputc('\n', pen->out);
	pen__begin(pen, PEN_DIM);
	fprintf(pen->out, NOW, "now");
	if (s->phase != STATEMENT_BEFORE)
		fprintf(pen->out, CHANGE, "change");
	if (s->phase == STATEMENT_STREAM)
		fprintf(pen->out, GROWTH, "growth/min");
	fputs("  ", pen->out);
	if (s->phase == STATEMENT_STREAM && interval)
		fprintf(pen->out, INTERVAL, "95% confidence");
	fputs(rest, pen->out);
	pen__end(pen, PEN_DIM);
	fputc('\n', pen->out);
}

static void put_class(const struct pen *pen, const struct statement *s,
		      const struct statement_class *c)
{
	int column = put_amount(pen, s, &c->amount);

	column += put_interval(pen, s, &c->amount.growth);
	column += pen__name_cut(pen, PEN_PLAIN, c->title, PEN_COLUMNS - column);
	if (c->remark && column + 2 < PEN_COLUMNS) {
		fputs("  ", pen->out);
		pen__name_cut(pen, PEN_DIM, c->remark, PEN_COLUMNS - column - 2);
	}
	fputc('\n', pen->out);
}

struct class_row {
	const struct statement_class *class;
};

/* What grows steadily, then what changed most; as they are where all is listed. */
static int by_change(const void *a, const void *b)
{
	const struct statement_class *x = ((const struct class_row *)a)->class;
	const struct statement_class *y = ((const struct class_row *)b)->class;
	bool x_grows = grows(&x->amount) && !statement__is_free(x);
	bool y_grows = grows(&y->amount) && !statement__is_free(y);

	if (x_grows && y_grows)
		return ORDER_DOWN(x->amount.growth.per_s, y->amount.growth.per_s);
	return ORDER_DOWN(x_grows, y_grows) ?:
	       ORDER_DOWN(llabs(x->amount.delta_bytes), llabs(y->amount.delta_bytes)) ?:
	       ORDER_UP(x, y);
}

/* Those that are part of MemTotal, or those that are not.  How many were folded. */
static size_t put_some_classes(const struct pen *pen, const struct statement *s, bool apart)
{
	struct class_row list[CLASSES_MOST];
	size_t nr = 0, folded = 0;

	for (size_t i = 0; i < s->nr_classes && nr < CLASSES_MOST; i++)
		if (s->classes[i].known && s->classes[i].apart == apart)
			list[nr++].class = &s->classes[i];
	if (!nr)
		return 0;
	if (!s->all && !s->first)
		qsort(list, nr, sizeof(*list), by_change);
	for (size_t i = 0; i < nr; i++)
		folded += is_folded(s, &list[i].class->amount, 0);
	if (apart && folded < nr) {
		pen__put(pen, PEN_DIM, "%*s%s", INDENT, "", "apart from MemTotal");
		fputc('\n', pen->out);
	}
	for (size_t i = 0; i < nr; i++)
		if (!is_folded(s, &list[i].class->amount, 0))
			put_class(pen, s, list[i].class);
	return folded;
}

static void put_classes(const struct pen *pen, const struct statement *s)
{
	size_t folded;

	put_columns(pen, s, true, "class");
	folded = put_some_classes(pen, s, false);
	folded += put_some_classes(pen, s, true);
	put_folded(pen, s, folded);
}

/* A signed count: "+12", "-3", "0". */
static struct pen_number change(int64_t n)
{
	struct pen_number number;

	snprintf(number.text, sizeof(number.text), n ? "%+" PRId64 : "%" PRId64, n);
	return number;
}

/* What --top cut off, and what did not change. */
static void put_more(const struct pen *pen, const struct statement *s, size_t all, size_t listed,
		     size_t folded, const char *what)
{
	size_t more = all > listed ? all - listed : 0;

	put_folded(pen, s, folded);
	if (more)
		fprintf(pen->out, "%*s… and %zu more %s%s%s (--top)\n", INDENT, "", more, what,
			more == 1 ? "" : "s", is_after(s) ? ", changed or not" : "");
}

/* A sentence from `column` on, folded at blanks; further lines start there too. */
static void put_sentence(const struct pen *pen, const char *style, const char *s, int column)
{
	int margin = column;

	pen__begin(pen, style);
	while (*s) {
		char word[5 * PEN_COLUMNS]; /* more than a line's: what is longer is cut */
		size_t length = strcspn(s, " ");

		snprintf(word, sizeof(word), "%.*s",
			 (int)(length < sizeof(word) ? length : sizeof(word) - 1), s);
		if (column > margin && column + 1 + pen__name_width(word) > PEN_COLUMNS) {
			pen__end(pen, style);
			fprintf(pen->out, "\n%*s", margin, "");
			pen__begin(pen, style);
			column = margin;
		} else if (column > margin) {
			fputc(' ', pen->out);
			column++;
		}
		column += pen__name_cut(pen, PEN_PLAIN, word, PEN_COLUMNS - column);
		s += length;
		s += strspn(s, " ");
	}
	pen__end(pen, style);
	fputc('\n', pen->out);
}

/* "dentry reclaimable (= a, b)" */
static void put_cache(const struct pen *pen, const struct statement_cache *c, int room)
{
	static const char reclaimable[] = " reclaimable";
	int word = c->reclaimable == STATEMENT_YES ? pen__width(reclaimable) : 0;

	if (word >= room)
		word = 0;
	room -= pen__name_cut(pen, PEN_PLAIN, c->name, room - word) + word;
	if (word)
		pen__put(pen, PEN_DIM, reclaimable);
	pen__aliases(pen, c->aliases, room);
	fputc('\n', pen->out);
}

static void put_caches(const struct pen *pen, const struct statement *s)
{
	size_t printed = 0;

	if (!s->nr_caches_all)
		return;
	put_columns(pen, s, false, " objects    change   size  cache");
	for (size_t i = 0; i < s->nr_caches; i++) {
		const struct statement_cache *c = &s->caches[i];
		char cells[ITEM];
		int column;

		if (is_folded(s, &c->amount, c->delta_objects))
			continue;
		snprintf(cells, sizeof(cells), "%8" PRIu64 " %9s %6" PRIu64 "  ", c->active_objects,
			 change(c->delta_objects).text, c->object_size);
		column = put_amount(pen, s, &c->amount) + pen__width(cells);
		fputs(cells, pen->out);
		put_cache(pen, c, PEN_COLUMNS - column);
		printed++;
	}
	put_more(pen, s, s->nr_caches_all, s->nr_caches, s->nr_caches - printed, "cache");
	/* mm/slub.c, get_slabinfo(): only what is free on the nodes' partial lists counts as free
	 */
	if (is_after(s) && printed) {
		fprintf(pen->out, "%*s", INDENT, "");
		put_sentence(
			pen, PEN_DIM,
			"/proc/slabinfo counts what a CPU keeps at hand as in use: a change of "
			"a few slabs for each CPU may be none",
			INDENT);
	}
}

/* How many, and the change of that.  Returns the columns taken. */
static int put_count(const struct pen *pen, uint64_t n, int64_t delta)
{
	char cells[ITEM];
	int columns = snprintf(cells, sizeof(cells), "%7" PRIu64 " %9s  ", n, change(delta).text);

	fputs(cells, pen->out);
	return columns;
}

static void put_callers(const struct pen *pen, const struct statement *s)
{
	size_t printed = 0;

	if (!s->nr_callers_all)
		return;
	put_columns(pen, s, false, "  areas    change  vmalloc caller");
	for (size_t i = 0; i < s->nr_callers; i++) {
		const struct statement_caller *c = &s->callers[i];
		int column;

		if (is_folded(s, &c->amount, c->delta_areas))
			continue;
		column = put_amount(pen, s, &c->amount);
		column += put_count(pen, c->areas, c->delta_areas);
		pen__name_cut(pen, PEN_PLAIN, c->name, PEN_COLUMNS - column);
		fputc('\n', pen->out);
		printed++;
	}
	put_more(pen, s, s->nr_callers_all, s->nr_callers, s->nr_callers - printed, "caller");
}

/* "mm/slub.c:2433 alloc_slab_page [module]"; of a long path the end is kept. */
static void put_place(const struct pen *pen, const struct statement_line *l, int room)
{
	const int least = 20; /* of the place */
	int others = 1 + pen__name_width(l->function);

	if (l->module)
		others += pen__width(" []") + pen__name_width(l->module);
	room -= pen__name_tail(pen, PEN_PLAIN, l->place,
			       room - others > least ? room - others : least);
	if (room < 2)
		return;
	fputc(' ', pen->out);
	room -= 1 + pen__name_cut(pen, PEN_BOLD, l->function, room - 1);
	if (!l->module || room <= pen__width(" []"))
		return;
	fputs(" [", pen->out);
	pen__name_cut(pen, PEN_PLAIN, l->module, room - pen__width(" []"));
	fputc(']', pen->out);
}

static void put_lines(const struct pen *pen, const struct statement *s)
{
	size_t printed = 0;

	if (!s->nr_lines_all)
		return;
	put_columns(pen, s, false, "  calls    change  line of source");
	for (size_t i = 0; i < s->nr_lines; i++) {
		const struct statement_line *l = &s->lines[i];
		int column;

		if (is_folded(s, &l->amount, l->delta_calls))
			continue;
		column = put_amount(pen, s, &l->amount);
		column += put_count(pen, l->calls, l->delta_calls);
		put_place(pen, l, PEN_COLUMNS - column);
		fputc('\n', pen->out);
		printed++;
	}
	put_more(pen, s, s->nr_lines_all, s->nr_lines, s->nr_lines - printed, "line");
}

/* "not found: allocinfo, kmemleak (-a tells why)" */
static void put_missing(const struct pen *pen, const struct statement *s)
{
	size_t missing = 0;

	for (size_t i = 0; i < s->nr_sources && !s->all; i++)
		if (!s->sources[i].found)
			pen__put(pen, PEN_DIM, "%s%s",
				 missing++ ? ", " : "not found: ", s->sources[i].name);
	if (missing) {
		pen__put(pen, PEN_DIM, " (-a tells why)");
		fputc('\n', pen->out);
	}
}

/* Books that only some kernels keep, and what could not be read. */
static void put_sources(const struct pen *pen, const struct statement *s)
{
	if (s->nr_sources + s->nr_unread)
		fputc('\n', pen->out);
	for (size_t i = 0; i < s->nr_sources; i++) {
		const struct statement_source *source = &s->sources[i];
		const char *style = source->found ? PEN_PLAIN : PEN_DIM;
		char start[ITEM];

		if (!source->found && !s->all)
			continue;

		snprintf(start, sizeof(start), "%-12.12s %s: ", source->name,
			 source->found ? "found" : "not found");
		pen__put(pen, style, "%s", start);
		put_sentence(pen, style, source->remark ? source->remark : "", pen__width(start));
	}
	put_missing(pen, s);
	for (size_t i = 0; i < s->nr_unread; i++) {
		pen__put(pen, PEN_YELLOW, UNREAD);
		put_sentence(pen, PEN_YELLOW, s->unread[i], pen__width(UNREAD));
	}
}

void statement_text__answer(struct pen *pen, const struct statement *statement)
{
	put_answer(pen, statement);
}

void statement_text__classes(const struct pen *pen, const struct statement *statement)
{
	put_classes(pen, statement);
}

int statement_text__print(const struct statement *statement, bool color, FILE *out)
{
	struct pen pen = {.out = out, .color = color};

	put_answer(&pen, statement);
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
