// SPDX-License-Identifier: GPL-2.0-only
#include "report/saved_site.h"
#include "report/charges_json.h"
#include "trace/freed_by.h"
#include "trace/origins.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* How many of each a site may have. */
#define MOST_FRAMES 4096
#define MOST_WHO    1024
#define MOST_LISTED 65536

const char *saved_site__origin(struct json_reader *r, const char *key, const char *name)
{
	for (size_t i = 0; name && i < ORIGINS; i++)
		if (!strcmp(name, origins__names[i]))
			return origins__names[i];
	json_read__fail(r, key, "an allocator");
	return "";
}

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
	return json_read__undo(json_read__number_or(r, from, key, NAN), 60);
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

void saved_site__read(struct report_site *to, struct json_reader *r, json_t *from, bool scanned)
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
		.origin = saved_site__origin(r, "origin", json_read__text(r, from, "origin")),
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
