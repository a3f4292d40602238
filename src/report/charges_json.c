// SPDX-License-Identifier: GPL-2.0-only
#include "report/charges_json.h"
#include "report/by_cgroup.h"
#include "trace/origins.h"
#include "util/json_value.h"

#include <math.h>
#include <string.h>

/* ---- writing ---- */

static json_t *charges_class(const void *of, size_t i)
{
	const struct cgroup_coverage_class *c = &((const struct cgroup_coverage *)of)->classes[i];

	return json_pack("{s:o, s:o, s:I, s:o, s:o, s:o}", "class", json_value__text(c->name),
			 "delta_bytes", c->known ? json_integer(c->delta_bytes) : json_null(),
			 "charged_bytes", (json_int_t)c->traced.charged_bytes, "uncharged_bytes",
			 c->traced.told ? json_integer(c->traced.uncharged_bytes) : json_null(),
			 "explained_share", json_value__number(c->explained), "rest_bytes",
			 json_value__number(c->rest_bytes));
}

static json_t *near_limit(const struct cgroup_coverage *c)
{
	bool grows = c->growing < CGROUP_CLASSES;

	return json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "state", near_limit__name(c->near.state),
		"held_bytes", json_value__count(c->near.held), "room_bytes",
		json_value__count(c->near.room), "oom_s", json_value__number(c->near.oom_s),
		"soonest_s", json_value__number(c->near.soonest_s), "latest_s",
		json_value__number(c->near.latest_s), "growing",
		json_value__text(grows ? cgroup_class__name(c->growing) : NULL));
}

json_t *charges_json__books(const struct cgroup_coverage *c)
{
	bool limited = c->limit_known && c->limit_bytes != NEAR_LIMIT_NONE;

	if (!c->known)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "max_bytes",
			 limited ? json_value__count(c->limit_bytes) : json_null(), "near_limit",
			 near_limit(c), "classes",
			 json_value__array(COVERAGE_CLASSES, charges_class, c));
}

json_t *charges_json__charged_to(const struct report_charged_to *c)
{
	char origins[ORIGINS_TEXT];

	if (!c->known)
		return json_null();
	origins__print(origins, sizeof(origins), c->unknown_origins);
	return json_pack(
		"{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "removed", c->removed, "sites",
		json_value__count(c->sites), "bytes", json_value__count(c->bytes), "looked_at",
		json_value__count(c->looked), "unknown_sites", json_value__count(c->unknown_sites),
		"unknown_bytes", json_value__count(c->unknown_bytes), "unknown_origins",
		json_value__words(origins), "skipped_sites", json_value__count(c->skipped_sites),
		"skipped_bytes", json_value__count(c->skipped_bytes));
}

/* Whether others allocated it; null: not known. */
static json_t *by_others(enum report_elsewhere elsewhere)
{
	if (elsewhere == REPORT_ELSEWHERE_UNKNOWN)
		return json_null();
	return json_boolean(elsewhere == REPORT_ELSEWHERE_YES);
}

static json_t *charged_group(const void *of, size_t i)
{
	const struct report_charged_group *g = &((const struct report_charged *)of)->groups[i];

	return json_pack("{s:o, s:o, s:o}", "cgroup", json_value__text(g->cgroup), "objects",
			 json_value__count(g->objects), "allocated_elsewhere",
			 by_others(g->elsewhere));
}

json_t *charges_json__charged(const struct report *r, const struct report_charged *c)
{
	if (!c->looked_at)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "looked_at",
			 json_value__count(c->looked_at), "to_filter",
			 r->charged_to.known ? json_value__count(c->wanted) : json_null(), "nobody",
			 json_value__count(c->nobody), "unknown", json_value__count(c->unknown),
			 "others", json_value__count(c->others), "cgroups",
			 json_value__array(c->nr_groups, charged_group, c));
}

static json_t *by_cgroup_row(const void *of, size_t i)
{
	static const char *const whom[] = {
		[BY_CGROUP_ONE] = "cgroup",
		[BY_CGROUP_OTHERS] = "others",
		[BY_CGROUP_NOBODY] = "nobody",
		[BY_CGROUP_UNKNOWN] = "unknown",
	};
	const struct by_cgroup_row *row = &((const struct by_cgroup *)of)->rows[i];

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "whom", whom[row->whom], "cgroup",
			 json_value__text(row->cgroup), "bytes", json_value__count(row->sum.bytes),
			 "objects", json_value__count(row->sum.objects), "growth_bytes_per_min",
			 json_value__number(row->sum.growth_bytes_per_min), "elsewhere_bytes",
			 json_value__count(row->elsewhere_bytes), "sites",
			 json_value__count(row->nr));
}

json_t *charges_json__by_cgroup(const struct report *report)
{
	struct by_cgroup groups;
	json_t *list;

	if (by_cgroup__find(&groups, report))
		return NULL;
	list = groups.nr ? json_value__array(groups.nr, by_cgroup_row, &groups) : json_null();
	by_cgroup__free(&groups);
	return list;
}

/* ---- reading ---- */

static void read_charged(struct json_reader *r, json_t *from, struct cgroup_coverage_class *to)
{
	*to = (struct cgroup_coverage_class){
		.name = json_read__identifier(r, from, "class"),
		.known = !json_is_null(json_read__value(r, from, "delta_bytes")),
		.traced = {.charged_bytes =
				   json_read__signed(r, from, "charged_bytes", JSON_READ_SIGNED),
			   .told = !json_is_null(json_read__value(r, from, "uncharged_bytes"))},
		.explained = json_read__number_or(r, from, "explained_share", NAN),
		.rest_bytes = json_read__number_or(r, from, "rest_bytes", NAN),
	};
	if (to->known)
		to->delta_bytes = json_read__signed(r, from, "delta_bytes", JSON_READ_SIGNED);
	if (to->traced.told)
		to->traced.uncharged_bytes =
			json_read__signed(r, from, "uncharged_bytes", JSON_READ_SIGNED);
}

/* Which of `nr` names the text under `key` is; `nr`: null. */
static int name_of(struct json_reader *r, json_t *from, const char *key, int nr,
		   const char *(*name)(int i))
{
	const char *text = json_read__text_or_null(r, from, key);

	for (int i = 0; text && i < nr; i++)
		if (!strcmp(text, name(i)))
			return i;
	if (text)
		json_read__fail(r, key, "a name that is known");
	return nr;
}

static const char *state_name(int i)
{
	return near_limit__name((enum near_limit_state)i);
}

static const char *class_name(int i)
{
	return cgroup_class__name((enum cgroup_class)i);
}

static void read_near_limit(struct json_reader *r, json_t *from, struct cgroup_coverage *to)
{
	int state = name_of(r, from, "state", NEAR_LIMIT_STATES, state_name);

	to->near = (struct near_limit){
		.state = state < NEAR_LIMIT_STATES ? state : NEAR_LIMIT_UNKNOWN,
		.held = json_read__count(r, from, "held_bytes", INT64_MAX),
		.room = json_read__count(r, from, "room_bytes", INT64_MAX),
		.oom_s = json_read__number_or(r, from, "oom_s", INFINITY),
		.soonest_s = json_read__number_or(r, from, "soonest_s", INFINITY),
		.latest_s = json_read__number_or(r, from, "latest_s", INFINITY),
	};
	to->growing = name_of(r, from, "growing", CGROUP_CLASSES, class_name);
}

/* Files of kleak 0.1 have none. */
static void read_books(struct json_reader *r, json_t *from, struct cgroup_coverage *to)
{
	json_t *charges = json_read__object_if_there(r, from, "charges"), *list;
	size_t nr = 0;

	if (!charges)
		return;
	to->known = to->limit_known = true;
	to->limit_bytes = json_read__count_or(r, charges, "max_bytes", INT64_MAX, NEAR_LIMIT_NONE);
	read_near_limit(r, json_read__object(r, charges, "near_limit"), to);
	list = json_read__array(r, charges, "classes", COVERAGE_CLASSES, &nr);
	if (!r->err && nr != COVERAGE_CLASSES)
		json_read__fail(r, "classes", "all classes");
	for (size_t i = 0; !r->err && i < nr; i++)
		read_charged(r, json_array_get(list, i), &to->classes[i]);
}

static uint32_t read_origins(struct json_reader *r, json_t *from, const char *key)
{
	uint32_t origins = 0;
	size_t nr;
	json_t *list = json_read__array(r, from, key, ORIGINS, &nr);

	for (size_t i = 0; !r->err && i < nr; i++) {
		const char *name = json_string_value(json_array_get(list, i));
		int origin = 0;

		while (origin < ORIGINS && (!name || strcmp(name, origins__names[origin])))
			origin++;
		if (origin == ORIGINS)
			json_read__fail(r, key, "a list of allocators");
		origins |= 1U << origin;
	}
	return origins;
}

/* Files of kleak 0.1 have none. */
static void read_charged_to(struct json_reader *r, json_t *from, struct report_charged_to *to)
{
	json_t *c = json_read__object_if_there(r, from, "charged_to");

	if (!c)
		return;
	*to = (struct report_charged_to){
		.known = true,
		.removed = json_read__truth(r, c, "removed"),
		.sites = json_read__count(r, c, "sites", INT64_MAX),
		.bytes = json_read__count(r, c, "bytes", INT64_MAX),
		.looked = json_read__count(r, c, "looked_at", INT64_MAX),
		.unknown_sites = json_read__count(r, c, "unknown_sites", INT64_MAX),
		.unknown_bytes = json_read__count(r, c, "unknown_bytes", INT64_MAX),
		.unknown_origins = read_origins(r, c, "unknown_origins"),
		.skipped_sites = json_read__count(r, c, "skipped_sites", INT64_MAX),
		.skipped_bytes = json_read__count(r, c, "skipped_bytes", INT64_MAX),
	};
}

void charges_json__read(struct json_reader *r, json_t *from, struct report *to)
{
	read_books(r, from, &to->charges);
	read_charged_to(r, from, &to->charged_to);
}

static enum report_elsewhere read_elsewhere(struct json_reader *r, json_t *from)
{
	if (json_is_null(json_read__value(r, from, "allocated_elsewhere")))
		return REPORT_ELSEWHERE_UNKNOWN;
	return json_read__truth(r, from, "allocated_elsewhere") ? REPORT_ELSEWHERE_YES
								: REPORT_ELSEWHERE_NO;
}

void charges_json__read_site(struct json_reader *r, json_t *from, struct report_charged *to)
{
	json_t *charged = json_read__object_if_there(r, from, "charged"), *list;

	if (!charged)
		return;
	to->looked_at = (uint32_t)json_read__count(r, charged, "looked_at", UINT32_MAX);
	if (!to->looked_at)
		json_read__fail(r, "looked_at", "a count of objects");
	to->wanted = (uint32_t)json_read__count_or(r, charged, "to_filter", to->looked_at, 0);
	to->nobody = (uint32_t)json_read__count(r, charged, "nobody", to->looked_at);
	to->unknown = (uint32_t)json_read__count(r, charged, "unknown", to->looked_at);
	to->others = (uint32_t)json_read__count(r, charged, "others", to->looked_at);
	list = json_read__array(r, charged, "cgroups", REPORT_CHARGED_GROUPS, &to->nr_groups);
	for (size_t i = 0; !r->err && i < to->nr_groups; i++) {
		json_t *g = json_array_get(list, i);

		to->groups[i] = (struct report_charged_group){
			.cgroup = json_read__text(r, g, "cgroup"),
			.objects = (uint32_t)json_read__count(r, g, "objects", to->looked_at),
			.elsewhere = read_elsewhere(r, g),
		};
	}
}
