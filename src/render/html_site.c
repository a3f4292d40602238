// SPDX-License-Identifier: GPL-2.0-only
#include "render/html_site.h"
#include "render/chart.h"
#include "render/html_frames.h"
#include "render/markup.h"
#include "render/pen.h"
#include "report/by_design.h"
#include "report/cache_aliases.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define FIRST_BYTES 16 /* of an object: what fits */

void html_site__head(FILE *out)
{
	static const struct {
		const char *key, *title;
	} columns[] = {{"v", "verdict"}, {"b", "bytes"},    {"g", "growth/min"}, {"o", "objects"},
		       {"a", "age"},	 {"r", "allocs/s"}, {"c", "cache"},	 {"", "course"}};

	fputs("<thead><tr>", out);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		fprintf(out, "<th scope=\"col\" class=\"c-%s\" data-key=\"%s\"%s>%s</th>",
			*columns[i].key ? columns[i].key : "s", columns[i].key,
			i ? "" : " aria-sort=\"descending\"", columns[i].title);
	fputs("</tr></thead>\n", out);
}

/* ---- the numbers ---- */

static void put_age(FILE *out, const struct report_site *s)
{
	fprintf(out, "<td class=\"c-a\" data-t=\"age\">%s</td>",
		pen__duration(s->age_median_s).text);
}

/* The cache, and the names of others that are merged with it. */
static void put_cache(FILE *out, const struct report *r, const struct report_site *s)
{
	const char *aliases = cache_aliases__in(r, s->cache);

	markup__text(out, s->cache);
	if (!*aliases)
		return;
	fputs(" <small title=\"other names of the same cache\">= ", out);
	markup__text(out, aliases);
	fputs("</small>", out);
}

static void put_numbers(FILE *out, const struct report *r, const struct report_site *s,
			uint64_t bytes_most)
{
	double share = bytes_most ? (double)s->bytes / (double)bytes_most * 100 : 0;

	fprintf(out,
		"<td class=\"c-b\" data-t=\"bytes\"><span class=\"amount\">%s</span><span "
		"class=\"bar\"><i style=\"width:%.1f%%\"></i></span></td>",
		pen__human((double)s->bytes, false).text, share);
	fprintf(out, "<td class=\"c-g\" data-t=\"growth/min\">%s</td>",
		pen__growth(s->growth_bytes_per_min).text);
	fprintf(out, "<td class=\"c-o\" data-t=\"objects\">%" PRIu64 "</td>", s->objects);
	put_age(out, s);
	fputs("<td class=\"c-r\" data-t=\"allocs/s\">", out);
	markup__text(out, pen__rate(s->allocations_per_s).text); /* "<0.1" */
	fputs("</td><td class=\"c-c\" data-t=\"cache\">", out);
	put_cache(out, r, s);
	if (strcmp(s->cache, s->origin) != 0)
		fprintf(out, " <small>%s</small>", s->origin);
	if (s->approximate)
		fputs(" <small title=\"many of its frees are not seen when they happen\">"
		      "approximate</small>",
		      out);
	fputs("</td>", out);
}

static void put_badge(FILE *out, const struct report_site *s)
{
	fputs("<td class=\"c-v\">", out);
	if (s->unreferenced)
		fputs("<span class=\"badge b6\">UNREFERENCED</span> ", out);
	if (s->verdict.is.why)
		fprintf(out, "<span class=\"badge b%d\">%s</span>", s->verdict.is.name,
			verdict__name(s->verdict.is.name));
	fputs("</td>", out);
}

/* ---- what can be opened ---- */

static void put_frame(FILE *out, const struct symbols_frame *f)
{
	fputs("<li><code>", out);
	if (f->symbol) {
		fputs("<b>", out);
		markup__text(out, f->symbol);
		fprintf(out, f->inlined ? "</b>" : "</b><span>+0x%" PRIx64 "</span>", f->offset);
	} else {
		fprintf(out, "0x%" PRIx64, f->address);
	}
	if (f->module) {
		fputs(" <span>[", out);
		markup__text(out, f->module);
		fputs("]</span>", out);
	}
	fputs("</code>", out);
	if (f->inlined)
		fputs(" <small>inlined</small>", out);
	if (f->file) {
		fputs(" <span class=\"source\">", out);
		markup__text(out, f->file);
		if (f->line)
			fprintf(out, ":%u", f->line);
		fputs("</span>", out);
	}
	fputs("</li>\n", out);
}

static void put_stack(FILE *out, const struct report_site *s)
{
	fputs("<div class=\"stack\"><h4>Allocated at</h4>", out);
	if (s->nr_frames) {
		fputs("<ol>\n", out);
		for (size_t i = 0; i < s->nr_frames; i++)
			put_frame(out, &s->stack[i]);
		fputs("</ol>", out);
	} else {
		fputs("<p>no stack</p>", out);
	}
	fputs("</div>\n", out);
}

static void put_rate(FILE *out, const struct conclusion *v)
{
	const struct growth_slope *slope = &v->from.slope;

	if (!slope->known)
		return;
	fprintf(out, "<li>%s/min, with 95%% confidence %s", pen__growth(slope->per_s * 60).text,
		pen__growth(slope->low * 60).text);
	fprintf(out, " to %s", pen__growth(slope->high * 60).text);
	if (isfinite(v->exhausted_s))
		fprintf(out, "; MemAvailable lasts %s", pen__duration(v->exhausted_s).text);
	fputs("</li>", out);
}

/* how many of those allocated 1, 2-4, 5-9, 10 and more intervals ago live. */
static void put_survival(FILE *out, const struct evidence *e)
{
	static const char *const names[SURVIVALS] = {"1", "2–4", "5–9", "10+"};
	bool any = false;

	for (int i = 0; i < SURVIVALS; i++)
		any |= !isnan(e->survival[i]);
	if (!any)
		return;
	fprintf(out,
		"<div class=\"survival\"><h4>Alive, of those allocated so many intervals (%s) "
		"ago</h4>"
		"<dl>",
		pen__duration(e->interval_s).text);
	for (int i = 0; i < SURVIVALS; i++) {
		bool known = !isnan(e->survival[i]);

		fprintf(out, "<div><dt>%s</dt><dd>", names[i]);
		if (known)
			fprintf(out,
				"<span class=\"bar\"><i style=\"width:%.0f%%\"></i></span> %.0f%%",
				e->survival[i] * 100, floor(e->survival[i] * 100));
		else
			fputs("none were", out);
		fputs("</dd></div>", out);
	}
	fputs("</dl></div>\n", out);
}

static void put_share(FILE *out, double share, const char *what)
{
	if (!isnan(share))
		fprintf(out, "<li>%.0f%% %s</li>", floor(share * 100), what);
}

static void put_verdict(FILE *out, const struct report_site *s)
{
	const struct conclusion *v = &s->verdict;
	const struct evidence *e = &v->from;
	const char *by_design = by_design__why(s);

	if (!v->is.why)
		return;
	fprintf(out, "<div class=\"why\"><h4>%s: ", verdict__name(v->is.name));
	markup__text(out, v->is.why);
	fputs("</h4><ul>", out);
	put_rate(out, v);
	if (e->settled)
		fprintf(out, "<li>of %" PRIu64 " objects that got old %" PRIu64 " live</li>",
			e->settled, e->settled_alive);
	put_share(out, e->drained, "outlived the drain");
	put_share(out, e->shrunk, "went when caches were dropped");
	if (!isnan(e->replaced) && e->replaced > 0)
		put_share(out, e->replaced,
			  "of the growth is what older objects of its cache gave up");
	fprintf(out, "<li>%zu points, one every %s</li>", e->points,
		pen__duration(e->interval_s).text);
	fprintf(out, "<li>%" PRIu64 " allocations, %" PRIu64 " frees", s->allocations, s->frees);
	if (s->pending_objects)
		fprintf(out, ", %" PRIu64 " more pending RCU", s->pending_objects);
	fputs("</li>", out);
	if (by_design)
		fprintf(out, "<li>by design: %s</li>", by_design);
	if (s->bytes_error > 0)
		fprintf(out, "<li>estimates: ±%s, ±%.6g objects</li>",
			pen__human(s->bytes_error, false).text, s->objects_error);
	fputs("</ul></div>\n", out);
}

static void put_who(FILE *out, const struct report_site *s)
{
	if (!s->nr_who)
		return;
	fputs("<div class=\"who\"><h4>Allocated by</h4><ul>", out);
	for (size_t i = 0; i < s->nr_who; i++) {
		const struct allocated_by_who *w = &s->who[i];

		fputs("<li>", out);
		markup__text(out, w->comm[0] ? w->comm : w->context);
		if (w->pid)
			fprintf(out, " (%" PRIu32 ")", w->pid);
		if (s->who_times)
			fprintf(out, " %.0f%%", (double)w->times / (double)s->who_times * 100);
		if (w->cgroup[0]) {
			fputs(" <small>", out);
			markup__text(out, w->cgroup);
			fputs("</small>", out);
		}
		fputs("</li>", out);
	}
	fputs("</ul></div>\n", out);
}

static void put_charged_count(FILE *out, uint32_t nr, const char *what)
{
	if (nr)
		fprintf(out, "<li>%" PRIu32 " %s</li>", nr, what);
}

static void put_charged(FILE *out, const struct report_site *s)
{
	const struct report_charged *c = &s->charged;

	if (!c->looked_at)
		return;
	fprintf(out,
		"<div class=\"who\"><h4>Charged to</h4><ul><li>of %" PRIu32
		" objects that were looked at</li>",
		c->looked_at);
	for (size_t i = 0; i < c->nr_groups; i++) {
		fprintf(out, "<li>%" PRIu32 " <small>", c->groups[i].objects);
		markup__text(out, c->groups[i].cgroup);
		fputs("</small>", out);
		if (c->groups[i].elsewhere == REPORT_ELSEWHERE_YES)
			fputs(", allocated by others", out);
		fputs("</li>", out);
	}
	put_charged_count(out, c->others, "to other cgroups");
	put_charged_count(out, c->nobody, "to no cgroup");
	put_charged_count(out, c->unknown, "not known");
	fputs("</ul></div>\n", out);
}

/* "93% free_ctinfo ← tcf_action_cleanup ← …" */
static void put_freers(FILE *out, const struct report_site *s)
{
	if (!s->nr_freed_by)
		return;
	fprintf(out,
		"<div class=\"who\"><h4>Freed by</h4><ul><li>of %" PRIu64
		" frees that were looked at</li>",
		s->frees_noted);
	for (size_t i = 0; i < s->nr_freed_by; i++) {
		const struct report_freer *f = &s->freed_by[i];

		fprintf(out, "<li>%.0f%% ", (double)f->frees / (double)s->frees_noted * 100);
		html_frames__print(out, f->stack, f->nr_frames);
		fputs("</li>", out);
	}
	fputs("</ul></div>\n", out);
}

static void put_holders(FILE *out, const struct report_site *s)
{
	if (!s->nr_holders)
		return;
	fputs("<div class=\"held\"><h4>Held by</h4><ul>", out);
	for (size_t i = 0; i < s->nr_holders; i++) {
		const struct report_holder *h = &s->holders[i];

		fprintf(out, "<li>%" PRIu32 " of %" PRIu32 ": ", h->objects, s->sampled);
		markup__text(out, h->kind);
		if (*h->name) {
			fputs(" <code>", out);
			markup__text(out, h->name);
			fputs("</code>", out);
		}
		if (strcmp(h->kind, "stack") && strcmp(h->kind, "page"))
			fprintf(out, " +0x%" PRIx64, h->offset);
		fputs("</li>", out);
	}
	fputs("</ul></div>\n", out);
}

static void put_object(FILE *out, const struct report_object *o)
{
	size_t nr = o->nr_first < FIRST_BYTES ? o->nr_first : FIRST_BYTES;
	char text[FIRST_BYTES + 1];

	fprintf(out, "0x%016" PRIx64 " %7s %6s ", o->address,
		pen__human((double)o->bytes, false).text, pen__duration(o->age_s).text);
	for (size_t i = 0; i < nr; i++)
		fprintf(out, "%s%02x", i % 8 ? "" : " ", o->first[i]);
	if (nr) {
		fputs(" |", out);
		markup__text(out, pen__ascii(o->first, nr, text, sizeof(text)));
		fputc('|', out);
	}
	fputc('\n', out);
}

static void put_unreferenced(FILE *out, const struct report_site *s)
{
	if (!s->unreferenced)
		return;
	fprintf(out,
		"<div class=\"orphans\"><h4>Nothing refers to %" PRIu64 " of %" PRIu64
		" objects (%s)</h4>",
		s->unreferenced, s->objects, pen__human((double)s->unreferenced_bytes, false).text);
	if (s->nr_listed) {
		fputs("<pre>", out);
		for (size_t i = 0; i < s->nr_listed; i++)
			put_object(out, &s->unreferenced_list[i]);
		if (s->nr_listed < s->unreferenced)
			fprintf(out, "… and %" PRIu64 " more", s->unreferenced - s->nr_listed);
		fputs("</pre>", out);
	}
	fputs("</div>\n", out);
}

/* ---- the rows ---- */

static void put_summary(FILE *out, const struct report_site *s)
{
	const struct symbols_frame *f = s->stack;

	fputs("<summary><code>", out);
	if (!s->nr_frames)
		fputs("no stack", out);
	else if (f->symbol)
		markup__text(out, f->symbol);
	else
		fprintf(out, "0x%" PRIx64, f->address);
	if (s->nr_frames && f->module) {
		fputs(" <span>[", out);
		markup__text(out, f->module);
		fputs("]</span>", out);
	}
	fputs("</code>", out);
	if (s->nr_frames && f->file) {
		fputs(" <span class=\"source\">", out);
		markup__text(out, f->file);
		if (f->line)
			fprintf(out, ":%u", f->line);
		fputs("</span>", out);
	}
	fputs("</summary>\n", out);
}

int html_site__rank(const struct report_site *s)
{
	if (s->unreferenced)
		return VERDICTS;
	return s->verdict.is.why ? (int)s->verdict.is.name : -1;
}

void html_site__rows(FILE *out, const struct report *r, const struct report_site *s,
		     uint64_t bytes_most, bool open)
{
	fprintf(out,
		"<tbody class=\"site\" id=\"s%016" PRIx64 "\" data-v=\"%d\" data-b=\"%" PRIu64
		"\" data-g=\"%.6g\" data-o=\"%" PRIu64
		"\" data-a=\"%.6g\" data-r=\"%.6g\" data-c=\"",
		s->id, html_site__rank(s), s->bytes, s->growth_bytes_per_min, s->objects,
		s->age_median_s, s->allocations_per_s);
	markup__text(out, s->cache);
	fputs("\"><tr class=\"row\">", out);
	put_badge(out, s);
	put_numbers(out, r, s, bytes_most);
	fputs("<td class=\"c-s\">", out);
	if (s->course)
		chart__spark(out, r->course_at, s->course, r->nr_course);
	fprintf(out, "</td></tr>\n<tr class=\"more\"><td colspan=\"8\"><details%s>",
		open ? " open=\"open\"" : "");
	put_summary(out, s);
	fputs("<div class=\"parts\">\n", out);
	put_stack(out, s);
	fputs("<div class=\"facts\">\n", out);
	put_unreferenced(out, s);
	put_verdict(out, s);
	if (s->verdict.is.why)
		put_survival(out, &s->verdict.from);
	put_who(out, s);
	put_charged(out, s);
	put_freers(out, s);
	put_holders(out, s);
	fputs("</div></div></details></td></tr></tbody>\n", out);
}
