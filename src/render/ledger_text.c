// SPDX-License-Identifier: GPL-2.0-only
#include "render/ledger_text.h"
#include "render/near_limit_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BOLD_BYTES  (1 << 20)
#define SENTENCE    256
#define LEAST_BYTES 4096 /* less is no change to be told of */

/* Parts of what a class grew by, and from which width on there is room for them. */
enum { NEW, OLDER, ROOM, REST, PARTS };

static const struct {
	const char *name;
	int width;
} parts[PARTS] = {
	[NEW] = {"new", 0}, [OLDER] = {"older", 46}, [ROOM] = {"room", 56}, [REST] = {"rest", 66}};

static void read_parts(double bytes[PARTS], const struct coverage_class *c)
{
	bytes[NEW] = (double)c->traced_bytes;
	bytes[OLDER] = c->older_bytes;
	bytes[ROOM] = c->room_bytes;
	bytes[REST] = c->rest_bytes;
}

void ledger_text__head(const struct pen *pen, int width)
{
	pen__begin(pen, PEN_DIM);
	fprintf(pen->out, "  %-13s%9s", "", "kernel");
	for (int i = 0; i < PARTS; i++)
		if (width >= parts[i].width)
			fprintf(pen->out, " %9s", parts[i].name);
	pen__end(pen, PEN_DIM);
	fputc('\n', pen->out);
}

void ledger_text__class(const struct pen *pen, const struct coverage_class *c, bool traced,
			int width)
{
	const char *style = c->known && c->kernel_delta_bytes >= BOLD_BYTES ? PEN_BOLD : PEN_PLAIN;
	double bytes[PARTS];

	read_parts(bytes, c);
	fprintf(pen->out, "  %-13s", meminfo__name(c->field));
	pen__begin(pen, style);
	fprintf(pen->out, "%9s",
		c->known ? pen__human((double)c->kernel_delta_bytes, true).text : "unknown");
	pen__end(pen, style);
	if (!traced) {
		fputs("  not traced", pen->out);
		return;
	}
	for (int i = 0; i < PARTS; i++)
		if (width >= parts[i].width)
			fprintf(pen->out, " %9s",
				isnan(bytes[i]) ? "-" : pen__human(bytes[i], true).text);
}

static bool is_traced(const struct report *r, enum meminfo_field field)
{
	const char *origin = field == MEMINFO_VMALLOC_USED ? "vmalloc"
			     : field == MEMINFO_PERCPU	   ? "percpu"
							   : "slab";

	return r->filter.origins && strstr(r->filter.origins, origin);
}

/* The kernel's own number did, or what it is made of by more than next to nothing. */
static bool changed(const struct coverage_class *c, bool traced)
{
	double bytes[PARTS];

	if (!c->known || c->kernel_delta_bytes)
		return true;
	read_parts(bytes, c);
	for (int i = 0; traced && i < PARTS; i++)
		if (fabs(bytes[i]) >= LEAST_BYTES) /* not, where it is not known */
			return true;
	return false;
}

void ledger_text__print(const struct pen *pen, const struct report *report)
{
	int width = pen__columns(pen);
	bool any = false;

	for (size_t i = 0; i < report->nr_ledger; i++) {
		const struct coverage_class *c = &report->ledger[i];
		bool traced = is_traced(report, c->field);

		if (!changed(c, traced))
			continue;
		if (!any)
			ledger_text__head(pen, width);
		any = true;
		ledger_text__class(pen, c, traced, width);
		fputc('\n', pen->out);
	}
}

/* ---- one cgroup ---- */

/* "42%", or "-" */
static struct pen_number share(double explained)
{
	struct pen_number number = {"-"};

	if (!isnan(explained))
		snprintf(number.text, sizeof(number.text), "%.0f%%", 100 * explained);
	return number;
}

static struct pen_number change(bool known, double bytes)
{
	return known && !isnan(bytes) ? pen__human(bytes, true) : (struct pen_number){"-"};
}

static void put_charges_class(const struct pen *pen, const struct cgroup_coverage_class *c)
{
	const struct cgroup_coverage_traced *traced = &c->traced;

	fprintf(pen->out, "  %-18s %9s %9s %9s %9s %13s\n", c->name,
		c->known ? pen__human((double)c->delta_bytes, true).text : "unknown",
		pen__human((double)traced->charged_bytes, true).text, share(c->explained).text,
		change(true, c->rest_bytes).text,
		change(traced->told, (double)traced->uncharged_bytes).text);
}

void ledger_text__charges(const struct pen *pen, const struct report *report)
{
	const struct cgroup_coverage *charges = &report->charges;

	if (!charges->known)
		return;
	pen__begin(pen, PEN_DIM);
	fprintf(pen->out, "  %-18s %9s %9s %9s %9s %13s", "its own books", "charged", "traced",
		"share", "rest", "to nobody");
	pen__end(pen, PEN_DIM);
	fputc('\n', pen->out);
	for (int i = 0; i < COVERAGE_CLASSES; i++) {
		const struct cgroup_coverage_class *c = &charges->classes[i];

		if (c->delta_bytes || c->traced.charged_bytes || c->traced.uncharged_bytes)
			put_charges_class(pen, c);
	}
}

void ledger_text__near_limit(const struct pen *pen, const struct report *report)
{
	const struct cgroup_coverage *c = &report->charges;
	const char *what = c->growing < CGROUP_CLASSES ? cgroup_class__word(c->growing) : NULL;
	char text[SENTENCE];

	if (!c->known ||
	    !near_limit_text__sentence(text, sizeof(text), &c->near, what, c->limit_bytes))
		return;
	pen__put(pen, near_limit__warns(&c->near) ? PEN_RED : PEN_YELLOW, "%s", text);
	fputc('\n', pen->out);
}
