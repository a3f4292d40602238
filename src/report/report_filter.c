// SPDX-License-Identifier: GPL-2.0-only
#include "report/report_filter.h"
#include "trace/origins.h"
#include "util/commas.h"
#include "util/order.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 64 /* "slab,vmalloc,percpu,pages" */

/* The first of `names` that is not on `list`, or NULL.  It is written to `room`. */
static const char *missing(const char *list, const char *names, char *room, size_t len)
{
	const char *name;
	size_t length;

	while ((name = commas__next(&names, &length))) {
		snprintf(room, len, "%.*s", (int)length, name);
		if (!commas__has(list, room))
			return room;
	}
	return NULL;
}

/* ---- leaving out ---- */

static bool is_wanted(const struct report_site *site, const char *origins, const char *caches)
{
	if (origins && !commas__has(origins, site->origin))
		return false;
	return !caches || (!strcmp(site->origin, "slab") && commas__has(caches, site->cache));
}

static void leave_out(struct report *report, struct report_site *sites, const char *origins,
		      const char *caches)
{
	double squares = 0;
	size_t nr = 0;

	report->bytes_all = 0;
	for (size_t i = 0; i < report->nr_sites; i++) {
		if (!is_wanted(&sites[i], origins, caches))
			continue;
		squares += sites[i].bytes_error * sites[i].bytes_error;
		report->bytes_all = saturate__add(report->bytes_all, sites[i].bytes, UINT64_MAX);
		sites[nr++] = sites[i];
	}
	report->nr_sites = report->nr_sites_all = nr;
	report->bytes_all_error = isfinite(squares) ? sqrt(squares) : 0;
}

/* Where all of them are there, what is thought of them can be counted. */
static void count_verdicts(struct report *report)
{
	report->verdicts_known = report->nr_sites == report->nr_sites_all;
	for (size_t i = 0; i < report->nr_sites && report->verdicts_known; i++)
		report->verdicts_known = report_verdict__add(report->verdicts, &report->sites[i]);
}

/* Was what is asked for traced? */
static int check(const struct report *report, const char *origins, const char *caches, char *why,
		 size_t len)
{
	const struct report_filter *filter = &report->filter;
	char name[256];

	if (origins && missing(filter->origins, origins, name, sizeof(name))) {
		snprintf(why, len, "--origin %s: only %s was traced", name, filter->origins);
		return -EINVAL;
	}
	if (caches && !commas__has(filter->origins, "slab")) {
		snprintf(why, len, "--cache: only %s was traced", filter->origins);
		return -EINVAL;
	}
	if (caches && filter->cache && missing(filter->cache, caches, name, sizeof(name))) {
		snprintf(why, len, "--cache %s: only %s was traced", name, filter->cache);
		return -EINVAL;
	}
	return 0;
}

/* ---- sorting ---- */

/* As sites__sort() does it. */
static int compare(const void *a, const void *b, void *key)
{
	const struct report_site *left = a, *right = b;
	int order = ORDER_DOWN(left->unreferenced_bytes, right->unreferenced_bytes);

	if (!order && *(enum sites_key *)key == SITES_BY_GROWTH)
		order = ORDER_DOWN(left->growth_bytes_per_min, right->growth_bytes_per_min);
	if (!order && *(enum sites_key *)key == SITES_BY_OBJECTS)
		order = ORDER_DOWN(left->objects, right->objects);
	if (!order && *(enum sites_key *)key == SITES_BY_AGE)
		order = ORDER_DOWN(left->age_median_s, right->age_median_s);
	if (!order && *(enum sites_key *)key == SITES_BY_RANK)
		order = ORDER_DOWN(verdict__suspicion(left->verdict.is.name),
				   verdict__suspicion(right->verdict.is.name))
				?: ORDER_DOWN(left->growth_bytes_per_min,
					      right->growth_bytes_per_min);
	return order ?: ORDER_DOWN(left->bytes, right->bytes) ?: ORDER_UP(left->id, right->id);
}

int report_filter__apply(struct saved_report *saved, const struct trace_options *traced,
			 const struct report_options *options, char *why, size_t len)
{
	struct report *report = &saved->report;
	enum sites_key key = options->sort;
	struct report_site *sites;
	char *origins = NULL;
	int err;

	if (traced->origins_given) {
		origins = arena__new(&saved->arena, ROOM, 1);
		if (!origins)
			return -ENOMEM;
		origins__print(origins, ROOM, traced->origins);
	}
	err = check(report, origins, traced->cache, why, len);
	if (err)
		return err;
	sites = arena__new(&saved->arena, report->nr_sites, sizeof(*sites));
	if (!sites)
		return -ENOMEM;
	if (report->nr_sites)
		memcpy(sites, report->sites, report->nr_sites * sizeof(*sites));
	report->sites = sites;
	if (origins || traced->cache) {
		leave_out(report, sites, origins, traced->cache);
		if (origins)
			report->filter.origins = origins;
		if (traced->cache) {
			report->filter.cache = traced->cache;
			report->filter.origins = "slab";
		}
	}
	if (report->nr_sites && (options->sort_given || key == SITES_BY_RANK))
		qsort_r(sites, report->nr_sites, sizeof(*sites), compare, &key);
	report->by_suspicion = key == SITES_BY_RANK;
	count_verdicts(report);
	return 0;
}
