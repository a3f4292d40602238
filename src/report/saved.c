// SPDX-License-Identifier: GPL-2.0-only
#include "report/saved.h"
#include "report/charges_json.h"
#include "report/old_json.h"
#include "report/report_json.h"
#include "trace/freed_by.h"
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
#define MOST_FRAMES	 4096
#define MOST_WHO	 1024
#define MOST_LISTED	 65536
#define MOST_CACHES	 65536
#define MOST_LOSSES	 1024
#define MOST_BLIND_SPOTS 1024
#define MOST_CLASSES	 64
#define MOST_IMAGES	 65536

static const char header_start[] = "{\"kleak_saved\":";

static const char *const origin_names[] = {"slab", "vmalloc", "percpu", "pages"};

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

/* `x` with x * factor == product, if there is one: as it was before it was multiplied. */
static double undo(double product, double factor)
{
	double x = product / factor;

	if (x * factor == product)
		return x;
	if (nextafter(x, INFINITY) * factor == product)
		return nextafter(x, INFINITY);
	if (nextafter(x, -INFINITY) * factor == product)
		return nextafter(x, -INFINITY);
	return x;
}

static const char *origin_of(struct json_reader *r, const char *key, const char *name)
{
	for (size_t i = 0; name && i < sizeof(origin_names) / sizeof(origin_names[0]); i++)
		if (!strcmp(name, origin_names[i]))
			return origin_names[i];
	json_read__fail(r, key, "an allocator");
	return "";
}

/* "slab,vmalloc" of an array */
static const char *read_origins(struct json_reader *r, json_t *from)
{
	const size_t room = 64, most = sizeof(origin_names) / sizeof(origin_names[0]);
	size_t nr;
	json_t *list = json_read__array(r, from, "origins", most, &nr);
	char *text = json_read__new(r, room, 1);

	for (size_t i = 0; !r->err && i < nr; i++) {
		const char *name = json_string_value(json_array_get(list, i));
		size_t used = strlen(text);

		snprintf(text + used, room - used, "%s%s", i ? "," : "",
			 origin_of(r, "origins", name));
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
		.share = undo(json_read__number(r, overhead, "percent"), 100),
		.most = undo(json_read__number(r, overhead, "limit_percent"), 100),
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
		used += (size_t)sprintf(text + used, "%s%s", i ? ", " : "",
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

/* ---- reading: a site ---- */

static void read_frame(struct json_reader *r, json_t *from, struct symbols_frame *to)
{
	*to = (struct symbols_frame){
		.address = json_read__hex(r, from, "addr", "0x"),
		.symbol = json_read__text_or_null(r, from, "symbol"),
		.module = json_read__text_or_null(r, from, "module"),
	};
	to->file = json_read__text_or_null(r, from, "file");
	if (to->file)
		to->line = (unsigned int)json_read__count(r, from, "line", UINT32_MAX);
	to->inlined = json_read__truth(r, from, "inlined");
	if (to->symbol && !to->inlined)
		to->offset = json_read__count(r, from, "offset", INT64_MAX);
}

static const struct symbols_frame *read_stack(struct json_reader *r, json_t *from, size_t *nr)
{
	json_t *list = json_read__array(r, from, "stack", MOST_FRAMES, nr);
	struct symbols_frame *frames = json_read__new(r, *nr, sizeof(*frames));

	for (size_t i = 0; !r->err && i < *nr; i++)
		read_frame(r, json_array_get(list, i), &frames[i]);
	return frames;
}

static enum verdict_name verdict_called(struct json_reader *r, const char *name)
{
	for (int i = 0; i < VERDICTS; i++)
		if (!strcmp(name, verdict__name(i)))
			return i;
	json_read__fail(r, "name", "a verdict");
	return 0;
}

/* Per minute as it was per second. */
static double per_s(struct json_reader *r, json_t *from, const char *key)
{
	return undo(json_read__number_or(r, from, key, NAN), 60);
}

static void read_survival(struct json_reader *r, json_t *from, struct evidence *to)
{
	size_t nr;
	json_t *list = json_read__array(r, from, "survival_shares", SURVIVALS, &nr);

	if (nr != SURVIVALS)
		json_read__fail(r, "survival_shares", "a list of four");
	for (size_t i = 0; !r->err && i < SURVIVALS; i++) {
		json_t *share = json_array_get(list, i);

		if (!json_read__is_number(share) && !json_is_null(share))
			json_read__fail(r, "survival_shares", "a list of shares");
		to->survival[i] = json_is_number(share) ? json_number_value(share) : NAN;
	}
}

/* Copy a name that the kernel or /proc told; what does not fit is cut between characters. */
static void copy_name(char *to, size_t len, const char *name)
{
	size_t length = strlen(name);

	if (length >= len)
		for (length = len - 1; length && (name[length] & 0xc0) == 0x80;)
			length--;
	memcpy(to, name, length);
	to[length] = '\0';
}

static void read_pinned(struct json_reader *r, json_t *from, struct pins_count *to)
{
	json_t *p = json_read__object_if_there(r, from, "pinned");
	static const char *const keys[VFS_PINS] = {
		[VFS_REFERENCE] = "references", [VFS_CHILD] = "children", [VFS_DENTRY] = "dentries",
		[VFS_NAME_KEPT] = "files",	[VFS_MOUNTED] = "mounts", [VFS_OFF_LRU] = "off_lru",
		[VFS_UNKNOWN] = "unknown",
	};
	uint32_t left;
	const char *fs;

	if (!p)
		return;
	to->of = json_read__count(r, p, "of", INT64_MAX);
	to->sampled = (uint32_t)json_read__count(r, p, "sampled", UINT32_MAX);
	if (!to->sampled)
		json_read__fail(r, "sampled", "a count of objects");
	left = to->sampled;
	for (int i = 0; i < VFS_PINS; i++) {
		if (!keys[i] || (i == VFS_MOUNTED && !json_object_get(p, keys[i])))
			continue; /* before it was told apart */
		to->by[i] = (uint32_t)json_read__count(r, p, keys[i], left);
		left -= to->by[i];
	}
	to->by[VFS_NOT_PINNED] = left;
	to->dirty = (uint32_t)json_read__count(r, p, "dirty", to->sampled);
	fs = json_read__text_or_null(r, p, "file_system");
	copy_name(to->fs, sizeof(to->fs), fs ? fs : "");
	to->other_fs = json_read__truth(r, p, "other_file_systems");
}

static enum arrivals_shape shape_called(struct json_reader *r, const char *name)
{
	for (int i = ARRIVALS_ONGOING; i <= ARRIVALS_STOPPED; i++)
		if (name && !strcmp(name, arrivals__name(i)))
			return i;
	json_read__fail(r, "shape", "ongoing, bursts or stopped");
	return ARRIVALS_UNKNOWN;
}

static void read_arrivals(struct json_reader *r, json_t *from, struct arrivals *to)
{
	json_t *a = json_read__object_if_there(r, from, "arrivals");

	to->kept_share = NAN;
	if (!a)
		return;
	to->shape = shape_called(r, json_read__text(r, a, "shape"));
	to->bursts = (uint32_t)json_read__count(r, a, "bursts", UINT32_MAX);
	to->lasted_s = json_read__number_or(r, a, "lasted_s", NAN);
	to->since_s = json_read__number_or(r, a, "since_s", NAN);
	to->kept_share = json_read__number_or(r, a, "kept_share", NAN);
}

static void read_verdict(struct json_reader *r, json_t *from, struct report_site *site)
{
	json_t *v = json_read__object_or_null(r, from, "verdict");
	struct conclusion *to = &site->verdict;
	struct evidence *e = &to->from;

	if (!v)
		return;
	to->is.name = verdict_called(r, json_read__text(r, v, "name"));
	to->is.why = json_read__words(r, v, "why");
	to->exhausted_s = json_read__number_or(r, v, "exhausted_s", NAN);
	e->slope.per_s = per_s(r, v, "growth_bytes_per_min");
	e->slope.low = per_s(r, v, "growth_low_bytes_per_min");
	e->slope.high = per_s(r, v, "growth_high_bytes_per_min");
	e->slope.known = !isnan(e->slope.per_s);
	e->points = json_read__count(r, v, "points", INT64_MAX);
	e->interval_s = json_read__number_or(r, v, "interval_s", NAN);
	read_survival(r, v, e);
	e->settled = json_read__count(r, v, "settled", INT64_MAX);
	e->settled_alive = json_read__count(r, v, "settled_alive", INT64_MAX);
	read_arrivals(r, v, &e->arrivals);
	e->reclaimable = json_read__truth(r, v, "reclaimable");
	read_pinned(r, v, &e->pins);
	e->replaced = json_read__number_or(r, v, "replaced_share", NAN);
	e->drained = json_read__number_or(r, v, "after_drain_share", NAN);
	e->shrunk = json_read__number_or(r, v, "shrunk_share", NAN);
	/* what the verdict was made of beside that is the site's */
	e->objects = site->objects;
	e->bytes = site->bytes;
	e->allocations = site->allocations;
	e->frees = site->frees;
	to->is.retained = e->settled ? (double)e->settled_alive / (double)e->settled : NAN;
}

static void read_who(struct json_reader *r, json_t *from, struct report_site *to)
{
	json_t *list = json_read__array(r, from, "who", MOST_WHO, &to->nr_who);
	struct allocated_by_who *who = json_read__new(r, to->nr_who, sizeof(*who));

	for (size_t i = 0; !r->err && i < to->nr_who; i++) {
		json_t *w = json_array_get(list, i);
		const char *comm = json_read__text_or_null(r, w, "comm");
		const char *cgroup = json_read__text_or_null(r, w, "cgroup");

		who[i].context = json_read__words(r, w, "context");
		who[i].pid = (uint32_t)json_read__count_or(r, w, "pid", UINT32_MAX, 0);
		who[i].times = json_read__count(r, w, "allocations", INT64_MAX);
		copy_name(who[i].comm, sizeof(who[i].comm), comm ? comm : "");
		copy_name(who[i].cgroup, sizeof(who[i].cgroup), cgroup ? cgroup : "");
	}
	to->who = who;
	to->who_times = json_read__count(r, from, "who_allocations", INT64_MAX);
}

static void read_freers(struct json_reader *r, json_t *from, struct report_site *to)
{
	json_t *noted = json_read__object_if_there(r, from, "freed_by"), *list;
	struct report_freer *freers;

	if (!noted)
		return;
	to->frees_noted = json_read__count(r, noted, "noted", INT64_MAX);
	list = json_read__array(r, noted, "stacks", FREED_BY_LISTED, &to->nr_freed_by);
	freers = json_read__new(r, to->nr_freed_by, sizeof(*freers));
	for (size_t i = 0; !r->err && i < to->nr_freed_by; i++) {
		json_t *f = json_array_get(list, i);

		freers[i].frees = json_read__count(r, f, "frees", INT64_MAX);
		freers[i].last_s = json_read__number(r, f, "last_s");
		freers[i].stack = read_stack(r, f, &freers[i].nr_frames);
	}
	to->freed_by = freers;
}

static void read_listed(struct json_reader *r, json_t *from, struct report_site *to)
{
	json_t *list = json_read__array(r, from, "unreferenced_list", MOST_LISTED, &to->nr_listed);
	struct report_object *objects = json_read__new(r, to->nr_listed, sizeof(*objects));

	for (size_t i = 0; !r->err && i < to->nr_listed; i++) {
		json_t *o = json_array_get(list, i);

		objects[i].address = json_read__hex(r, o, "addr", "0x");
		objects[i].bytes = json_read__count(r, o, "bytes", INT64_MAX);
		objects[i].age_s = json_read__number_or(r, o, "age_s", NAN);
		objects[i].nr_first =
			json_read__bytes(r, "first_bytes", json_read__text(r, o, "first_bytes"),
					 objects[i].first, REPORT_FIRST_BYTES);
	}
	to->unreferenced_list = objects;
}

static void read_holders(struct json_reader *r, json_t *from, struct report_site *to)
{
	json_t *held = json_read__object_or_null(r, from, "held_by"), *list;

	if (!held)
		return;
	to->sampled = (uint32_t)json_read__count(r, held, "sampled", UINT32_MAX);
	if (!to->sampled)
		json_read__fail(r, "sampled", "a count of objects");
	list = json_read__array(r, held, "holders", REPORT_HOLDERS, &to->nr_holders);
	for (size_t i = 0; i < to->nr_holders; i++) {
		json_t *h = json_array_get(list, i);
		const char *name = json_read__text_or_null(r, h, "name");

		to->holders[i] = (struct report_holder){
			.kind = json_read__words(r, h, "kind"),
			.name = name ? name : "",
			.offset = json_read__count(r, h, "offset", INT64_MAX),
			.objects = (uint32_t)json_read__count(r, h, "objects", UINT32_MAX),
		};
	}
}

/* Of a file that was saved before there were any: 0. */
static uint64_t read_fingerprint(struct json_reader *r, json_t *from)
{
	json_t *value = json_object_get(from, "fingerprint");

	return value && !json_is_null(value) ? json_read__hex(r, from, "fingerprint", "") : 0;
}

static void read_site(struct json_reader *r, json_t *from, struct report_site *to, bool scanned)
{
	*to = (struct report_site){
		.id = json_read__hex(r, from, "id", ""),
		.fingerprint = read_fingerprint(r, from),
		.bytes = json_read__count(r, from, "bytes", INT64_MAX),
		.objects = json_read__count(r, from, "objects", INT64_MAX),
		.bytes_requested = json_read__count(r, from, "requested_bytes", INT64_MAX),
		.bytes_error = json_read__number(r, from, "bytes_error"),
		.objects_error = json_read__number(r, from, "objects_error"),
		.growth_bytes_per_min = json_read__number(r, from, "growth_bytes_per_min"),
		.age_median_s = json_read__number(r, from, "age_median_s"),
		.allocations_per_s = json_read__number(r, from, "allocations_per_s"),
		.allocations = json_read__count(r, from, "allocations", INT64_MAX),
		.frees = json_read__count(r, from, "frees", INT64_MAX),
		.pending_objects = json_read__count(r, from, "pending_objects", INT64_MAX),
		.origin = origin_of(r, "origin", json_read__text(r, from, "origin")),
		.cache = json_read__text(r, from, "cache"),
		.approximate = json_read__truth(r, from, "approximate"),
		.unreferenced = json_read__count_or(r, from, "unreferenced_objects", INT64_MAX, 0),
		.unreferenced_bytes =
			json_read__count_or(r, from, "unreferenced_bytes", INT64_MAX, 0),
	};
	if (!scanned && (to->unreferenced || to->unreferenced_bytes))
		json_read__fail(r, "unreferenced_objects", "null, where there was no scan");
	to->stack = read_stack(r, from, &to->nr_frames);
	read_verdict(r, from, to);
	read_who(r, from, to);
	charges_json__read_site(r, from, &to->charged);
	read_freers(r, from, to);
	read_listed(r, from, to);
	read_holders(r, from, to);
}

static void read_sites(struct json_reader *r, json_t *from, struct report *to)
{
	json_t *list = json_read__array(r, from, "sites", MOST_SITES, &to->nr_sites);
	struct report_site *sites = json_read__new(r, to->nr_sites, sizeof(*sites));
	json_t *total = json_read__object(r, from, "sites_total");

	for (size_t i = 0; !r->err && i < to->nr_sites; i++)
		read_site(r, json_array_get(list, i), &sites[i], to->scan.passes > 0);
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
