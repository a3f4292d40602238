// SPDX-License-Identifier: GPL-2.0-only
#include "report/saved.h"
#include "report/charges_json.h"
#include "report/old_json.h"
#include "report/report_json.h"
#include "report/saved_site.h"
#include "trace/origins.h"
#include "util/json_read.h"
#include "util/json_value.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many of each a report may have. */
#define MOST_SITES	 1000000
#define MOST_CACHES	 65536
#define MOST_LOSSES	 1024
#define MOST_BLIND_SPOTS 1024
#define MOST_CLASSES	 64
#define MOST_IMAGES	 65536

static const char header_start[] = "{\"kleak_saved\":";

bool saved__fits(const char *line, size_t length)
{
	size_t values = 0;

	if (length > SAVED_LINE)
		return false;
	for (size_t i = 0; i < length; i++)
		values += line[i] == ',' || line[i] == '[' || line[i] == '{';
	return values <= SAVED_VALUES;
}

bool saved__is_header(const char *line, size_t length, bool cut)
{
	size_t known = strlen(header_start);

	if (cut && length < known)
		known = length;
	return length >= known && !memcmp(line, header_start, known);
}

/* ---- writing ---- */

static json_t *place(const void *of, size_t i)
{
	const struct image_place *p = &((const struct image *)of)->places[i];

	return json_pack("{s:o, s:o}", "name", json_value__text(p->name), "addr",
			 json_sprintf("0x%" PRIx64, p->address));
}

static json_t *image(const void *of, size_t i)
{
	const struct image *m = &((const struct images *)of)->list[i];
	char id[2 * IMAGE_BUILD_ID + 1] = "";

	for (uint32_t b = 0; b < m->build_id_length; b++)
		snprintf(id + 2 * (size_t)b, 3, "%02x", m->build_id[b]);
	return json_pack("{s:o, s:o, s:o}", "module", json_value__text(*m->name ? m->name : NULL),
			 "build_id", json_value__text(*id ? id : NULL), "places",
			 json_value__array(m->nr_places, place, m));
}

char *saved__print_header(const struct saved_header *h)
{
	/* the first key tells what it is, see saved__is_header() */
	return json_value__exact(json_pack(
		"{s:i, s:o, s:o, s:o, s:o, s:o}", "kleak_saved", SAVED_VERSION, "time",
		json_value__time(&h->time), "kernel", json_value__text(h->kernel), "kernel_version",
		json_value__text(h->kernel_version), "machine", json_value__text(h->machine),
		"images", json_value__array(h->images.nr, image, &h->images)));
}

char *saved__print_report(const struct report *report)
{
	return json_value__exact(report_json__of(report));
}

/* ---- reading: the line ---- */

/* The object that the line is; NULL: it is none, or too large. */
static json_t *parse(struct json_reader *reading, const char *line, size_t length)
{
	json_error_t error;
	json_t *json;

	if (!saved__fits(line, length)) {
		snprintf(reading->why, reading->len, "it is too large");
		reading->err = -EINVAL;
		return NULL;
	}
	json = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
	if (!json && json_error_code(&error) == json_error_out_of_memory) {
		reading->err = -ENOMEM;
	} else if (!json_is_object(json)) {
		snprintf(reading->why, reading->len, "it is no JSON object");
		reading->err = -EINVAL;
	}
	return json;
}

/* ---- reading: the header ---- */

/* Copy a name into `room`; one that is too long is none of ours. */
static void take_name(struct json_reader *reading, const char *key, const char *name, char *room,
		      size_t len)
{
	if (strlen(name) < len)
		memcpy(room, name, strlen(name) + 1);
	else
		json_read__fail(reading, key, "so short");
}

static void read_image(struct json_reader *r, json_t *from, struct image *to)
{
	const char *name = json_read__text_or_null(r, from, "module");
	const char *id = json_read__text_or_null(r, from, "build_id");
	size_t nr;
	json_t *places = json_read__array(r, from, "places", IMAGE_PLACES, &nr);

	take_name(r, "module", name ? name : "", to->name, sizeof(to->name));
	to->build_id_length = (uint32_t)json_read__bytes(r, "build_id", id ? id : "", to->build_id,
							 IMAGE_BUILD_ID);
	to->nr_places = (uint32_t)nr;
	for (size_t i = 0; i < nr; i++) {
		json_t *p = json_array_get(places, i);

		take_name(r, "name", json_read__text(r, p, "name"), to->places[i].name,
			  sizeof(to->places[i].name));
		to->places[i].address = json_read__hex(r, p, "addr", "0x");
	}
}

static void read_header(struct json_reader *r, json_t *from, struct saved_header *to)
{
	json_t *images;

	to->time = json_read__time(r, from, "time");
	to->kernel = json_read__text(r, from, "kernel");
	to->kernel_version = json_read__text(r, from, "kernel_version");
	to->machine = json_read__text(r, from, "machine");
	images = json_read__array(r, from, "images", MOST_IMAGES, &to->images.nr);
	to->images.list = json_read__new(r, to->images.nr, sizeof(*to->images.list));
	for (size_t i = 0; !r->err && i < to->images.nr; i++)
		read_image(r, json_array_get(images, i), &to->images.list[i]);
}

int saved__read_header(struct saved_header *header, const char *line, size_t length, char *why,
		       size_t len)
{
	struct saved_header h = {};
	struct json_reader reading = {.arena = &h.arena, .why = why, .len = len};
	json_int_t version;

	h.json = parse(&reading, line, length);
	version = json_integer_value(json_object_get(h.json, "kleak_saved"));
	if (!reading.err && version > SAVED_VERSION) {
		reading.err = -EPROTO;
	} else if (!reading.err) {
		if (version < 1)
			json_read__fail(&reading, "kleak_saved", "a version");
		read_header(&reading, h.json, &h);
	}
	if (reading.err)
		saved__free_header(&h);
	else
		*header = h;
	return reading.err;
}

void saved__free_header(struct saved_header *header)
{
	json_decref(header->json);
	arena__free(&header->arena);
	*header = (struct saved_header){};
}

/* ---- reading: a report ---- */

/* "slab,vmalloc" of an array */
static const char *read_origins(struct json_reader *r, json_t *from)
{
	size_t nr;
	json_t *list = json_read__array(r, from, "origins", ORIGINS, &nr);
	char *text = json_read__new(r, ORIGINS_TEXT, 1);

	for (size_t i = 0; !r->err && i < nr; i++) {
		const char *name = json_string_value(json_array_get(list, i));
		size_t used = strlen(text);

		snprintf(text + used, ORIGINS_TEXT - used, "%s%s", i ? "," : "",
			 saved_site__origin(r, "origins", name));
	}
	return text ? text : "";
}

static void read_filter(struct json_reader *r, json_t *from, struct report_filter *to)
{
	*to = (struct report_filter){
		.origins = read_origins(r, from),
		.pid = -1,
		.cgroup = json_read__text_or_null(r, from, "cgroup"),
		/* files of kleak 0.1 have none */
		.charged_to = json_object_get(from, "charged_to")
				      ? json_read__text_or_null(r, from, "charged_to")
				      : NULL,
		.command = json_read__text_or_null(r, from, "command"),
		.cache = json_read__text_or_null(r, from, "cache"),
		.min_size = json_read__count_or(r, from, "min_size_bytes", INT64_MAX, 0),
		.max_size = json_read__count_or(r, from, "max_size_bytes", INT64_MAX, UINT64_MAX),
		.min_age_s = json_read__number_or(r, from, "min_age_s", 0),
	};
	if (!json_is_null(json_read__value(r, from, "pid")))
		to->pid = (int64_t)json_read__count(r, from, "pid", INT64_MAX);
}

static void read_events(struct json_reader *r, json_t *from, struct report *to)
{
	const struct {
		const char *key;
		uint64_t *value;
	} list[] = {
		{"allocations", &to->events.allocations},
		{"frees", &to->events.frees},
		{"unknown_frees", &to->events.unknown_frees},
		{"implicit_frees", &to->events.implicit_frees},
		{"found_free", &to->events.found_free},
		{"unsampled", &to->events.unsampled},
		{"evicted", &to->events.evicted},
		{"live", &to->events.live},
		{"pending", &to->events.pending},
		{"in_motion", &to->events.in_motion},
		{"unchecked", &to->events.unchecked},
		{"allocated_bytes", &to->events.allocated_bytes},
		{"freed_bytes", &to->events.freed_bytes},
		{"live_bytes", &to->events.live_bytes},
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		*list[i].value = json_read__count(r, from, list[i].key, INT64_MAX);
	/* files from before 0.2 do not have it */
	if (json_object_get(from, "unsized_frees"))
		to->events.unsized_frees = json_read__count(r, from, "unsized_frees", INT64_MAX);
}

static void read_losses(struct json_reader *r, json_t *from, struct report *to)
{
	json_t *counts = json_read__object(r, from, "losses"), *value;
	json_t *texts = json_read__object(r, from, "loss_texts");
	size_t nr = json_object_size(counts), i = 0;
	struct report_loss *losses;
	const char *cause;

	if (nr > MOST_LOSSES)
		json_read__fail(r, "losses", "so long");
	losses = json_read__new(r, nr, sizeof(*losses));
	if (r->err)
		return;
	json_object_foreach(counts, cause, value)
	{
		if (!json_read__is_identifier(cause))
			json_read__fail(r, "losses", "a map of plain names");
		losses[i++] = (struct report_loss){
			.cause = cause,
			.text = json_read__words(r, texts, cause),
			.count = json_read__count(r, counts, cause, INT64_MAX),
		};
	}
	to->losses = losses;
	to->nr_losses = nr;
}

static void read_blind_spots(struct json_reader *r, json_t *from, struct report *to)
{
	size_t nr;
	json_t *list = json_read__array(r, from, "blind_spots", MOST_BLIND_SPOTS, &nr);
	const char **spots = json_read__new(r, nr, sizeof(*spots));

	for (size_t i = 0; !r->err && i < nr; i++) {
		spots[i] = json_string_value(json_array_get(list, i));
		if (!spots[i] || !json_read__are_words(spots[i]))
			json_read__fail(r, "blind_spots", "a list of sentences");
	}
	to->blind_spots = spots;
	to->nr_blind_spots = nr;
}

static enum meminfo_field field_of(struct json_reader *r, const char *key, const char *name)
{
	for (int i = 0; i < MEMINFO_FIELDS; i++)
		if (!strcmp(name, meminfo__name(i)))
			return i;
	json_read__fail(r, key, "a field of /proc/meminfo");
	return 0;
}

static void read_meminfo(struct json_reader *r, json_t *from, struct report *to)
{
	json_t *fields = json_read__object(r, from, "meminfo_delta_bytes"), *value;
	const char *name;

	json_object_foreach(fields, name, value)
	{
		enum meminfo_field field = field_of(r, "meminfo_delta_bytes", name);

		to->meminfo_delta[field] = json_read__signed(r, fields, name, INT64_MAX);
		to->meminfo_known[field] = true;
	}
}

/* A number that earlier files do not have; null is `instead`, too. */
static double read_later(struct json_reader *r, json_t *object, const char *key, double instead)
{
	return json_object_get(object, key) ? json_read__number_or(r, object, key, instead)
					    : instead;
}

static void read_class(struct json_reader *r, json_t *from, struct coverage_class *to)
{
	*to = (struct coverage_class){
		.name = json_read__identifier(r, from, "class"),
		.field = field_of(r, "field", json_read__text(r, from, "field")),
		.known = !json_is_null(json_read__value(r, from, "kernel_delta_bytes")),
		.traced_bytes = json_read__signed(r, from, "traced_bytes", INT64_MAX),
		.explained = json_read__number_or(r, from, "explained_share", NAN),
		.older_bytes = read_later(r, from, "older_bytes", NAN),
		.room_bytes = read_later(r, from, "room_bytes", NAN),
		.rest_bytes = read_later(r, from, "rest_bytes", NAN),
	};
	if (to->known)
		to->kernel_delta_bytes =
			json_read__signed(r, from, "kernel_delta_bytes", INT64_MAX);
}

static void read_ledger(struct json_reader *r, json_t *from, struct report *to)
{
	json_t *list = json_read__array(r, from, "ledger", MOST_CLASSES, &to->nr_ledger);
	struct coverage_class *classes = json_read__new(r, to->nr_ledger, sizeof(*classes));

	for (size_t i = 0; !r->err && i < to->nr_ledger; i++)
		read_class(r, json_array_get(list, i), &classes[i]);
	to->ledger = classes;
}

static void read_slab(struct json_reader *r, json_t *from, struct coverage_slab *to)
{
	json_t *slab = json_read__object_or_null(r, from, "slab");

	*to = (struct coverage_slab){.explained = NAN};
	if (!slab)
		return;
	to->known = true;
	to->objects_bytes = json_read__signed(r, slab, "objects_delta_bytes", JSON_READ_SIGNED);
	to->slabs_bytes = json_read__signed(r, slab, "slabs_delta_bytes", JSON_READ_SIGNED);
	to->traced_bytes = json_read__signed(r, slab, "traced_bytes", JSON_READ_SIGNED);
	to->explained = json_read__number_or(r, slab, "explained_share", NAN);
}

static void read_vfs(struct json_reader *r, json_t *from, struct report *to)
{
	json_t *vfs = json_read__object_if_there(r, from, "vfs_delta");

	if (!vfs)
		return;
	to->vfs_known = true;
	to->dentries.all = json_read__signed(r, vfs, "dentries", JSON_READ_SIGNED);
	to->dentries.unused = json_read__signed(r, vfs, "dentries_unused", JSON_READ_SIGNED);
	to->inodes.all = json_read__signed(r, vfs, "inodes", JSON_READ_SIGNED);
	to->inodes.unused = json_read__signed(r, vfs, "inodes_unused", JSON_READ_SIGNED);
}

static void read_scan(struct json_reader *r, json_t *from, struct report_scan *to)
{
	json_t *scan = json_read__object_or_null(r, from, "scan");

	if (!scan)
		return;
	*to = (struct report_scan){
		.passes = json_read__count(r, scan, "passes", INT64_MAX),
		.needed = (uint32_t)json_read__count(r, scan, "passes_needed", UINT32_MAX),
		.objects = json_read__count(r, scan, "objects", INT64_MAX),
		.unreferenced = json_read__count(r, scan, "unreferenced_objects", INT64_MAX),
		.unreferenced_bytes = json_read__count(r, scan, "unreferenced_bytes", INT64_MAX),
		.acknowledged = json_read__count(r, scan, "acknowledged", INT64_MAX),
		.unknown = json_read__count(r, scan, "unknown", INT64_MAX),
		.bytes = json_read__count(r, scan, "read_bytes", INT64_MAX),
		.seconds = json_read__number(r, scan, "duration_s"),
		.under_way = read_later(r, scan, "under_way_share", 0),
	};
	if (!to->passes && !(to->under_way > 0))
		json_read__fail(r, "passes", "a count of passes");
}

static void read_overhead(struct json_reader *r, json_t *from, struct report_overhead *to)
{
	json_t *overhead = json_read__object_or_null(r, from, "overhead");

	if (!overhead)
		return;
	*to = (struct report_overhead){
		.known = true,
		.share = json_read__undo(json_read__number(r, overhead, "percent"), 100),
		.most = json_read__undo(json_read__number(r, overhead, "limit_percent"), 100),
		.events_per_s = json_read__number(r, overhead, "events_per_s"),
		.ns_per_event = json_read__number(r, overhead, "ns_per_event"),
		.spent = json_read__truth(r, overhead, "over_limit"),
	};
}

/* "a, b" of an array; files of before have none. */
static const char *read_aliases(struct json_reader *r, json_t *from)
{
	size_t nr = 0, room = 1;
	json_t *list = NULL;
	char *text;

	if (json_object_get(from, "aliases"))
		list = json_read__array(r, from, "aliases", MOST_CACHES, &nr);
	for (size_t i = 0; i < nr; i++) {
		if (!json_is_string(json_array_get(list, i)))
			json_read__fail(r, "aliases", "names");
		room += strlen(", ") + json_string_length(json_array_get(list, i));
	}
	text = json_read__new(r, room, 1);
	for (size_t i = 0, used = 0; !r->err && i < nr; i++)
		used += (size_t)snprintf(text + used, room - used, "%s%s", i ? ", " : "",
					 json_string_value(json_array_get(list, i)));
	return text ? text : "";
}

static void read_caches(struct json_reader *r, json_t *from, struct report *to)
{
	json_t *list = json_read__array(r, from, "caches", MOST_CACHES, &to->nr_caches);
	struct report_cache *caches = json_read__new(r, to->nr_caches, sizeof(*caches));

	for (size_t i = 0; !r->err && i < to->nr_caches; i++) {
		json_t *c = json_array_get(list, i);

		caches[i] = (struct report_cache){
			.name = json_read__text(r, c, "name"),
			.aliases = read_aliases(r, c),
			.allocations = json_read__count(r, c, "allocations", INT64_MAX),
			.frees = json_read__count(r, c, "frees", INT64_MAX),
			.implicit_frees = json_read__count(r, c, "implicit_frees", INT64_MAX),
			.found_free = json_read__count(r, c, "found_free", INT64_MAX),
			.unknown_frees = json_read__count(r, c, "unknown_frees", INT64_MAX),
			.live = json_read__count(r, c, "live", INT64_MAX),
			.approximate = json_read__truth(r, c, "approximate"),
		};
	}
	to->caches = caches;
}

static void read_sites(struct json_reader *r, json_t *from, struct report *to)
{
	json_t *list = json_read__array(r, from, "sites", MOST_SITES, &to->nr_sites);
	struct report_site *sites = json_read__new(r, to->nr_sites, sizeof(*sites));
	json_t *total = json_read__object(r, from, "sites_total");

	for (size_t i = 0; !r->err && i < to->nr_sites; i++)
		saved_site__read(&sites[i], r, json_array_get(list, i), to->scan.passes > 0);
	to->sites = sites;
	to->nr_sites_all = json_read__count(r, total, "sites", INT64_MAX);
	to->bytes_all = json_read__count(r, total, "bytes", INT64_MAX);
	to->bytes_all_error = json_read__number(r, total, "bytes_error");
	if (to->nr_sites_all < to->nr_sites)
		json_read__fail(r, "sites_total", "a total");
}

/* It only grew, before it could become less again and had a key of its own. */
static void read_sampling(struct json_reader *r, json_t *from, struct report *to)
{
	to->sampling = (uint32_t)json_read__count(r, from, "sampling", UINT32_MAX);
	if (!to->sampling)
		json_read__fail(r, "sampling", "1 or more");
	to->sampling_most = to->sampling;
	if (json_object_get(from, "sampling_most"))
		to->sampling_most =
			(uint32_t)json_read__count(r, from, "sampling_most", UINT32_MAX);
	if (to->sampling_most < to->sampling)
		json_read__fail(r, "sampling_most", "as much as sampling, or more");
}

static void read_report(struct json_reader *r, json_t *from, struct report *to)
{
	uint64_t version = json_read__count(r, from, "version", INT64_MAX);

	if (version < 1 || version > JSON_VALUE_VERSION)
		json_read__fail(r, "version", "1 or 2");
	if (version == 1 && old_json__upgrade(from))
		r->err = -ENOMEM;
	to->time = json_read__time(r, from, "time");
	to->elapsed_s = json_read__number(r, from, "elapsed_s");
	to->final = json_read__truth(r, from, "final");
	to->kernel = json_read__words(r, from, "kernel");
	to->note = json_read__text_or_null(r, from, "note");
	read_sampling(r, from, to);
	read_filter(r, json_read__object(r, from, "filter"), &to->filter);
	read_events(r, json_read__object(r, from, "events"), to);
	read_losses(r, from, to);
	read_blind_spots(r, from, to);
	read_meminfo(r, from, to);
	read_ledger(r, from, to);
	read_vfs(r, from, to);
	read_slab(r, from, &to->slab);
	charges_json__read(r, from, to);
	read_scan(r, from, &to->scan);
	read_overhead(r, from, &to->overhead);
	read_caches(r, from, to);
	read_sites(r, from, to);
}

int saved__read_report(struct saved_report *saved, const char *line, size_t length, char *why,
		       size_t len)
{
	struct saved_report s = {};
	struct json_reader reading = {.arena = &s.arena, .why = why, .len = len};

	s.json = parse(&reading, line, length);
	if (!reading.err)
		read_report(&reading, s.json, &s.report);
	if (reading.err)
		saved__free_report(&s);
	else
		*saved = s;
	return reading.err;
}

void saved__free_report(struct saved_report *saved)
{
	json_decref(saved->json);
	arena__free(&saved->arena);
	*saved = (struct saved_report){};
}
