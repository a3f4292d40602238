// SPDX-License-Identifier: GPL-2.0-only
#include "render/statement_json.h"
#include "report/report_json.h"
#include "util/json_value.h"

json_t *statement_json__with_amount(json_t *object, const struct statement_amount *amount)
{
	const struct growth_slope *slope = &amount->growth;
	json_t *keys =
		json_pack("{s:I, s:I, s:o, s:o, s:o}", "bytes", (json_int_t)amount->bytes,
			  "delta_bytes", (json_int_t)amount->delta_bytes, "growth_bytes_per_min",
			  report_json__per_min(slope, slope->per_s), "growth_low_bytes_per_min",
			  report_json__per_min(slope, slope->low), "growth_high_bytes_per_min",
			  report_json__per_min(slope, slope->high));

	if (!object || !keys || json_object_update(object, keys)) {
		json_decref(object);
		object = NULL;
	}
	json_decref(keys);
	return object;
}

static json_t *answer(enum statement_answer answer)
{
	return answer == STATEMENT_UNKNOWN ? json_null() : json_boolean(answer == STATEMENT_YES);
}

static json_t *class(const void *of, size_t i)
{
	const struct statement_class *c = &((const struct statement *)of)->classes[i];

	return statement_json__with_amount(json_pack("{s:o, s:b, s:b, s:o}", "class",
						     json_value__text(c->name), "known", c->known,
						     "outside_total", c->apart, "remark",
						     json_value__text(c->remark)),
					   &c->amount);
}

static json_t *cache(const void *of, size_t i)
{
	const struct statement_cache *c = &((const struct statement *)of)->caches[i];

	return statement_json__with_amount(
		json_pack("{s:o, s:o, s:o, s:o, s:I, s:o}", "name", json_value__text(c->name),
			  "aliases", json_value__words(c->aliases), "reclaimable",
			  answer(c->reclaimable), "active_objects",
			  json_value__count(c->active_objects), "delta_objects",
			  (json_int_t)c->delta_objects, "object_size_bytes",
			  json_value__count(c->object_size)),
		&c->amount);
}

static json_t *caller(const void *of, size_t i)
{
	const struct statement_caller *c = &((const struct statement *)of)->callers[i];

	return statement_json__with_amount(
		json_pack("{s:o, s:o, s:I}", "name", json_value__text(c->name), "areas",
			  json_value__count(c->areas), "delta_areas", (json_int_t)c->delta_areas),
		&c->amount);
}

static json_t *line(const void *of, size_t i)
{
	const struct statement_line *l = &((const struct statement *)of)->lines[i];

	return statement_json__with_amount(
		json_pack("{s:o, s:o, s:o, s:o, s:I}", "place", json_value__text(l->place),
			  "function", json_value__text(l->function), "module",
			  json_value__text(l->module), "calls", json_value__count(l->calls),
			  "delta_calls", (json_int_t)l->delta_calls),
		&l->amount);
}

static json_t *source(const void *of, size_t i)
{
	const struct statement_source *s = &((const struct statement *)of)->sources[i];

	return json_pack("{s:o, s:o, s:b, s:o}", "name", json_value__text(s->name), "path",
			 json_value__text(s->path), "found", s->found, "remark",
			 json_value__text(s->remark));
}

static json_t *unread(const void *of, size_t i)
{
	return json_value__text(((const struct statement *)of)->unread[i]);
}

static json_t *free_cache(const struct statement *s)
{
	return json_pack("[o, o, o]", json_value__count(s->free_cache[0]),
			 json_value__count(s->free_cache[1]), json_value__count(s->free_cache[2]));
}

static json_t *whole(const struct statement *s)
{
	static const char *const phases[] = {
		[STATEMENT_STREAM] = "stream",
		[STATEMENT_BEFORE] = "before",
		[STATEMENT_AFTER] = "after",
	};

	return json_pack(
		"{s:i, s:s, s:o, s:o, s:b, s:o, s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o, s:o, s:o, s:o}",
		"version", JSON_VALUE_VERSION, "type", "ledger", "time", json_value__time(&s->time),
		"elapsed_s", json_value__number(s->elapsed_s), "final", s->final, "kernel",
		json_value__text(s->kernel), "phase", phases[s->phase], "command",
		json_value__text(s->command), "caches_dropped", s->caches_dropped, "total_bytes",
		json_value__count(s->total_bytes), "available",
		s->available_known ? statement_json__with_amount(json_object(), &s->available)
				   : json_null(),
		"exhausted_s", json_value__number(s->exhausted_s), "free_cache_bytes",
		free_cache(s), "classes", json_value__array(s->nr_classes, class, s), "caches",
		json_value__array(s->nr_caches, cache, s), "caches_total",
		json_value__count(s->nr_caches_all), "callers",
		json_value__array(s->nr_callers, caller, s), "callers_total",
		json_value__count(s->nr_callers_all), "lines",
		json_value__array(s->nr_lines, line, s), "lines_total",
		json_value__count(s->nr_lines_all), "sources",
		json_value__array(s->nr_sources, source, s), "unread",
		json_value__array(s->nr_unread, unread, s));
}

int statement_json__print(const struct statement *statement, FILE *out)
{
	return json_value__print(whole(statement), out);
}
