// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"
#include "utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define FORMAT_VERSION 1
#define REPLACEMENT    "\xef\xbf\xbd" /* U+FFFD */

/* Every function here that returns a json_t * returns NULL when memory is short. */

/* JSON's integers are signed here: what is larger stays at the largest. */
static json_t *count(uint64_t n)
{
	return json_integer(n < INT64_MAX ? (json_int_t)n : INT64_MAX);
}

/* To 3 decimals, without a negative zero.  Not a number: null. */
static json_t *number(double x)
{
	if (!isfinite(x))
		return json_null();
	if (fabs(x) < 1e12)
		x = (double)(int64_t)(x * 1e3 + (x < 0 ? -0.5 : 0.5)) / 1e3;
	return json_real(x);
}

/* Write a copy of `s` to `to`, each byte that is not UTF-8 replaced. */
static void repair(char *to, const char *s)
{
	while (*s) {
		size_t length = utf8__sequence((const unsigned char *)s);

		if (length) {
			memcpy(to, s, length);
			to += length;
			s += length;
		} else {
			memcpy(to, REPLACEMENT, strlen(REPLACEMENT));
			to += strlen(REPLACEMENT);
			s++;
		}
	}
	*to = '\0';
}

/* A string from anywhere; NULL becomes null. */
static json_t *text(const char *s)
{
	json_t *string;
	char *copy;

	if (!s)
		return json_null();
	copy = malloc(strlen(s) * strlen(REPLACEMENT) + 1);
	if (!copy)
		return NULL;
	repair(copy, s);
	string = json_string(copy);
	free(copy);
	return string;
}

static json_t *rfc3339(const struct timespec *time)
{
	char seconds[64];
	struct tm tm = {};

	gmtime_r(&time->tv_sec, &tm);
	strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &tm);
	return json_sprintf("%s.%03ldZ", seconds, time->tv_nsec / 1000000);
}

/* "slab,vmalloc" as an array */
static json_t *origins(const char *list)
{
	json_t *array = json_array();

	while (array && *list) {
		size_t length = strcspn(list, ",");

		if (json_array_append_new(array, json_stringn(list, length))) {
			json_decref(array);
			return NULL;
		}
		list += length + (list[length] == ',');
	}
	return array;
}

static json_t *filter(const struct report_filter *f)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "origins", origins(f->origins),
			 "pid", f->pid < 0 ? json_null() : json_integer(f->pid), "cgroup",
			 text(f->cgroup), "command", text(f->command), "cache", text(f->cache),
			 "min_size", f->min_size ? count(f->min_size) : json_null(), "max_size",
			 f->max_size < UINT64_MAX ? count(f->max_size) : json_null(), "min_age_s",
			 f->min_age_s > 0 ? number(f->min_age_s) : json_null());
}

static json_t *events(const struct report *r)
{
	const struct {
		const char *key;
		uint64_t value;
	} list[] = {
		{"births", r->events.births},
		{"deaths", r->events.deaths},
		{"unknown_deaths", r->events.unknown_deaths},
		{"implicit_deaths", r->events.implicit_deaths},
		{"verified_free", r->events.verified_free},
		{"evicted", r->events.evicted},
		{"live", r->events.live},
		{"pending", r->events.pending},
		{"in_motion", r->events.in_motion},
		{"unchecked", r->events.unchecked},
		{"born_bytes", r->events.born_bytes},
		{"died_bytes", r->events.died_bytes},
		{"live_bytes", r->events.live_bytes},
	};
	json_t *object = json_object();

	for (size_t i = 0; object && i < sizeof(list) / sizeof(list[0]); i++) {
		if (json_object_set_new(object, list[i].key, count(list[i].value))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *losses(const struct report *r)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < r->nr_losses; i++) {
		const struct report_loss *loss = &r->losses[i];

		if (json_object_set_new(object, loss->cause, count(loss->count))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *meminfo(const struct report *r)
{
	json_t *object = json_object();

	for (int i = 0; object && i < MEMINFO_FIELDS; i++) {
		if (!r->meminfo_known[i])
			continue;
		if (json_object_set_new(object, meminfo__name(i),
					json_integer(r->meminfo_delta[i]))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* An array of `nr` elements, element(of, i) being the i-th. */
static json_t *array_of(size_t nr, json_t *(*element)(const void *of, size_t i), const void *of)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < nr; i++) {
		if (json_array_append_new(array, element(of, i))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *blind_spot(const void *of, size_t i)
{
	const struct report *r = of;

	return text(r->blind_spots[i]);
}

static json_t *class(const void *of, size_t i)
{
	const struct report *r = of;
	const struct report_class *c = &r->ledger[i];

	return json_pack("{s:o, s:o, s:I, s:o}", "class", text(c->name), "kernel_delta_bytes",
			 c->known ? json_integer(c->kernel_delta_bytes) : json_null(),
			 "traced_bytes", (json_int_t)c->traced_bytes, "explained",
			 c->known ? number(c->explained) : json_null());
}

static json_t *frame(const void *of, size_t i)
{
	const struct report_site *site = of;
	const struct report_frame *f = &site->stack[i];

	return json_pack("{s:o, s:o, s:o, s:o}", "addr", json_sprintf("0x%" PRIx64, f->address),
			 "symbol", text(f->symbol), "offset",
			 f->symbol ? count(f->offset) : json_null(), "module", text(f->module));
}

static json_t *site(const void *of, size_t i)
{
	const struct report *r = of;
	const struct report_site *s = &r->sites[i];

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}",
			 "id", json_sprintf("%016" PRIx64, s->id), "bytes", count(s->bytes),
			 "objects", count(s->objects), "bytes_requested", count(s->bytes_requested),
			 "growth_bytes_per_min", number(s->growth_bytes_per_min), "age_median_s",
			 number(s->age_median_s), "births", count(s->births), "deaths",
			 count(s->deaths), "births_per_s", number(s->births_per_s),
			 "pending_objects", count(s->pending_objects), "origin", text(s->origin),
			 "cache", text(s->cache), "approximate", s->approximate, "stack",
			 array_of(s->nr_frames, frame, s));
}

static json_t *cache(const void *of, size_t i)
{
	const struct report *r = of;
	const struct report_cache *c = &r->caches[i];

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "name", text(c->name),
			 "births", count(c->births), "deaths", count(c->deaths), "implicit_deaths",
			 count(c->implicit_deaths), "verified_free", count(c->verified_free),
			 "unknown_deaths", count(c->unknown_deaths), "live", count(c->live),
			 "approximate", c->approximate);
}

static json_t *whole(const struct report *r)
{
	return json_pack("{s:i, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:o, "
			 "s:o}, s:o, s:o}",
			 "version", FORMAT_VERSION, "time", rfc3339(&r->time), "elapsed_s",
			 number(r->elapsed_s), "final", r->final, "kernel", text(r->kernel),
			 "filter", filter(&r->filter), "events", events(r), "losses", losses(r),
			 "blind_spots", array_of(r->nr_blind_spots, blind_spot, r),
			 "meminfo_delta_bytes", meminfo(r), "ledger",
			 array_of(r->nr_ledger, class, r), "caches",
			 array_of(r->nr_caches, cache, r), "sites_total", "sites",
			 count(r->nr_sites_all), "bytes", count(r->bytes_all), "note",
			 text(r->note), "sites", array_of(r->nr_sites, site, r));
}

int json__print(const struct report *report, FILE *out)
{
	json_t *object = whole(report);
	char *line = NULL;

	/* 15 digits: as many as a double has, so 12.3 stays 12.3.  ASCII: harmless to a terminal.
	 */
	if (object)
		line = json_dumps(object,
				  JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));
	json_decref(object);
	if (!line)
		return -ENOMEM;
	fputs(line, out);
	fputc('\n', out);
	free(line);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
