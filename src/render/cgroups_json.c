// SPDX-License-Identifier: GPL-2.0-only
#include "render/cgroups_json.h"
#include "render/statement_json.h"
#include "util/json_value.h"

/* null: not known, or no limit. */
static json_t *number(struct cgroup_number n)
{
	return n.known && n.is != NEAR_LIMIT_NONE ? json_value__count(n.is) : json_null();
}

static json_t *amount(const struct cgroup_amount *amount)
{
	return amount->known ? statement_json__with_amount(json_object(), &amount->is)
			     : json_null();
}

static json_t *limit(const struct cgroup_row *row)
{
	if (!row->limit.known)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "bytes", json_value__count(row->limit.is), "path",
			 json_value__text(row->limit_of), "room_bytes",
			 row->limit_of ? json_value__count(row->limit_room) : json_null());
}

static json_t *near_limit(const struct cgroup_row *row)
{
	const struct near_limit *near = &row->near;
	bool known = near->state != NEAR_LIMIT_UNKNOWN && near->state != NEAR_LIMIT_UNLIMITED;
	bool grows = row->growing < CGROUP_CLASSES;

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "state", near_limit__name(near->state),
			 "room_bytes", known ? json_value__count(near->room) : json_null(), "oom_s",
			 json_value__number(near->oom_s), "soonest_s",
			 json_value__number(near->soonest_s), "latest_s",
			 json_value__number(near->latest_s), "growing",
			 json_value__text(grows ? cgroup_class__name(row->growing) : NULL));
}

static json_t *events(const struct cgroup_row *row)
{
	json_t *object = json_object();

	for (int i = 0; object && i < MEMORY_EVENTS; i++) {
		const struct cgroup_event *event = &row->events[i];
		json_t *value = event->known ? json_pack("{s:o, s:I}", "times",
							 json_value__count(event->times), "delta",
							 (json_int_t)event->delta)
					     : json_null();

		if (json_object_set_new(object, memory_event__name(i), value)) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}

static json_t *class(const void *of, size_t i)
{
	const struct statement_class *c = &((const struct statement_class *)of)[i];

	return statement_json__with_amount(json_pack("{s:o, s:b, s:o}", "class",
						     json_value__text(c->name), "known", c->known,
						     "remark", json_value__text(c->remark)),
					   &c->amount);
}

static json_t *row(const void *of, size_t i)
{
	const struct cgroup_row *r = &((const struct cgroup_statement *)of)->rows[i];

	return json_pack(
		"{s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, "
		"s:o}",
		"path", json_value__text(r->path), "id", json_value__count(r->id), "parent",
		r->parent ? json_value__count(r->parent) : json_null(), "came", r->came, "gone",
		r->gone, "usage_bytes", number(r->usage), "held", amount(&r->held), "kernel",
		amount(&r->kernel), "max_bytes", number(r->max), "high_bytes", number(r->high),
		"dying_descendants", number(r->dying), "limit", limit(r), "near_limit",
		near_limit(r), "events", events(r), "age_s", json_value__number(r->age_s), "judged",
		r->judged, "classes",
		r->classes ? json_value__array(CGROUP_CLASSES, class, r->classes) : json_null());
}

static json_t *whole(const struct cgroup_statement *s)
{
	return json_pack(
		"{s:i, s:s, s:o, s:o, s:b, s:o, s:i, s:o, s:b, s:b, s:b, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o}",
		"version", JSON_VALUE_VERSION, "type", "cgroups", "time",
		json_value__time(&s->time), "elapsed_s", json_value__number(s->elapsed_s), "final",
		s->final, "kernel", json_value__text(s->kernel), "cgroup_version", s->v1 ? 1 : 2,
		"mount", json_value__text(s->mount), "cut_off", s->cut_off, "one", s->one,
		"caches_dropped", s->caches_dropped, "cgroups",
		json_value__array(s->nr_rows, row, s), "cgroups_total",
		json_value__count(s->nr_rows_all), "came", json_value__count(s->came), "gone",
		json_value__count(s->gone), "left_out", json_value__count(s->left_out), "unread",
		json_value__count(s->unread), "odd", json_value__count(s->odd));
}

int cgroups_json__print(const struct cgroup_statement *statement, FILE *out)
{
	return json_value__print(whole(statement), out);
}
