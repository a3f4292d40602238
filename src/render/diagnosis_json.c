// SPDX-License-Identifier: GPL-2.0-only
#include "render/diagnosis_json.h"
#include "report/report_json.h"
#include "util/json_value.h"

#define FORMAT_VERSION 1

static json_t *growth(const void *of, size_t i)
{
	const struct suspect *g = &((const struct diagnosis *)of)->growth[i];
	const struct series_slope *slope = &g->amount.growth;

	return json_pack("{s:o, s:b, s:o, s:b, s:I, s:I, s:o, s:o, s:o}", "name",
			 json_value__text(g->name), "cache", g->cache, "reclaimable",
			 g->reclaimable == STATEMENT_UNKNOWN
				 ? json_null()
				 : json_boolean(g->reclaimable == STATEMENT_YES),
			 "traced", g->traced, "bytes", (json_int_t)g->amount.bytes, "delta_bytes",
			 (json_int_t)g->amount.delta_bytes, "growth_bytes_per_min",
			 json_value__number(slope->per_s * 60), "growth_low_bytes_per_min",
			 json_value__number(slope->low * 60), "growth_high_bytes_per_min",
			 json_value__number(slope->high * 60));
}

static json_t *told(const char *text)
{
	return json_value__text(*text ? text : NULL);
}

static json_t *module(const void *of, size_t i)
{
	const struct diagnosis_module *m = &((const struct diagnosis *)of)->modules[i];

	return json_pack("{s:o, s:o, s:o}", "name", json_value__text(m->name), "version",
			 told(m->version), "taint", told(m->taint));
}

static json_t *next(const void *of, size_t i)
{
	return json_value__text(((const struct diagnosis *)of)->next[i]);
}

static json_t *whole(const struct diagnosis *d)
{
	size_t modules = d->report ? d->report->nr_sites : 0;

	return json_pack(
		"{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:i, s:b, s:b, s:o, s:o, "
		"s:o, s:o, s:o, s:o}",
		"version", FORMAT_VERSION, "type", "diagnosis", "time", json_value__time(&d->time),
		"kernel", json_value__text(d->kernel), "kernel_version",
		json_value__text(d->version), "machine", json_value__text(d->machine), "taint",
		json_value__text(d->taint), "answer",
		diagnosis__answer_name(diagnosis__answer(d)), "watched_s",
		json_value__number(d->watched_s), "traced_s", json_value__number(d->traced_s),
		"drained_s", json_value__number(d->drained_s), "rounds", (int)d->rounds,
		"caches_dropped", d->caches_dropped, "interrupted", d->interrupted, "origins",
		json_value__text(d->origins[0] ? d->origins : NULL), "caches",
		json_value__text(d->caches), "growth", json_value__array(d->nr_growth, growth, d),
		"modules", json_value__array(modules, module, d), "next",
		json_value__array(d->nr_next, next, d), "report",
		d->report ? report_json__of(d->report) : json_null());
}

int diagnosis_json__print(const struct diagnosis *diagnosis, FILE *out)
{
	return json_value__print(whole(diagnosis), out);
}
