// SPDX-License-Identifier: GPL-2.0-only
#include "report/report_json.h"
#include "report/by_design.h"
#include "report/charges_json.h"
#include "util/json_value.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static json_t *filter(const struct report_filter *f)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "origins",
		json_value__words(f->origins), "pid",
		f->pid < 0 ? json_null() : json_integer(f->pid), "cgroup",
		json_value__text(f->cgroup), "charged_to", json_value__text(f->charged_to),
		"command", json_value__text(f->command), "cache", json_value__text(f->cache),
		"min_size_bytes", f->min_size ? json_value__count(f->min_size) : json_null(),
		"max_size_bytes",
		f->max_size < UINT64_MAX ? json_value__count(f->max_size) : json_null(),
		"min_age_s", f->min_age_s > 0 ? json_value__number(f->min_age_s) : json_null());
}

static json_t *events(const struct report *r)
{
	const struct {
		const char *key;
		uint64_t value;
	} list[] = {
		{"allocations", r->events.allocations},
		{"frees", r->events.frees},
		{"unknown_frees", r->events.unknown_frees},
		{"unsized_frees", r->events.unsized_frees},
		{"implicit_frees", r->events.implicit_frees},
		{"found_free", r->events.found_free},
		{"unsampled", r->events.unsampled},
		{"evicted", r->events.evicted},
		{"live", r->events.live},
		{"pending", r->events.pending},
		{"in_motion", r->events.in_motion},
		{"unchecked", r->events.unchecked},
		{"allocated_bytes", r->events.allocated_bytes},
		{"freed_bytes", r->events.freed_bytes},
		{"live_bytes", r->events.live_bytes},
	};
	json_t *object = json_object();

	for (size_t i = 0; object && i < sizeof(list) / sizeof(list[0]); i++) {
		if (json_object_set_new(object, list[i].key, json_value__count(list[i].value))) {
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

		if (json_object_set_new(object, loss->cause, json_value__count(loss->count))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* What the causes mean, for people. */
static json_t *loss_texts(const struct report *r)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < r->nr_losses; i++) {
		const struct report_loss *loss = &r->losses[i];

		if (json_object_set_new(object, loss->cause, json_value__text(loss->text))) {
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

/* The kernel's own counters of dentries and inodes. */
static json_t *vfs(const struct report *r)
{
	if (!r->vfs_known)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I}", "dentries", (json_int_t)r->dentries.all,
			 "dentries_unused", (json_int_t)r->dentries.unused, "inodes",
			 (json_int_t)r->inodes.all, "inodes_unused", (json_int_t)r->inodes.unused);
}

static json_t *blind_spot(const void *of, size_t i)
{
	const struct report *r = of;

	return json_value__text(r->blind_spots[i]);
}

static json_t *class(const void *of, size_t i)
{
	const struct report *r = of;
	const struct coverage_class *c = &r->ledger[i];

	return json_pack(
		"{s:o, s:s, s:o, s:I, s:o, s:o, s:o, s:o}", "class", json_value__text(c->name),
		"field", meminfo__name(c->field), "kernel_delta_bytes",
		c->known ? json_integer(c->kernel_delta_bytes) : json_null(), "traced_bytes",
		(json_int_t)c->traced_bytes, "older_bytes", json_value__number(c->older_bytes),
		"room_bytes", json_value__number(c->room_bytes), "rest_bytes",
		json_value__number(c->rest_bytes), "explained_share",
		c->known ? json_value__number(c->explained) : json_null());
}

static json_t *frame(const struct symbols_frame *f)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "addr",
		json_sprintf("0x%" PRIx64, f->address), "symbol", json_value__text(f->symbol),
		"offset", f->symbol && !f->inlined ? json_value__count(f->offset) : json_null(),
		"module", json_value__text(f->module), "file", json_value__text(f->file), "line",
		f->file ? json_value__count(f->line) : json_null(), "inlined", f->inlined);
}

json_t *report_json__frame(const void *of, size_t i)
{
	const struct report_site *site = of;

	return frame(&site->stack[i]);
}

static json_t *survival(const struct evidence *e)
{
	return json_pack("[o, o, o, o]", json_value__number(e->survival[SURVIVAL_1]),
			 json_value__number(e->survival[SURVIVAL_2]),
			 json_value__number(e->survival[SURVIVAL_5]),
			 json_value__number(e->survival[SURVIVAL_10]));
}

/* Bytes a minute; null while there is no slope. */
json_t *report_json__per_min(const struct growth_slope *slope, double per_s)
{
	return slope->known ? json_value__number(per_s * 60) : json_null();
}

static json_t *pinned(const struct pins_count *p)
{
	double low, high;

	if (!p->sampled)
		return json_null();
	verdict__pinned(p, &low, &high);
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "of",
		json_value__count(p->of), "sampled", json_value__count(p->sampled), "pinned",
		json_value__count(pin_sample__pinned(p)), "low", json_value__number(low), "high",
		json_value__number(high), "references", json_value__count(p->by[VFS_REFERENCE]),
		"children", json_value__count(p->by[VFS_CHILD]), "dentries",
		json_value__count(p->by[VFS_DENTRY]), "files",
		json_value__count(p->by[VFS_NAME_KEPT]), "mounts",
		json_value__count(p->by[VFS_MOUNTED]), "off_lru",
		json_value__count(p->by[VFS_OFF_LRU]), "unknown",
		json_value__count(p->by[VFS_UNKNOWN]), "dirty", json_value__count(p->dirty),
		"file_system", json_value__text(*p->fs ? p->fs : NULL), "other_file_systems",
		p->other_fs);
}

static json_t *arrivals(const struct arrivals *a)
{
	if (a->shape == ARRIVALS_UNKNOWN)
		return json_null();
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "shape", arrivals__name(a->shape), "bursts",
			 json_value__count(a->bursts), "lasted_s", json_value__number(a->lasted_s),
			 "since_s", json_value__number(a->since_s), "kept_share",
			 json_value__number(a->kept_share));
}

static json_t *verdict(const struct conclusion *v)
{
	const struct evidence *e = &v->from;

	if (!v->is.why)
		return json_null();
	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, "
		"s:o}",
		"name", verdict__name(v->is.name), "why", v->is.why, "growth_bytes_per_min",
		report_json__per_min(&e->slope, e->slope.per_s), "growth_low_bytes_per_min",
		report_json__per_min(&e->slope, e->slope.low), "growth_high_bytes_per_min",
		report_json__per_min(&e->slope, e->slope.high), "points",
		json_value__count(e->points), "interval_s", json_value__number(e->interval_s),
		"survival_shares", survival(e), "settled", json_value__count(e->settled),
		"settled_alive", json_value__count(e->settled_alive), "arrivals",
		arrivals(&e->arrivals), "exhausted_s", json_value__number(v->exhausted_s),
		"reclaimable", e->reclaimable, "pinned", pinned(&e->pins), "replaced_share",
		json_value__number(e->replaced), "after_drain_share",
		json_value__number(e->drained), "shrunk_share", json_value__number(e->shrunk));
}

static json_t *who(const void *of, size_t i)
{
	const struct report_site *s = of;
	const struct allocated_by_who *w = &s->who[i];

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "context", json_value__text(w->context),
			 "comm", json_value__text(w->comm[0] ? w->comm : NULL), "pid",
			 w->pid ? json_value__count(w->pid) : json_null(), "cgroup",
			 json_value__text(w->cgroup[0] ? w->cgroup : NULL), "allocations",
			 json_value__count(w->times));
}

static json_t *freer_frame(const void *of, size_t i)
{
	const struct report_freer *f = of;

	return frame(&f->stack[i]);
}

static json_t *freer(const void *of, size_t i)
{
	const struct report_site *s = of;
	const struct report_freer *f = &s->freed_by[i];

	return json_pack("{s:o, s:o, s:o}", "frees", json_value__count(f->frees), "last_s",
			 json_value__number(f->last_s), "stack",
			 json_value__array(f->nr_frames, freer_frame, f));
}

static json_t *freed_by(const struct report_site *s)
{
	if (!s->nr_freed_by)
		return json_null();
	return json_pack("{s:o, s:o}", "noted", json_value__count(s->frees_noted), "stacks",
			 json_value__array(s->nr_freed_by, freer, s));
}

static json_t *slab(const struct coverage_slab *s)
{
	if (!s->known)
		return json_null();
	return json_pack(
		"{s:I, s:I, s:I, s:I, s:o}", "objects_delta_bytes", (json_int_t)s->objects_bytes,
		"slabs_delta_bytes", (json_int_t)s->slabs_bytes, "fragmentation_delta_bytes",
		(json_int_t)(s->slabs_bytes - s->objects_bytes), "traced_bytes",
		(json_int_t)s->traced_bytes, "explained_share", json_value__number(s->explained));
}

static json_t *scan(const struct report_scan *s)
{
	if (!s->passes && !(s->under_way > 0))
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "passes",
			 json_value__count(s->passes), "passes_needed",
			 json_value__count(s->needed), "objects", json_value__count(s->objects),
			 "unreferenced_objects", json_value__count(s->unreferenced),
			 "unreferenced_bytes", json_value__count(s->unreferenced_bytes),
			 "acknowledged", json_value__count(s->acknowledged), "unknown",
			 json_value__count(s->unknown), "read_bytes", json_value__count(s->bytes),
			 "duration_s", json_value__number(s->seconds), "under_way_share",
			 s->under_way > 0 ? json_value__number(s->under_way) : json_null());
}

static json_t *object(const void *of, size_t i)
{
	const struct report_site *s = of;
	const struct report_object *o = &s->unreferenced_list[i];
	char first[2 * REPORT_FIRST_BYTES + 1] = "";

	for (size_t b = 0; b < o->nr_first; b++)
		snprintf(first + 2 * b, 3, "%02x", o->first[b]);
	return json_pack("{s:o, s:o, s:o, s:s}", "addr", json_sprintf("0x%" PRIx64, o->address),
			 "bytes", json_value__count(o->bytes), "age_s",
			 json_value__number(o->age_s), "first_bytes", first);
}

static json_t *holder(const void *of, size_t i)
{
	const struct report_site *s = of;
	const struct report_holder *h = &s->holders[i];

	return json_pack("{s:s, s:o, s:o, s:o}", "kind", h->kind, "name",
			 json_value__text(*h->name ? h->name : NULL), "offset",
			 json_value__count(h->offset), "objects", json_value__count(h->objects));
}

static json_t *held_by(const struct report_site *s)
{
	if (!s->sampled)
		return json_null();
	return json_pack("{s:o, s:o}", "sampled", json_value__count(s->sampled), "holders",
			 json_value__array(s->nr_holders, holder, s));
}

json_t *report_json__fingerprint(uint64_t fingerprint)
{
	return fingerprint ? json_sprintf("%016" PRIx64, fingerprint) : json_null();
}

static json_t *site(const void *of, size_t i)
{
	const struct report *r = of;
	const struct report_site *s = &r->sites[i];

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, "
		"s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"id", json_sprintf("%016" PRIx64, s->id), "fingerprint",
		report_json__fingerprint(s->fingerprint), "bytes", json_value__count(s->bytes),
		"objects", json_value__count(s->objects), "requested_bytes",
		json_value__count(s->bytes_requested), "bytes_error",
		json_value__number(s->bytes_error), "objects_error",
		json_value__number(s->objects_error), "growth_bytes_per_min",
		json_value__number(s->growth_bytes_per_min), "age_median_s",
		json_value__number(s->age_median_s), "allocations",
		json_value__count(s->allocations), "frees", json_value__count(s->frees),
		"allocations_per_s", json_value__number(s->allocations_per_s), "pending_objects",
		json_value__count(s->pending_objects), "origin", json_value__text(s->origin),
		"cache", json_value__text(s->cache), "approximate", s->approximate, "verdict",
		verdict(&s->verdict), "by_design", json_value__text(by_design__why(s)), "who",
		json_value__array(s->nr_who, who, s), "who_allocations",
		json_value__count(s->who_times), "charged", charges_json__charged(r, &s->charged),
		"stack", json_value__array(s->nr_frames, report_json__frame, s), "freed_by",
		freed_by(s), "unreferenced_objects",
		r->scan.passes ? json_value__count(s->unreferenced) : json_null(),
		"unreferenced_bytes",
		r->scan.passes ? json_value__count(s->unreferenced_bytes) : json_null(),
		"unreferenced_list", json_value__array(s->nr_listed, object, s), "held_by",
		held_by(s));
}

static json_t *cache(const void *of, size_t i)
{
	const struct report *r = of;
	const struct report_cache *c = &r->caches[i];

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "name",
			 json_value__text(c->name), "aliases", json_value__words(c->aliases),
			 "allocations", json_value__count(c->allocations), "frees",
			 json_value__count(c->frees), "implicit_frees",
			 json_value__count(c->implicit_frees), "found_free",
			 json_value__count(c->found_free), "unknown_frees",
			 json_value__count(c->unknown_frees), "live", json_value__count(c->live),
			 "approximate", c->approximate);
}

static json_t *overhead(const struct report_overhead *o)
{
	if (!o->known)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:b}", "percent", json_value__number(o->share * 100),
			 "limit_percent", json_value__number(o->most * 100), "events_per_s",
			 json_value__number(o->events_per_s), "ns_per_event",
			 json_value__number(o->ns_per_event), "over_limit", o->spent);
}

json_t *report_json__of(const struct report *r)
{
	return json_pack(
		"{s:i, s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o, s:o, s:{s:o, s:o, s:o}, s:o, s:o, s:o, s:o, s:o, s:o}",
		"version", JSON_VALUE_VERSION, "type", "report", "time", json_value__time(&r->time),
		"elapsed_s", json_value__number(r->elapsed_s), "final", r->final, "kernel",
		json_value__text(r->kernel), "filter", filter(&r->filter), "events", events(r),
		"losses", losses(r), "loss_texts", loss_texts(r), "blind_spots",
		json_value__array(r->nr_blind_spots, blind_spot, r), "meminfo_delta_bytes",
		meminfo(r), "vfs_delta", vfs(r), "ledger",
		json_value__array(r->nr_ledger, class, r), "slab", slab(&r->slab), "charges",
		charges_json__books(&r->charges), "charged_to",
		charges_json__charged_to(&r->charged_to), "by_cgroup", charges_json__by_cgroup(r),
		"caches", json_value__array(r->nr_caches, cache, r), "sites_total", "sites",
		json_value__count(r->nr_sites_all), "bytes", json_value__count(r->bytes_all),
		"bytes_error", json_value__number(r->bytes_all_error), "note",
		json_value__text(r->note), "scan", scan(&r->scan), "sampling",
		json_value__count(r->sampling), "sampling_most",
		json_value__count(r->sampling_most), "overhead", overhead(&r->overhead), "sites",
		json_value__array(r->nr_sites, site, r));
}

int report_json__print(const struct report *report, FILE *out)
{
	return json_value__print(report_json__of(report), out);
}
