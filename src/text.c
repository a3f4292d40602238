// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"
#include "utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <time.h>

#define COLUMNS 100 /* the head of a report is folded there; punctuation may take the last */
#define NUMBER	32  /* room for a formatted number */
#define ITEM	256 /* room for an item of the head */

/* SGR parameters */
#define PLAIN  ""
#define BOLD   "1"
#define DIM    "2"
#define YELLOW "1;33"

/* Widths of the columns; frames stand to the right of the first one. */
#define BYTES  "%8s"
#define ROW    "  %10s  %9s  %6s  %8s  %-7s  "
#define INDENT 10

struct pen {
	FILE *out;
	bool color;
	int column; /* of the head: where the line has got to */
	int margin; /* of the head: where a folded line starts */
	int gap;    /* of the head: blanks between items */
};

static void begin(const struct pen *pen, const char *style)
{
	if (pen->color && *style)
		fprintf(pen->out, "\x1b[%sm", style);
}

static void end(const struct pen *pen, const char *style)
{
	if (pen->color && *style)
		fputs("\x1b[0m", pen->out);
}

__attribute__((format(printf, 3, 4))) static void put(const struct pen *pen, const char *style,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	begin(pen, style);
	vfprintf(pen->out, format, args);
	end(pen, style);
	va_end(args);
}

/* ---- strings from outside ---- */

/* How many bytes at `s` may be printed as they are: a character, or none. */
static size_t harmless(const unsigned char *s)
{
	if (s[0] < 0x20 || s[0] == 0x7f)
		return 0;
	if (s[0] == 0xc2 && s[1] < 0xa0) /* U+0080 to U+009F */
		return 0;
	return utf8__sequence(s);
}

/* Print a name such that it cannot command the terminal: other bytes as \xNN. */
static void put_name(const struct pen *pen, const char *style, const char *name)
{
	const unsigned char *s = (const unsigned char *)name;

	begin(pen, style);
	while (*s) {
		size_t length = harmless(s);

		if (length)
			fwrite(s, 1, length, pen->out);
		else
			fprintf(pen->out, "\\x%02x", *s);
		s += length ? length : 1;
	}
	end(pen, style);
}

/* ---- numbers ---- */

struct number {
	char text[NUMBER];
};

static const char *sign_of(double x, bool change)
{
	if (x < 0)
		return "-";
	return change ? "+" : "";
}

/* 512, 1.5K, 2.0M; a change has a sign: +1.5K, -2.0M, +0. */
static struct number human(double bytes, bool change)
{
	static const char units[] = "KMGTPE";
	const char *sign = sign_of(bytes, change);
	double size = fabs(bytes);
	struct number n;
	int unit = -1;

	if (isnan(bytes))
		return (struct number){"?"};
	while (size >= (unit < 0 ? 1023.5 : 1023.95) && units[unit + 1]) {
		size /= 1024;
		unit++;
	}
	if (unit < 0)
		snprintf(n.text, sizeof(n.text), "%s%.0f", sign, size);
	else if (size >= 1e4)
		snprintf(n.text, sizeof(n.text), "%s%.0e%c", sign, size, units[unit]);
	else
		snprintf(n.text, sizeof(n.text), "%s%.1f%c", sign, size, units[unit]);
	return n;
}

/* As human(), but what does not grow is 0. */
static struct number growth(double bytes)
{
	if (fabs(bytes) <= 0.5)
		return (struct number){"0"};
	return human(bytes, true);
}

/* 0.9s, 12s, 3.4m, 2.1h, 5.0d */
static struct number duration(double seconds)
{
	struct number n;

	if (isnan(seconds))
		return (struct number){"?"};
	if (seconds < 9.95)
		snprintf(n.text, sizeof(n.text), "%.1fs", seconds > 0 ? seconds : 0);
	else if (seconds < 59.5)
		snprintf(n.text, sizeof(n.text), "%.0fs", seconds);
	else if (seconds < 59.95 * 60)
		snprintf(n.text, sizeof(n.text), "%.1fm", seconds / 60);
	else if (seconds < 23.95 * 3600)
		snprintf(n.text, sizeof(n.text), "%.1fh", seconds / 3600);
	else if (seconds < 9999.0 * 86400)
		snprintf(n.text, sizeof(n.text), "%.1fd", seconds / 86400);
	else
		snprintf(n.text, sizeof(n.text), "%.0ed", seconds / 86400);
	return n;
}

/* 0, <0.1, 0.4, 2474 */
static struct number rate(double per_s)
{
	struct number n;

	if (isnan(per_s))
		return (struct number){"?"};
	if (per_s == 0)
		return (struct number){"0"};
	if (fabs(per_s) < 0.05)
		return (struct number){"<0.1"};
	if (fabs(per_s) < 1e8)
		snprintf(n.text, sizeof(n.text), "%.*f", fabs(per_s) < 9.95, per_s);
	else
		snprintf(n.text, sizeof(n.text), "%.0e", per_s);
	return n;
}

/* ---- the head: items, folded between them ---- */

/* Columns that `s`, which is UTF-8, takes. */
static int width(const char *s)
{
	int columns = 0;

	for (; *s; s++)
		columns += ((unsigned char)*s & 0xc0) != 0x80;
	return columns;
}

/* Start a line of the head; when it is folded, the rest goes under its first item. */
static void head_begin(struct pen *pen, const char *style, const char *s, int gap)
{
	put(pen, style, "%s", s);
	pen->column = width(s);
	pen->margin = pen->column + gap;
	pen->gap = gap;
}

/* An item, after `punctuation` unless it is the first one. */
static void head_item(struct pen *pen, const char *punctuation, const char *style, const char *s)
{
	if (pen->column >= pen->margin) {
		fputs(punctuation, pen->out);
		pen->column += width(punctuation);
	}
	if (pen->column > pen->margin && pen->column + pen->gap + width(s) > COLUMNS - 1) {
		fprintf(pen->out, "\n%*s", pen->margin, "");
		pen->column = pen->margin;
	} else {
		fprintf(pen->out, "%*s", pen->gap, "");
		pen->column += pen->gap;
	}
	put(pen, style, "%s", s);
	pen->column += width(s);
}

static void head_end(struct pen *pen)
{
	fputc('\n', pen->out);
}

/* ---- header line ---- */

static const struct report_class *class_of(const struct report *r, enum meminfo_field field)
{
	for (size_t i = 0; i < r->nr_ledger; i++)
		if (r->ledger[i].field == field)
			return &r->ledger[i];
	return NULL;
}

/* "SUnreclaim +12.4M (traced 11.9M, 96%, rest +0.5M)" */
static void put_class(struct pen *pen, const struct report_class *c)
{
	double delta = (double)c->kernel_delta_bytes, traced = (double)c->traced_bytes;
	char item[ITEM], share[ITEM / 2] = "";

	if (c->known && isfinite(c->explained))
		snprintf(share, sizeof(share), ", %.0f%%, rest %s", c->explained * 100,
			 human(delta - traced, true).text);
	snprintf(item, sizeof(item), "%s %s (traced %s%s)", meminfo__name(c->field),
		 c->known ? human(delta, true).text : "unknown", human(traced, false).text, share);
	head_item(pen, "", PLAIN, item);
}

static void put_field(struct pen *pen, const struct report *r, enum meminfo_field field)
{
	const struct report_class *c = class_of(r, field);
	char item[ITEM];

	if (c) {
		put_class(pen, c);
	} else if (r->meminfo_known[field]) {
		snprintf(item, sizeof(item), "%s %s", meminfo__name(field),
			 human((double)r->meminfo_delta[field], true).text);
		head_item(pen, "", PLAIN, item);
	}
}

static void put_time(struct pen *pen, const struct report *r)
{
	char item[ITEM], now[NUMBER];
	struct tm tm = {};

	localtime_r(&r->time.tv_sec, &tm);
	strftime(now, sizeof(now), "%H:%M:%S", &tm);
	snprintf(item, sizeof(item), "%s%s +%s", r->final ? "final report  " : "", now,
		 duration(r->elapsed_s).text);
	head_begin(pen, r->final ? BOLD : PLAIN, item, 2);
}

static void put_header(struct pen *pen, const struct report *r)
{
	static const enum meminfo_field fields[] = {
		MEMINFO_S_UNRECLAIM, MEMINFO_S_RECLAIMABLE, MEMINFO_VMALLOC_USED,
		MEMINFO_PERCPU,	     MEMINFO_KERNEL_STACK,  MEMINFO_PAGE_TABLES,
		MEMINFO_MEM_FREE,    MEMINFO_MEM_AVAILABLE,
	};

	put_time(pen, r);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		put_field(pen, r, fields[i]);
	head_end(pen);
}

/* More is traced than the kernel's book grew by: say what that can mean. */
static void put_hint(const struct pen *pen, const struct report *r)
{
	for (size_t i = 0; i < r->nr_ledger; i++) {
		const struct report_class *c = &r->ledger[i];

		if (c->known && isfinite(c->explained) && c->explained >= 1.005) {
			put(pen, DIM,
			    "above 100%%: older memory was freed or its room filled, or "
			    "frees were missed");
			fputc('\n', pen->out);
			return;
		}
	}
}

/* ---- losses, events ---- */

static void put_losses(struct pen *pen, const struct report *r)
{
	char item[ITEM];
	bool any = false;

	head_begin(pen, PLAIN, "losses:", 1);
	for (size_t i = 0; i < r->nr_losses; i++) {
		if (!r->losses[i].count)
			continue;
		snprintf(item, sizeof(item), "%" PRIu64 " %s", r->losses[i].count,
			 r->losses[i].text);
		head_item(pen, ";", YELLOW, item);
		any = true;
	}
	if (!any)
		head_item(pen, "", PLAIN, "none");
	if (r->nr_blind_spots) {
		snprintf(item, sizeof(item), "· %zu blind spot%s (--explain)", r->nr_blind_spots,
			 r->nr_blind_spots == 1 ? "" : "s");
		head_item(pen, "", PLAIN, item);
	}
	head_end(pen);
}

/* "5 unchecked", if there are any. */
static void put_count(struct pen *pen, uint64_t n, const char *what)
{
	char item[ITEM];

	if (!n)
		return;
	snprintf(item, sizeof(item), "%" PRIu64 " %s", n, what);
	head_item(pen, ",", PLAIN, item);
}

static void put_events(struct pen *pen, const struct report *r)
{
	char item[ITEM];

	head_begin(pen, PLAIN, "events:", 1);
	snprintf(item, sizeof(item), "births %" PRIu64, r->events.births);
	head_item(pen, "", PLAIN, item);
	snprintf(item, sizeof(item),
		 "deaths %" PRIu64 " (and %" PRIu64 " implicit, %" PRIu64 " found free, %" PRIu64
		 " unknown)",
		 r->events.deaths, r->events.implicit_deaths, r->events.verified_free,
		 r->events.unknown_deaths);
	head_item(pen, ",", PLAIN, item);
	snprintf(item, sizeof(item), "live %" PRIu64, r->events.live);
	head_item(pen, ",", PLAIN, item);
	put_count(pen, r->events.pending, "of them pending RCU");
	put_count(pen, r->events.evicted, "pages left out");
	put_count(pen, r->events.unchecked, "unchecked");
	put_count(pen, r->events.in_motion, "in motion");
	head_end(pen);
}

/* ---- sites ---- */

/* "+0xa1 [kleak_test]" */
static void put_place(const struct pen *pen, const struct report_frame *f)
{
	begin(pen, DIM);
	if (f->symbol)
		fprintf(pen->out, "+0x%" PRIx64, f->offset);
	if (f->module) {
		fputs(" [", pen->out);
		put_name(pen, PLAIN, f->module);
		fputc(']', pen->out);
	}
	end(pen, DIM);
}

/* "kleak_write+0xa1 [kleak_test]"; the first one stands out. */
static void put_frame(const struct pen *pen, const struct report_frame *f, bool first)
{
	fprintf(pen->out, "%*s", INDENT, "");
	if (f->symbol)
		put_name(pen, first ? BOLD : PLAIN, f->symbol);
	else
		put(pen, first ? BOLD : DIM, "0x%" PRIx64, f->address);
	if (f->symbol || f->module)
		put_place(pen, f);
	fputc('\n', pen->out);
}

static void put_row(const struct pen *pen, const struct report_site *s)
{
	struct number objects;

	snprintf(objects.text, sizeof(objects.text), "%" PRIu64, s->objects);
	put(pen, BOLD, BYTES, human((double)s->bytes, false).text);
	fprintf(pen->out, ROW, growth(s->growth_bytes_per_min).text, objects.text,
		duration(s->age_median_s).text, rate(s->births_per_s).text, s->origin);
	put_name(pen, PLAIN, s->cache);
	if (s->approximate)
		fputs(" approximate", pen->out);
	if (s->pending_objects)
		fprintf(pen->out, " (+%" PRIu64 " pending RCU)", s->pending_objects);
	fputc('\n', pen->out);
}

static void put_site(const struct pen *pen, const struct report_site *s)
{
	put_row(pen, s);
	for (size_t i = 0; i < s->nr_frames; i++)
		put_frame(pen, &s->stack[i], i == 0);
	if (!s->nr_frames)
		fprintf(pen->out, "%*s(no stack)\n", INDENT, "");
	fputc('\n', pen->out);
}

/* What --top cut off. */
static void put_rest(const struct pen *pen, const struct report *r)
{
	size_t more = r->nr_sites_all > r->nr_sites ? r->nr_sites_all - r->nr_sites : 0;
	uint64_t bytes = r->bytes_all;

	for (size_t i = 0; i < r->nr_sites; i++)
		bytes -= r->sites[i].bytes < bytes ? r->sites[i].bytes : bytes;
	if (more)
		fprintf(pen->out, "… and %zu more site%s with %s\n\n", more, more == 1 ? "" : "s",
			human((double)bytes, false).text);
}

static void put_sites(const struct pen *pen, const struct report *r)
{
	if (!r->nr_sites_all) {
		fputs("nothing outstanding\n\n", pen->out);
		return;
	}
	put(pen, DIM, BYTES ROW "%s", "bytes", "growth/min", "objects", "age~", "births/s",
	    "origin", "cache");
	fputc('\n', pen->out);
	for (size_t i = 0; i < r->nr_sites; i++)
		put_site(pen, &r->sites[i]);
	put_rest(pen, r);
}

int text__print(const struct report *report, bool color, FILE *out)
{
	struct pen pen = {.out = out, .color = color};

	put_header(&pen, report);
	put_hint(&pen, report);
	put_losses(&pen, report);
	put_events(&pen, report);
	if (report->note) {
		put_name(&pen, BOLD, report->note);
		fputc('\n', out);
	}
	fputc('\n', out);
	put_sites(&pen, report);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
