// SPDX-License-Identifier: GPL-2.0-only
#include "render/merge_json.h"
#include "report/report_json.h"
#include "util/json_value.h"

static json_t *file(const void *of, size_t i)
{
	const struct merge_file *f = &((const struct merge *)of)->files[i];

	return json_pack("{s:o, s:o, s:o}", "file", json_value__text(f->path), "time",
			 json_value__time(&f->report->time), "kernel",
			 json_value__text(f->report->kernel));
}

/* In how many files the verdict is which. */
static json_t *verdicts(const struct merge_site *s)
{
	json_t *counts = json_object();

	for (int name = 0; name < VERDICTS && counts; name++)
		if (json_object_set_new(counts, verdict__name(name),
					json_value__count(s->of[name]))) {
			json_decref(counts);
			counts = NULL;
		}
	return counts;
}

static json_t *site(const void *of, size_t i)
{
	const struct merge_site *s = &((const struct merge *)of)->sites[i];

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "fingerprint",
			 report_json__fingerprint(s->site->fingerprint), "files",
			 json_value__count(s->nr_files), "verdicts", verdicts(s), "bytes",
			 json_value__count(s->bytes), "objects", json_value__count(s->objects),
			 "growth_bytes_per_min", json_value__number(s->growth_bytes_per_min),
			 "origin", json_value__text(s->site->origin), "cache",
			 json_value__text(s->site->cache), "stack",
			 json_value__array(s->site->nr_frames, report_json__frame, s->site));
}

int merge_json__print(const struct merge *merge, FILE *out)
{
	return json_value__print(
		json_pack("{s:i, s:s, s:o, s:o, s:o, s:o}", "version", JSON_VALUE_VERSION, "type",
			  "merge", "files", json_value__array(merge->nr_files, file, merge),
			  "files_with_leak", json_value__count(merge->nr_leaking), "sites_total",
			  json_value__count(merge->nr_sites), "sites",
			  json_value__array(merge->nr_shown, site, merge)),
		out);
}
