// SPDX-License-Identifier: GPL-2.0-only
#include "render/lines_json.h"
#include "report/headline.h"
#include "report/report_json.h"
#include "util/json_value.h"

#include <inttypes.h>

/* Of a line, its sites; of a site, its frames. */
struct part {
	const struct diagnosis *diagnosis;
	const struct line_stacks_line *line;
	const struct line_stacks_site *site;
};

static const struct report_site *site_of(const struct part *part)
{
	return &part->diagnosis->report->sites[part->site->site];
}

static json_t *frame(const void *of, size_t i)
{
	const struct part *part = of;

	return report_json__frame(site_of(part), part->site->frame + i);
}

static json_t *stack(const void *of, size_t i)
{
	struct part part = *(const struct part *)of;
	const struct report_site *site;
	size_t nr;

	part.site = &part.diagnosis->lines.sites[part.line->first + i];
	site = site_of(&part);
	nr = site->nr_frames - part.site->frame;
	return json_pack(
		"{s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "id", json_sprintf("%016" PRIx64, site->id),
		"bytes", json_value__count(site->bytes), "objects",
		json_value__count(site->objects), "origin", site->origin, "cache",
		json_value__text(site->cache), "verdict",
		json_value__text(site->verdict.is.why ? verdict__name(site->verdict.is.name)
						      : NULL),
		"headline",
		json_value__array(nr < HEADLINE_FRAMES ? nr : HEADLINE_FRAMES, frame, &part));
}

static json_t *line(const void *of, size_t i)
{
	const struct diagnosis *d = of;
	const struct line_stacks_line *l = &d->lines.list[i];
	const struct statement_line *at = l->growing->line;
	const struct growth_slope *slope = &at->amount.growth;
	const struct part part = {d, l, NULL};

	return json_pack(
		"{s:o, s:o, s:o, s:I, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "place",
		json_value__text(at->place), "function", json_value__text(at->function), "module",
		json_value__text(at->module), "bytes", (json_int_t)at->amount.bytes, "calls",
		json_value__count(at->calls), "delta_bytes", (json_int_t)at->amount.delta_bytes,
		"delta_calls", (json_int_t)at->delta_calls, "left_bytes",
		(json_int_t)l->growing->left_bytes, "growth_bytes_per_min",
		json_value__number(slope->per_s * 60), "growth_low_bytes_per_min",
		json_value__number(slope->low * 60), "growth_high_bytes_per_min",
		json_value__number(slope->high * 60), "lines_of_function",
		json_value__count(l->alike), "no_stack",
		json_value__text(line_stacks__why_name(l->why)), "stacks",
		json_value__array(l->nr, stack, &part));
}

json_t *lines_json__of(const struct diagnosis *d)
{
	if (d->lines_known != DIAGNOSIS_LINES_COUNTED)
		return json_null();
	return json_value__array(d->lines.nr, line, d);
}
