// SPDX-License-Identifier: GPL-2.0-only
#include "render/pen.h"
#include "util/utf8.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

void pen__begin(const struct pen *pen, const char *style)
{
	if (pen->color && *style)
		fprintf(pen->out, "\x1b[%sm", style);
}

void pen__end(const struct pen *pen, const char *style)
{
	if (pen->color && *style)
		fputs("\x1b[0m", pen->out);
}

__attribute__((format(printf, 3, 4))) void pen__put(const struct pen *pen, const char *style,
						    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	pen__begin(pen, style);
	vfprintf(pen->out, format, args);
	pen__end(pen, style);
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

/* Columns that the first character of `name` takes, printed; *length: its bytes. */
static int character(const char *name, size_t *length)
{
	*length = harmless((const unsigned char *)name);
	if (*length)
		return 1;
	*length = 1;
	return 4; /* \xNN */
}

/* Print `name` up to `end`. */
static void put_characters(const struct pen *pen, const char *name, const char *end)
{
	size_t length;

	for (; name < end; name += length) {
		if (character(name, &length) == 1)
			fwrite(name, 1, length, pen->out);
		else
			fprintf(pen->out, "\\x%02x", (unsigned char)*name);
	}
}

/* Print a name such that it cannot command the terminal: other bytes as \xNN. */
void pen__name(const struct pen *pen, const char *style, const char *name)
{
	pen__begin(pen, style);
	put_characters(pen, name, name + strlen(name));
	pen__end(pen, style);
}

int pen__name_width(const char *name)
{
	size_t length;
	int columns = 0;

	for (; *name && columns < INT_MAX - 4; name += length)
		columns += character(name, &length);
	return columns;
}

int pen__name_cut(const struct pen *pen, const char *style, const char *name, int room)
{
	const char *end = name;
	size_t length;
	int columns = 0;

	if (pen__name_width(name) <= room) {
		pen__name(pen, style, name);
		return pen__name_width(name);
	}
	if (room < 1)
		return 0;
	for (; columns + character(end, &length) < room; end += length)
		columns += character(end, &length);
	pen__begin(pen, style);
	put_characters(pen, name, end);
	fputs("…", pen->out);
	pen__end(pen, style);
	return columns + 1;
}

int pen__name_tail(const struct pen *pen, const char *style, const char *name, int room)
{
	int columns = pen__name_width(name);
	size_t length;

	if (columns <= room || room < 1)
		return pen__name_cut(pen, style, name, room);
	for (; columns >= room; name += length)
		columns -= character(name, &length);
	pen__begin(pen, style);
	fputs("…", pen->out);
	put_characters(pen, name, name + strlen(name));
	pen__end(pen, style);
	return columns + 1;
}

/* ---- numbers ---- */

static const char *sign_of(double x, bool change)
{
	if (x < 0)
		return "-";
	return change ? "+" : "";
}

void pen__aliases(const struct pen *pen, const char *aliases, int room)
{
	static const char before[] = " (= ", after[] = ")";

	room -= pen__width(before) + pen__width(after);
	if (!aliases[0] || room < 2)
		return;
	pen__begin(pen, PEN_DIM);
	fputs(before, pen->out);
	pen__name_cut(pen, PEN_PLAIN, aliases, room);
	fputs(after, pen->out);
	pen__end(pen, PEN_DIM);
}

const char *pen__ascii(const uint8_t *bytes, size_t nr, char *text, size_t len)
{
	size_t i;

	for (i = 0; i < nr && i + 1 < len; i++)
		text[i] = bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '.';
	text[i] = '\0';
	return text;
}

/* 512, 1.5K, 2.0M; a change has a sign: +1.5K, -2.0M, +0. */
struct pen_number pen__human(double bytes, bool change)
{
	static const char units[] = "KMGTPE";
	const char *sign = sign_of(bytes, change);
	double size = fabs(bytes);
	struct pen_number n;
	int unit = -1;

	if (isnan(bytes))
		return (struct pen_number){"?"};
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

/* As pen__human(), but what does not grow is 0. */
struct pen_number pen__growth(double bytes)
{
	if (fabs(bytes) <= 0.5)
		return (struct pen_number){"0"};
	return pen__human(bytes, true);
}

/* 0.9s, 12s, 3.4m, 2.1h, 5.0d */
struct pen_number pen__duration(double seconds)
{
	struct pen_number n;

	if (isnan(seconds))
		return (struct pen_number){"?"};
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
struct pen_number pen__rate(double per_s)
{
	struct pen_number n;

	if (isnan(per_s))
		return (struct pen_number){"?"};
	if (per_s == 0)
		return (struct pen_number){"0"};
	if (fabs(per_s) < 0.05)
		return (struct pen_number){"<0.1"};
	if (fabs(per_s) < 1e8)
		snprintf(n.text, sizeof(n.text), "%.*f", fabs(per_s) < 9.95, per_s);
	else
		snprintf(n.text, sizeof(n.text), "%.0e", per_s);
	return n;
}

/* ---- the head: items, folded between them ---- */

/* Columns that `s`, which is UTF-8, takes. */
int pen__width(const char *s)
{
	int columns = 0;

	for (; *s; s++)
		columns += ((unsigned char)*s & 0xc0) != 0x80;
	return columns;
}

/* Start a line of the head; when it is folded, the rest goes under its first item. */
void pen__head_begin(struct pen *pen, const char *style, const char *s, int gap)
{
	pen__put(pen, style, "%s", s);
	pen->column = pen__width(s);
	pen->margin = pen->column + gap;
	pen->gap = gap;
}

/* An item, after `punctuation` unless it is the first one. */
/* Go to where an item of so many columns is to stand. */
static void begin_item(struct pen *pen, const char *punctuation, int width)
{
	int columns = pen__columns(pen);

	if (pen->column >= pen->margin) {
		fputs(punctuation, pen->out);
		pen->column += pen__width(punctuation);
	}
	if (pen->column > pen->margin && pen->column + pen->gap + width > columns - 1) {
		fprintf(pen->out, "\n%*s", pen->margin, "");
		pen->column = pen->margin;
	} else {
		fprintf(pen->out, "%*s", pen->gap, "");
		pen->column += pen->gap;
	}
	pen->column += width;
}

void pen__head_item(struct pen *pen, const char *punctuation, const char *style, const char *s)
{
	begin_item(pen, punctuation, pen__width(s));
	pen__put(pen, style, "%s", s);
}

void pen__head_named(struct pen *pen, const char *punctuation, const char *style,
		     const struct pen_named *item)
{
	int room = PEN_NAME_MOST, width = pen__name_width(item->name);

	begin_item(pen, punctuation,
		   pen__width(item->before) + (width < room ? width : room) +
			   pen__width(item->after));
	pen__begin(pen, style);
	fputs(item->before, pen->out);
	pen__name_cut(pen, PEN_PLAIN, item->name, room);
	fputs(item->after, pen->out);
	pen__end(pen, style);
}

void pen__head_end(struct pen *pen)
{
	fputc('\n', pen->out);
}

void pen__head_count(struct pen *pen, uint64_t n, const char *what)
{
	char item[PEN_HEAD_ITEM];

	if (!n)
		return;
	snprintf(item, sizeof(item), "%" PRIu64 " %s", n, what);
	pen__head_item(pen, ",", PEN_PLAIN, item);
}
