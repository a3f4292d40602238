// SPDX-License-Identifier: GPL-2.0-only
#include "render/diff_text.h"
#include "render/report_text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <time.h>

#define ITEM  256
#define BYTES "%8s"
#define ROW   "  %8s  %8s  %9s  %-7s  "

static void put_side(const struct pen *pen, const struct diff *diff, int side)
{
	const struct diff_side *s = &diff->side[side];
	const struct report *r = s->report;
	struct tm tm = {};
	char time[32];

	localtime_r(&r->time.tv_sec, &tm);
	strftime(time, sizeof(time), "%Y-%m-%d %H:%M:%S", &tm);
	fprintf(pen->out, "%-6s  ", side == DIFF_BEFORE ? "before" : "after");
	pen__name(pen, PEN_BOLD, s->path);
	fprintf(pen->out, "  %s +%s  kernel ", time, pen__duration(r->elapsed_s).text);
	pen__name(pen, PEN_PLAIN, r->kernel);
	if (r->sampling > 1)
		fprintf(pen->out, "  1 object in %u", r->sampling);
	fputc('\n', pen->out);
}

/* "SUnreclaim +12.4M → +14.0M (+1.6M), traced 11.9M → 13.1M (+1.2M)" */
static void put_class(const struct pen *pen, const struct diff_class *c)
{
	const struct coverage_class *before = c->side[DIFF_BEFORE], *after = c->side[DIFF_AFTER];

	fprintf(pen->out, "%-12s  ", meminfo__name(after->field));
	if (isnan(c->kernel_delta))
		fputs("unknown", pen->out);
	else
		fprintf(pen->out, "%s → %s (%s)",
			pen__human((double)before->kernel_delta_bytes, true).text,
			pen__human((double)after->kernel_delta_bytes, true).text,
			pen__human(c->kernel_delta, true).text);
	fprintf(pen->out, ", traced %s → %s (%s)\n",
		pen__human((double)before->traced_bytes, false).text,
		pen__human((double)after->traced_bytes, false).text,
		pen__human(c->traced_delta, true).text);
}

static void put_total(struct pen *pen, const struct diff *diff)
{
	char item[ITEM];

	pen__head_begin(pen, PEN_PLAIN, "sites:", 1);
	snprintf(item, sizeof(item), "%zu in both", diff->nr_both);
	pen__head_item(pen, "", PEN_PLAIN, item);
	snprintf(item, sizeof(item), "%zu only before", diff->nr_only[DIFF_BEFORE]);
	pen__head_item(pen, ",", PEN_PLAIN, item);
	snprintf(item, sizeof(item), "%zu only after", diff->nr_only[DIFF_AFTER]);
	pen__head_item(pen, ",", PEN_PLAIN, item);
	snprintf(item, sizeof(item), "%zu differ", diff->nr_changed);
	pen__head_item(pen, ",", PEN_PLAIN, item);
	snprintf(item, sizeof(item), "%s → %s (%s)",
		 pen__human((double)diff->bytes[DIFF_BEFORE], false).text,
		 pen__human((double)diff->bytes[DIFF_AFTER], false).text,
		 pen__human((double)diff->bytes_delta, true).text);
	pen__head_item(pen, ";", PEN_BOLD, item);
	pen__head_end(pen);
}

static const char *style_of(const struct diff_site *s)
{
	return s->bytes_delta > 0 ? PEN_RED : PEN_PLAIN;
}

static void put_side_bytes(const struct pen *pen, const struct diff_site *s, int side,
			   const char *format)
{
	fprintf(pen->out, format,
		s->is_in[side] ? pen__human((double)s->bytes[side], false).text : "-");
}

static void put_site(const struct pen *pen, const struct diff_site *s)
{
	struct pen_number objects;

	snprintf(objects.text, sizeof(objects.text), "%+" PRId64, s->objects_delta);
	put_side_bytes(pen, s, DIFF_BEFORE, "%8s");
	put_side_bytes(pen, s, DIFF_AFTER, "  %8s  ");
	pen__put(pen, style_of(s), "%8s", pen__human((double)s->bytes_delta, true).text);
	fprintf(pen->out, "  %9s  %-7s  ", objects.text, s->site->origin);
	pen__name(pen, PEN_PLAIN, s->site->cache);
	if (s->bytes_error > 0)
		fprintf(pen->out, " (±%s)", pen__human(s->bytes_error, false).text);
	fputc('\n', pen->out);
	report_text__stack(pen, s->site);
	report_text__fingerprint(pen, s->site);
	fputc('\n', pen->out);
}

static void put_sites(const struct pen *pen, const struct diff *diff)
{
	size_t shown = diff->nr_shown < diff->nr_changed ? diff->nr_shown : diff->nr_changed;
	size_t more = diff->nr_changed - shown;
	double bytes = 0; /* the differences of a file may be beyond what an integer holds */

	if (!diff->nr_changed) {
		fputs("no site differs\n", pen->out);
		return;
	}
	pen__put(pen, PEN_DIM, BYTES ROW "%s", "before", "after", "change", "objects", "origin",
		 "cache");
	fputc('\n', pen->out);
	for (size_t i = 0; i < shown; i++)
		put_site(pen, &diff->sites[i]);
	/* those that did not change come last */
	for (size_t i = shown; i < diff->nr_changed; i++)
		bytes += (double)diff->sites[i].bytes_delta;
	if (more)
		fprintf(pen->out, "… and %zu more site%s with %s\n", more, more == 1 ? "" : "s",
			pen__human(bytes, true).text);
}

int diff_text__print(const struct diff *diff, bool color, FILE *out)
{
	struct pen pen = {.out = out, .color = color};

	for (int side = 0; side < DIFF_SIDES; side++)
		put_side(&pen, diff, side);
	if (!diff->same_build)
		fputs("not the same build of the kernel: functions are compared, not their "
		      "offsets\n",
		      out);
	for (size_t i = 0; i < diff->nr_ledger; i++)
		put_class(&pen, &diff->ledger[i]);
	put_total(&pen, diff);
	fputc('\n', out);
	put_sites(&pen, diff);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
