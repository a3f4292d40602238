// SPDX-License-Identifier: GPL-2.0-only
#include "render/gate_text.h"
#include "render/pen.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#define HOUR_S	 3600
#define SENTENCE 4096 /* there are some 18 limits, of 100 characters each */
#define NAME	 32

/* "growth" is that of the kernel's memory, "vmalloc growth" that of a class. */
static void name_of(const struct gate_finding *f, char *text, size_t len, char between)
{
	if (f->kind == GATE_SIZE)
		snprintf(text, len, "%s", gate__name(f->subject));
	else if (f->subject == GATE_KERNEL)
		snprintf(text, len, "growth");
	else
		snprintf(text, len, "%s%cgrowth", gate__name(f->subject), between);
}

__attribute__((format(printf, 3, 4))) static void add(char *text, size_t len, const char *format,
						      ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, len - used, format, args);
	va_end(args);
}

/* ---- the sentence ---- */

static struct pen_number amount(const struct gate_finding *f, double bytes)
{
	struct pen_number n;

	if (f->kind == GATE_SIZE)
		return pen__human(bytes, false);
	n = pen__human(bytes * HOUR_S, false);
	add(n.text, sizeof(n.text), "/h");
	return n;
}

static void add_limits(char *text, size_t len, const struct gate_finding *f)
{
	const char *before = " (";

	if (!isnan(f->warn)) {
		add(text, len, "%swarn %s", before, amount(f, f->warn).text);
		before = ", ";
	}
	if (!isnan(f->max))
		add(text, len, "%smax %s", before, amount(f, f->max).text);
	add(text, len, ")");
}

static void add_unknown(char *text, size_t len, const struct gate_finding *f,
			const struct gate_result *result)
{
	if (f->known)
		add(text, len, "between %s and %s", amount(f, f->low).text,
		    amount(f, f->high).text);
	else if (!result->zones && (f->subject == GATE_KERNEL || f->subject == GATE_UNACCOUNTED))
		add(text, len, "not known without /proc/zoneinfo");
	else if (f->kind == GATE_SIZE)
		add(text, len, "not counted here");
	else
		add(text, len, "not known after %zu readings", result->readings);
}

static void add_finding(char *text, size_t len, const struct gate_finding *f,
			const struct gate_result *result)
{
	char name[NAME];

	name_of(f, name, sizeof(name), ' ');
	add(text, len, "%s ", name);
	if (f->state == GATE_UNKNOWN)
		add_unknown(text, len, f, result);
	else if (f->kind == GATE_SIZE)
		add(text, len, "%s", amount(f, f->value).text);
	else if (f->state == GATE_OK)
		add(text, len, "at most %s", amount(f, f->high).text);
	else
		add(text, len, "at least %s", amount(f, f->low).text);
	add_limits(text, len, f);
}

/* Can more time tell what is not known? */
static bool wants_time(const struct gate_result *result)
{
	for (size_t i = 0; i < result->nr; i++)
		if (result->findings[i].state == GATE_UNKNOWN && result->findings[i].known)
			return true;
	return false;
}

/* The worst first; what is as it should be only where all is. */
void gate_text__sentence(const struct gate_result *result, char *text, size_t len)
{
	static const enum gate_state order[] = {GATE_CRITICAL, GATE_WARNING, GATE_UNKNOWN};
	const char *before = " ";
	bool timed = false;

	snprintf(text, len, "KLEAK %s:", gate__state_name(result->state));
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		enum gate_state wanted = result->state == GATE_OK ? GATE_OK : order[k];

		for (size_t i = 0; i < result->nr; i++) {
			const struct gate_finding *f = &result->findings[i];

			if (f->state != wanted)
				continue;
			add(text, len, "%s", before);
			add_finding(text, len, f, result);
			before = ", ";
			timed = timed || f->kind == GATE_GROWTH;
		}
		if (result->state == GATE_OK)
			break;
	}
	if (timed)
		add(text, len, " within %s", pen__duration(result->elapsed_s).text);
	if (wants_time(result))
		add(text, len, ": a longer --within may tell");
}

/* ---- performance data ---- */

/* Nothing where there is none. */
static void put_limit(FILE *out, const struct gate_finding *f, double limit)
{
	fputc(';', out);
	if (!isnan(limit))
		fprintf(out, "%.0f", f->kind == GATE_SIZE ? limit : limit * HOUR_S);
}

static void put_value(FILE *out, const struct gate_finding *f, double value)
{
	if (!f->known)
		fputc('U', out); /* "the actual value couldn't be determined" */
	else if (f->kind == GATE_SIZE)
		fprintf(out, "%.0fB", value);
	else
		fprintf(out, "%.0f", value * HOUR_S);
}

static void put_data(FILE *out, const struct gate_finding *f, uint64_t total)
{
	char name[NAME];

	name_of(f, name, sizeof(name), '_');
	fprintf(out, " %s=", name);
	put_value(out, f, f->value);
	put_limit(out, f, f->warn);
	put_limit(out, f, f->max);
	if (f->kind == GATE_SIZE) {
		fprintf(out, ";0;%llu", (unsigned long long)total);
		return;
	}
	fprintf(out, " %s_low=", name);
	put_value(out, f, f->low);
	fprintf(out, " %s_high=", name);
	put_value(out, f, f->high);
}

int gate_text__print(const struct gate_result *result, FILE *out)
{
	char text[SENTENCE];

	gate_text__sentence(result, text, sizeof(text));
	fprintf(out, "%s |", text);
	for (size_t i = 0; i < result->nr; i++)
		put_data(out, &result->findings[i], result->total_bytes);
	fputc('\n', out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
