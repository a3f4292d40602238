// SPDX-License-Identifier: GPL-2.0-only
#include "render/diff_json.h"
#include "report/report_json.h"
#include "util/json_value.h"

static json_t *side(const struct diff *diff, int which)
{
	const struct diff_side *s = &diff->side[which];
	const struct report *r = s->report;

	return json_pack("{s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "file",
			 json_value__text(s->path), "time", json_value__time(&r->time), "elapsed_s",
			 json_value__number(r->elapsed_s), "kernel", json_value__text(r->kernel),
			 "final", r->final, "sampling", json_value__count(r->sampling), "sites",
			 json_value__count(r->nr_sites), "only",
			 json_value__count(diff->nr_only[which]), "bytes",
			 json_value__count(diff->bytes[which]));
}

static json_t *kernel_bytes(const struct coverage_class *c)
{
	return c->known ? json_integer(c->kernel_delta_bytes) : json_null();
}

/* A difference, which may be beyond what an integer holds. */
static json_t *difference(double x)
{
	return x > -9.2e18 && x < 9.2e18 ? json_integer((json_int_t)x) : json_null();
}

static json_t *class(const void *of, size_t i)
{
	const struct diff_class *c = &((const struct diff *)of)->ledger[i];
	const struct coverage_class *before = c->side[DIFF_BEFORE], *after = c->side[DIFF_AFTER];

	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:I, s:I, s:o}", "class",
			 json_value__text(after->name), "field", meminfo__name(after->field),
			 "kernel_before_bytes", kernel_bytes(before), "kernel_after_bytes",
			 kernel_bytes(after), "kernel_delta_bytes", difference(c->kernel_delta),
			 "traced_before_bytes", (json_int_t)before->traced_bytes,
			 "traced_after_bytes", (json_int_t)after->traced_bytes,
			 "traced_delta_bytes", difference(c->traced_delta));
}

static json_t *sums(const struct diff_site *s, int which)
{
	if (!s->is_in[which])
		return json_null();
	return json_pack("{s:o, s:o}", "bytes", json_value__count(s->bytes[which]), "objects",
			 json_value__count(s->objects[which]));
}

static json_t *site(const void *of, size_t i)
{
	const struct diff_site *s = &((const struct diff *)of)->sites[i];

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "fingerprint",
			 report_json__fingerprint(s->site->fingerprint), "origin",
			 json_value__text(s->site->origin), "cache",
			 json_value__text(s->site->cache), "before", sums(s, DIFF_BEFORE), "after",
			 sums(s, DIFF_AFTER), "delta_bytes", (json_int_t)s->bytes_delta,
			 "delta_objects", (json_int_t)s->objects_delta, "bytes_error",
			 json_value__number(s->bytes_error), "stack",
			 json_value__array(s->site->nr_frames, report_json__frame, s->site));
}

int diff_json__print(const struct diff *diff, FILE *out)
{
	return json_value__print(
		json_pack("{s:i, s:s, s:o, s:o, s:b, s:o, s:{s:o, s:o, s:o, s:I}, s:o}", "version",
			  JSON_VALUE_VERSION, "type", "diff", "before", side(diff, DIFF_BEFORE),
			  "after", side(diff, DIFF_AFTER), "same_build", diff->same_build, "ledger",
			  json_value__array(diff->nr_ledger, class, diff), "sites_total", "sites",
			  json_value__count(diff->nr_sites), "both",
			  json_value__count(diff->nr_both), "changed",
			  json_value__count(diff->nr_changed), "delta_bytes",
			  (json_int_t)diff->bytes_delta, "sites",
			  json_value__array(diff->nr_shown, site, diff)),
		out);
}
