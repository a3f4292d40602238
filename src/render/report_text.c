// SPDX-License-Identifier: GPL-2.0-only
#include "render/report_text.h"
#include "render/by_cgroup_text.h"
#include "render/charged_text.h"
#include "render/ledger_text.h"
#include "render/pen.h"
#include "render/scan_text.h"
#include "render/suspects_text.h"
#include "report/by_design.h"
#include "report/cache_aliases.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

/* Widths of the columns; frames stand to the right of the first one. */
#define BYTES  "%8s"
#define ROW    "  %10s  %9s  %6s  %8s  %-7s  "
#define BEFORE 60 /* the columns of both */
#define INDENT 10

/* ---- header line ---- */

static void put_time(struct pen *pen, const struct report *r)
{
	char item[PEN_HEAD_ITEM], now[PEN_NUMBER];
	struct tm tm = {};

	localtime_r(&r->time.tv_sec, &tm);
	strftime(now, sizeof(now), "%H:%M:%S", &tm);
	snprintf(item, sizeof(item), "%s%s +%s", r->final ? "final report  " : "", now,
		 pen__duration(r->elapsed_s).text);
	pen__head_begin(pen, r->final ? PEN_BOLD : PEN_PLAIN, item, 2);
}

static void put_header(struct pen *pen, const struct report *r)
{
	static const enum meminfo_field fields[] = {MEMINFO_KERNEL_STACK, MEMINFO_PAGE_TABLES,
						    MEMINFO_MEM_FREE, MEMINFO_MEM_AVAILABLE};
	char item[PEN_HEAD_ITEM];

	put_time(pen, r);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!r->meminfo_known[fields[i]])
			continue;
		snprintf(item, sizeof(item), "%s %s", meminfo__name(fields[i]),
			 pen__human((double)r->meminfo_delta[fields[i]], true).text);
		pen__head_item(pen, "", PEN_PLAIN, item);
	}
	pen__head_end(pen);
	ledger_text__print(pen, r);
	ledger_text__charges(pen, r);
}

/* "dentries +512, unused of them +3; inodes +510, unused of them +1" */
static void put_vfs(const struct pen *pen, const struct report *r)
{
	if (!r->vfs_known || (!r->dentries.all && !r->inodes.all) || (r->by_suspicion && !r->final))
		return;
	fprintf(pen->out,
		"dentries %+" PRId64 ", unused of them %+" PRId64 "; inodes %+" PRId64
		", unused of them %+" PRId64 "\n",
		r->dentries.all, r->dentries.unused, r->inodes.all, r->inodes.unused);
}

/* ---- losses, events ---- */

void report_text__losses(struct pen *pen, const struct report *r)
{
	char item[PEN_HEAD_ITEM];
	bool any = false;

	pen__head_begin(pen, PEN_PLAIN, "losses:", 1);
	for (size_t i = 0; i < r->nr_losses; i++) {
		if (!r->losses[i].count)
			continue;
		snprintf(item, sizeof(item), "%" PRIu64 " %s", r->losses[i].count,
			 r->losses[i].text);
		pen__head_item(pen, ";", PEN_YELLOW, item);
		any = true;
	}
	if (!any)
		pen__head_item(pen, "", PEN_PLAIN, "none");
	if (r->nr_blind_spots) {
		snprintf(item, sizeof(item), "· %zu blind spot%s (--explain)", r->nr_blind_spots,
			 r->nr_blind_spots == 1 ? "" : "s");
		pen__head_item(pen, "", PEN_PLAIN, item);
	}
	pen__head_end(pen);
}

static void put_events(struct pen *pen, const struct report *r)
{
	char item[PEN_HEAD_ITEM], unsized[PEN_HEAD_ITEM / 4] = "";

	pen__head_begin(pen, PEN_PLAIN, "events:", 1);
	snprintf(item, sizeof(item), "allocations %" PRIu64, r->events.allocations);
	pen__head_item(pen, "", PEN_PLAIN, item);
	if (r->events.unsized_frees)
		snprintf(unsized, sizeof(unsized), ", %" PRIu64 " of these not sized",
			 r->events.unsized_frees);
	snprintf(item, sizeof(item),
		 "frees %" PRIu64 " (and %" PRIu64 " implicit, %" PRIu64 " found free, %" PRIu64
		 " unknown%s)",
		 r->events.frees, r->events.implicit_frees, r->events.found_free,
		 r->events.unknown_frees, unsized);
	pen__head_item(pen, ",", PEN_PLAIN, item);
	snprintf(item, sizeof(item), "live %" PRIu64, r->events.live);
	pen__head_item(pen, ",", PEN_PLAIN, item);
	pen__head_count(pen, r->events.pending, "of them pending RCU");
	pen__head_count(pen, r->events.evicted, "pages left out");
	pen__head_count(pen, r->events.unsampled, "left out by coarser sampling");
	pen__head_count(pen, r->events.unchecked, "unchecked");
	pen__head_count(pen, r->events.in_motion, "in motion");
	pen__head_end(pen);
}

/*
 * "sampling: 1 object in 16 is recorded; what is traced and listed are estimates, ± their standard
 * error"; or "... all are recorded again, 1 in 16 was; ..."
 */
static void put_sampling(struct pen *pen, const struct report *r)
{
	char item[PEN_HEAD_ITEM];

	if (r->sampling_most <= 1)
		return;
	pen__head_begin(pen, PEN_PLAIN, "sampling:", 1);
	if (r->sampling > 1)
		snprintf(item, sizeof(item), "1 object in %u is recorded", r->sampling);
	else
		snprintf(item, sizeof(item), "all objects are recorded again");
	pen__head_item(pen, "", PEN_YELLOW, item);
	if (r->sampling_most > r->sampling) {
		snprintf(item, sizeof(item), "1 in %u was, of older ones", r->sampling_most);
		pen__head_item(pen, ",", PEN_YELLOW, item);
	}
	pen__head_item(pen, ";", PEN_PLAIN,
		       "what is traced and listed are estimates, ± their standard error");
	pen__head_end(pen);
}

/* "overhead: 0.8% of the CPUs' time (1.0% allowed), 912.4K events/s of 98 ns" */
static void put_overhead(struct pen *pen, const struct report_overhead *o)
{
	char item[PEN_HEAD_ITEM];

	if (!o->known)
		return;
	pen__head_begin(pen, PEN_PLAIN, "overhead:", 1);
	snprintf(item, sizeof(item), "%.3g%% of the CPUs' time (%g%% allowed)", o->share * 100,
		 o->most * 100);
	pen__head_item(pen, "", o->share > o->most ? PEN_YELLOW : PEN_PLAIN, item);
	snprintf(item, sizeof(item), "%s events/s of %.3g ns", pen__rate(o->events_per_s).text,
		 o->ns_per_event);
	pen__head_item(pen, ",", PEN_PLAIN, item);
	if (o->spent)
		pen__head_item(pen, ";", PEN_YELLOW,
			       "coarser sampling does not help: that is what the tracepoints take");
	pen__head_end(pen);
}

void report_text__state(struct pen *pen, const struct report *r)
{
	put_sampling(pen, r);
	put_overhead(pen, &r->overhead);
	scan_text__print(pen, &r->scan);
}

/* ---- sites ---- */

/* "+0xa1 [kleak_test]  kleak_test.c:123" */
static void put_place(const struct pen *pen, const struct symbols_frame *f)
{
	pen__begin(pen, PEN_DIM);
	if (f->inlined)
		fputs(" (inlined)", pen->out);
	else if (f->symbol)
		fprintf(pen->out, "+0x%" PRIx64, f->offset);
	if (f->module) {
		fputs(" [", pen->out);
		pen__name(pen, PEN_PLAIN, f->module);
		fputc(']', pen->out);
	}
	pen__end(pen, PEN_DIM);
	if (!f->file)
		return;
	fputs("  ", pen->out);
	pen__name(pen, PEN_PLAIN, f->file);
	fprintf(pen->out, ":%u", f->line);
}

void report_text__frame(const struct pen *pen, const struct symbols_frame *f, int indent,
			bool first)
{
	fprintf(pen->out, "%*s", indent, "");
	if (f->symbol)
		pen__name(pen, first ? PEN_BOLD : PEN_PLAIN, f->symbol);
	else
		pen__put(pen, first ? PEN_BOLD : PEN_DIM, "0x%" PRIx64, f->address);
	if (f->symbol || f->module || f->file)
		put_place(pen, f);
	fputc('\n', pen->out);
}

static void put_row(const struct pen *pen, const struct report *r, const struct report_site *s)
{
	static const char approximate[] = " approximate";
	struct pen_number objects;

	snprintf(objects.text, sizeof(objects.text), "%" PRIu64, s->objects);
	pen__put(pen, PEN_BOLD, BYTES, pen__human((double)s->bytes, false).text);
	fprintf(pen->out, ROW, pen__growth(s->growth_bytes_per_min).text, objects.text,
		pen__duration(s->age_median_s).text, pen__rate(s->allocations_per_s).text,
		s->origin);
	pen__name(pen, PEN_PLAIN, s->cache);
	pen__aliases(pen, cache_aliases__in(r, s->cache),
		     pen__columns(pen) - BEFORE - pen__name_width(s->cache) -
			     (s->approximate ? pen__width(approximate) : 0));
	if (s->approximate)
		fputs(approximate, pen->out);
	if (s->pending_objects)
		fprintf(pen->out, " (+%" PRIu64 " pending RCU)", s->pending_objects);
	if (s->bytes_error > 0)
		fprintf(pen->out, " (±%s, ±%.6g objects)", pen__human(s->bytes_error, false).text,
			s->objects_error);
	fputc('\n', pen->out);
}

/* ---- verdicts ---- */

#define FEW_KEPT 0.5 /* of the allocations: then the others are worth a word */

static const char *style_of(enum verdict_name name)
{
	if (name == VERDICT_LEAK)
		return PEN_RED;
	return name == VERDICT_GROWING ? PEN_YELLOW : PEN_PLAIN;
}

/* "  +1.0M/min (+0.9M to +1.1M), MemAvailable lasts 3.2h" */
static void put_rate(const struct pen *pen, const struct conclusion *v)
{
	const struct growth_slope *slope = &v->from.slope;

	if (!slope->known)
		return;
	fprintf(pen->out, "  %s/min (%s to %s)", pen__growth(slope->per_s * 60).text,
		pen__growth(slope->low * 60).text, pen__growth(slope->high * 60).text);
	if (isfinite(v->exhausted_s))
		fprintf(pen->out, ", MemAvailable lasts %s", pen__duration(v->exhausted_s).text);
}

/* "grows steadily; old objects stay; 100% outlived the drain" */
static void put_reason(const struct pen *pen, const struct conclusion *v)
{
	const struct evidence *e = &v->from;

	fprintf(pen->out, "%*s%s", INDENT, "", v->is.why);
	if (!isnan(e->drained))
		fprintf(pen->out, "; %.0f%% outlived the drain", floor(e->drained * 100));
	fputc('\n', pen->out);
	if (e->settled)
		fprintf(pen->out, "%*sof %" PRIu64 " objects that got old %" PRIu64 " live\n",
			INDENT, "", e->settled, e->settled_alive);
}

/* "in bursts: what stays came 3 times, the last 40s ago" */
static void put_arrivals(const struct pen *pen, const struct arrivals *a)
{
	if (a->shape == ARRIVALS_STOPPED)
		fprintf(pen->out,
			"%*sstopped: what stays was allocated within %s; none since, for %s\n",
			INDENT, "", pen__duration(a->lasted_s).text,
			pen__duration(a->since_s).text);
	else if (a->shape == ARRIVALS_BURSTS)
		fprintf(pen->out,
			"%*sin bursts: what stays came at %" PRIu32 " times, the last %s ago\n",
			INDENT, "", a->bursts, pen__duration(a->since_s).text);
	if (a->shape != ARRIVALS_UNKNOWN && a->kept_share > 0 && a->kept_share < FEW_KEPT)
		fprintf(pen->out, "%*sof %.0f allocations one stays; the others are freed\n",
			INDENT, "", 1 / a->kept_share);
}

/* ", children 3", if there are any. */
static void put_pin(const struct pen *pen, const char *what, uint32_t nr, bool *any)
{
	if (!nr)
		return;
	if (*any)
		fputs(", ", pen->out);
	else
		fprintf(pen->out, "%*sby ", INDENT, "");
	fprintf(pen->out, "%s %" PRIu32, what, nr);
	*any = true;
}

/* "by unexplained references 60, children 2" */
static void put_pins(const struct pen *pen, const struct pins_count *p)
{
	bool any = false;

	put_pin(pen, "unexplained references", p->by[VFS_REFERENCE], &any);
	put_pin(pen, "children", p->by[VFS_CHILD], &any);
	put_pin(pen, "dentries", p->by[VFS_DENTRY], &any);
	put_pin(pen, "mounts", p->by[VFS_MOUNTED], &any);
	put_pin(pen, "names in memory", p->by[VFS_NAME_KEPT], &any);
	put_pin(pen, "being on no LRU list", p->by[VFS_OFF_LRU], &any);
	if (any)
		fputc('\n', pen->out);
}

/* "pinned 60 of 64 sampled (85% to 98%), tmpfs and others, unknown 2", and by what */
static void put_pinned(const struct pen *pen, const struct pins_count *p)
{
	double low, high;

	if (!p->sampled)
		return;
	verdict__pinned(p, &low, &high);
	fprintf(pen->out, "%*spinned %" PRIu32 " of %" PRIu32 " sampled (%.0f%% to %.0f%%)", INDENT,
		"", pin_sample__pinned(p), p->sampled, floor(low * 100), ceil(high * 100));
	if (*p->fs) {
		fputs(", ", pen->out);
		pen__name(pen, PEN_PLAIN, p->fs);
		fputs(p->other_fs ? " and others" : "", pen->out);
	}
	if (p->by[VFS_UNKNOWN])
		fprintf(pen->out, ", unknown %" PRIu32, p->by[VFS_UNKNOWN]);
	if (p->dirty)
		fprintf(pen->out, ", dirty %" PRIu32, p->dirty);
	fputc('\n', pen->out);
	put_pins(pen, p);
}

/* "alive after 1, 2-4, 5-9, 10+ intervals of 5.0s: 100% 99% - -" */
static void put_survival(const struct pen *pen, const struct evidence *e)
{
	bool any = false;

	for (int i = 0; i < SURVIVALS; i++)
		any |= !isnan(e->survival[i]);
	if (!any)
		return;
	fprintf(pen->out, "%*salive after 1, 2-4, 5-9, 10+ intervals of %s:", INDENT, "",
		pen__duration(e->interval_s).text);
	for (int i = 0; i < SURVIVALS; i++)
		if (isnan(e->survival[i]))
			fputs(" -", pen->out);
		else
			fprintf(pen->out, " %.0f%%", floor(e->survival[i] * 100));
	fputc('\n', pen->out);
}

static bool is_kept(enum verdict_name name)
{
	return name == VERDICT_LEAK || name == VERDICT_GROWING || name == VERDICT_HELD;
}

/* "LEAK  +1.0M/min (...)", why, and what it stands on. */
static void put_verdict(const struct pen *pen, const struct conclusion *v)
{
	if (!v->is.why)
		return;
	fprintf(pen->out, "%*s", INDENT, "");
	pen__put(pen, style_of(v->is.name), "%s", verdict__name(v->is.name));
	if (v->is.name != VERDICT_NEW)
		put_rate(pen, v);
	fputc('\n', pen->out);
	if (v->is.name != VERDICT_NEW)
		put_reason(pen, v);
	if (is_kept(v->is.name))
		put_arrivals(pen, &v->from.arrivals);
	put_pinned(pen, &v->from.pins);
	if (v->is.name != VERDICT_NEW)
		put_survival(pen, &v->from);
}

static void put_by_design(const struct pen *pen, const struct report_site *s)
{
	const char *why = by_design__why(s);

	if (why)
		fprintf(pen->out, "%*sby design: %s\n", INDENT, "", why);
}

#define BYTES_SHOWN 16 /* of an object: what fits */

/* "0xffff8881032ab000     128    12s  6b6c65616b00ff80 0100000000000000 |kleak...........|" */
static void put_object(const struct pen *pen, const struct report_object *o)
{
	size_t nr = o->nr_first < BYTES_SHOWN ? o->nr_first : BYTES_SHOWN;
	char text[BYTES_SHOWN + 1];

	fprintf(pen->out, "%*s0x%016" PRIx64 " %7s %6s", INDENT, "", o->address,
		pen__human((double)o->bytes, false).text, pen__duration(o->age_s).text);
	for (size_t i = 0; i < nr; i++)
		fprintf(pen->out, "%s%02x", i % 8 ? "" : i ? " " : "  ", o->first[i]);
	if (o->nr_first)
		fprintf(pen->out, " |%s|", pen__ascii(o->first, nr, text, sizeof(text)));
	fputc('\n', pen->out);
}

static void put_unreferenced(const struct pen *pen, const struct report_site *s)
{
	if (!s->unreferenced)
		return;
	fprintf(pen->out, "%*s", INDENT, "");
	pen__put(pen, PEN_RED, "UNREFERENCED");
	fprintf(pen->out, "  nothing refers to %" PRIu64 " of %" PRIu64 " objects (%s)\n",
		s->unreferenced, s->objects, pen__human((double)s->unreferenced_bytes, false).text);
	for (size_t i = 0; i < s->nr_listed; i++)
		put_object(pen, &s->unreferenced_list[i]);
	if (s->nr_listed && s->nr_listed < s->unreferenced)
		fprintf(pen->out, "%*s… and %" PRIu64 " more\n", INDENT, "",
			s->unreferenced - s->nr_listed);
}

/* "held by   49 of 50: cache kmalloc-64 +0x18", a line for each */
static void put_holders(const struct pen *pen, const struct report_site *s)
{
	for (size_t i = 0; i < s->nr_holders; i++) {
		const struct report_holder *h = &s->holders[i];

		fprintf(pen->out, "%*s%s %3u of %u: %s", INDENT, "", i ? "       " : "held by",
			h->objects, s->sampled, h->kind);
		if (*h->name) {
			fputc(' ', pen->out);
			pen__name(pen, PEN_PLAIN, h->name);
		}
		if (strcmp(h->kind, "stack") && strcmp(h->kind, "page"))
			fprintf(pen->out, " +0x%" PRIx64, h->offset);
		fputc('\n', pen->out);
	}
}

void report_text__stack(const struct pen *pen, const struct report_site *s)
{
	for (size_t i = 0; i < s->nr_frames; i++)
		report_text__frame(pen, &s->stack[i], INDENT, i == 0);
	if (!s->nr_frames)
		fprintf(pen->out, "%*s(no stack)\n", INDENT, "");
}

void report_text__fingerprint(const struct pen *pen, const struct report_site *s)
{
	if (!s->fingerprint)
		return;
	pen__put(pen, PEN_DIM, "%*sfingerprint %016" PRIx64, INDENT, "", s->fingerprint);
	fputc('\n', pen->out);
}

void report_text__site(const struct pen *pen, const struct report *r, const struct report_site *s)
{
	put_row(pen, r, s);
	put_unreferenced(pen, s);
	put_holders(pen, s);
	put_verdict(pen, &s->verdict);
	put_by_design(pen, s);
	charged_text__site(pen, r, s, INDENT);
	report_text__stack(pen, s);
	report_text__fingerprint(pen, s);
	fputc('\n', pen->out);
}

/* What --top cut off. */
static void put_rest(const struct pen *pen, const struct report *r)
{
	size_t more = r->nr_sites_all > r->nr_sites ? r->nr_sites_all - r->nr_sites : 0;
	uint64_t bytes = r->bytes_all;

	for (size_t i = 0; i < r->nr_sites; i++)
		bytes -= r->sites[i].bytes < bytes ? r->sites[i].bytes : bytes;
	if (more)
		fprintf(pen->out, "… and %zu more site%s with %s\n\n", more, more == 1 ? "" : "s",
			pen__human((double)bytes, false).text);
}

void report_text__site_head(const struct pen *pen)
{
	pen__put(pen, PEN_DIM, BYTES ROW "%s", "bytes", "growth/min", "objects", "age~", "allocs/s",
		 "origin", "cache");
	fputc('\n', pen->out);
}

static bool is_guilty(const struct report_site *s)
{
	return s->unreferenced || s->verdict.is.name == VERDICT_LEAK;
}

static bool is_suspect(const struct report_site *s)
{
	return is_guilty(s) || s->verdict.is.name == VERDICT_GROWING;
}

/*
 * Is it told with its stack and all its evidence?  What leaks is; in the last report what grows,
 * too, and where nothing does, whatever is listed.
 */
static bool is_whole(const struct report *r, const struct report_site *s)
{
	if (r->stacks)
		return true;
	if (!r->final)
		return is_guilty(s);
	return is_suspect(s) || !is_suspect(&r->sites[0]);
}

/* A line for each, then those that are suspected, whole. */
static void put_suspects(const struct pen *pen, const struct report *r)
{
	bool any = false;

	suspects_text__rows(pen, r);
	fputc('\n', pen->out);
	for (size_t i = 0; i < r->nr_sites; i++) {
		if (suspects_text__is_folded(r, &r->sites[i]) || !is_whole(r, &r->sites[i]))
			continue;
		if (!any)
			report_text__site_head(pen);
		any = true;
		report_text__site(pen, r, &r->sites[i]);
	}
}

static void put_sites(const struct pen *pen, const struct report *r)
{
	if (!r->nr_sites_all) {
		fputs("nothing outstanding\n\n", pen->out);
		return;
	}
	if (r->by_suspicion) {
		put_suspects(pen, r);
		return;
	}
	report_text__site_head(pen);
	for (size_t i = 0; i < r->nr_sites; i++)
		report_text__site(pen, r, &r->sites[i]);
	put_rest(pen, r);
}

int report_text__print(const struct report *report, bool color, int columns, FILE *out)
{
	struct pen pen = {.out = out, .color = color, .columns = columns};
	int err;

	ledger_text__near_limit(&pen, report);
	suspects_text__answer(&pen, report);
	put_header(&pen, report);
	put_vfs(&pen, report);
	report_text__losses(&pen, report);
	put_events(&pen, report);
	report_text__state(&pen, report);
	charged_text__head(&pen, report);
	if (report->note) {
		pen__name(&pen, PEN_BOLD, report->note);
		fputc('\n', out);
	}
	fputc('\n', out);
	err = by_cgroup_text__print(&pen, report);
	if (err)
		return err;
	put_sites(&pen, report);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
