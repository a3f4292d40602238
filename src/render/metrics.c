// SPDX-License-Identifier: GPL-2.0-only
#include "render/metrics.h"
#include "util/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

void metrics__family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/*
 * A label's value, between its quotes.  The format takes any UTF-8; what is none, and what
 * could command a terminal that prints the file, stands as \xNN.
 */
static void put_value(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t length;

	for (; *s; s += length) {
		bool control = *s < 0x20 || *s == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0);

		length = control ? 0 : utf8__sequence(s);
		if (!length) {
			fprintf(out, "\\\\x%02x", *s);
			length = 1;
		} else if (*s == '\\' || *s == '"') {
			fprintf(out, "\\%c", *s);
		} else {
			fwrite(s, 1, length, out);
		}
	}
}

void metrics__label(FILE *out, const char *label, const char *value)
{
	fprintf(out, "%s=\"", label);
	put_value(out, value ? value : "");
	fputc('"', out);
}

void metrics__double(FILE *out, double number)
{
	if (isnan(number))
		fputs(" NaN\n", out);
	else if (isinf(number))
		fputs(number > 0 ? " +Inf\n" : " -Inf\n", out);
	else
		fprintf(out, " %.15g\n", number);
}

void metrics__count(FILE *out, uint64_t number)
{
	fprintf(out, " %" PRIu64 "\n", number);
}

void metrics__bytes(FILE *out, int64_t number)
{
	fprintf(out, " %" PRId64 "\n", number);
}

void metrics__sample(FILE *out, const char *name, const char *label, const char *value)
{
	fprintf(out, "%s{", name);
	metrics__label(out, label, value);
	fputc('}', out);
}

void metrics__gauge(FILE *out, const char *name, const char *help, double number)
{
	metrics__family(out, name, "gauge", help);
	fputs(name, out);
	metrics__double(out, number);
}

void metrics__gauge_count(FILE *out, const char *name, const char *help, uint64_t number)
{
	metrics__family(out, name, "gauge", help);
	fputs(name, out);
	metrics__count(out, number);
}

void metrics__counter(FILE *out, const char *name, const char *help, uint64_t number)
{
	metrics__family(out, name, "counter", help);
	fputs(name, out);
	metrics__count(out, number);
}
