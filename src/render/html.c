// SPDX-License-Identifier: GPL-2.0-only
#include "render/html.h"
#include "render/chart.h"
#include "render/html_cgroups.h"
#include "render/html_lines.h"
#include "render/html_site.h"
#include "render/markup.h"
#include "render/page.css.h"
#include "render/page.js.h"
#include "render/pen.h"
#include "render/suspects_text.h"
#include "render/svg.h"
#include "util/order.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OPEN 3 /* sites that are shown opened: leaks only */

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* What is thought of the sites that are listed; false: nothing of any of them. */
static bool count(const struct report *r, struct report_verdict verdicts[VERDICTS])
{
	bool any = false;

	for (size_t i = 0; i < r->nr_sites; i++)
		any |= report_verdict__add(verdicts, &r->sites[i]);
	return any;
}

/* ---- head ---- */

/* What the text opens with, in one line; NULL: no memory. */
static char *answer_of(const struct report *r)
{
	struct report unfolded = *r;
	char *text = NULL;
	size_t length = 0;
	struct pen pen = {.out = open_memstream(&text, &length), .columns = INT_MAX};

	if (!pen.out)
		return NULL;
	if (!unfolded.verdicts_known) /* of all sites: what is listed has to do */
		unfolded.verdicts_known = count(r, unfolded.verdicts);
	unfolded.by_suspicion = false; /* all of them have rows */
	suspects_text__answer(&pen, &unfolded);
	if (fclose(pen.out)) {
		free(text);
		return NULL;
	}
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* "1 leak, +297.0K/min: newque", and in smaller letters what else there is. */
static int put_answer(FILE *out, const struct report *r)
{
	static const char between[] = " · ";
	char *text = answer_of(r), *rest;

	if (!text)
		return -ENOMEM;
	rest = strstr(text, between);
	if (rest)
		*rest = '\0';
	fputs("<h1>", out);
	if (*text)
		markup__text(out, text);
	else
		fputs(r->nr_sites_all ? "Not judged" : "Nothing outstanding", out);
	fputs("</h1>\n", out);
	if (rest) {
		fputs("<p class=\"more\">", out);
		markup__text(out, rest + strlen(between));
		fputs("</p>\n", out);
	}
	free(text);
	return 0;
}

static void put_item(FILE *out, const char *name, const char *value)
{
	fprintf(out, "<div><dt>%s</dt><dd>", name);
	markup__text(out, value);
	fputs("</dd></div>\n", out);
}

static void put_filter(FILE *out, const struct report_filter *f)
{
	char number[96];

	if (f->command)
		put_item(out, "Command", f->command);
	if (f->origins)
		put_item(out, "Traced", f->origins);
	if (f->pid >= 0) {
		snprintf(number, sizeof(number), "%" PRId64, f->pid);
		put_item(out, "Process", number);
	}
	if (f->cgroup)
		put_item(out, "Cgroup", f->cgroup);
	if (f->charged_to)
		put_item(out, "Charged to", f->charged_to);
	if (f->cache)
		put_item(out, "Caches", f->cache);
	if (f->min_size)
		put_item(out, "Size at least", pen__human((double)f->min_size, false).text);
	if (f->max_size < UINT64_MAX)
		put_item(out, "Size at most", pen__human((double)f->max_size, false).text);
	if (f->min_age_s > 0)
		put_item(out, "Age at least", pen__duration(f->min_age_s).text);
}

static void put_how(FILE *out, const struct report *r)
{
	char text[128];

	if (r->sampling_most > 1) {
		int n = snprintf(text, sizeof(text), "1 object in %" PRIu32, r->sampling);

		if (r->sampling_most > r->sampling)
			n += snprintf(text + n, sizeof(text) - (size_t)n,
				      ", of older ones 1 in %" PRIu32, r->sampling_most);
		snprintf(text + n, sizeof(text) - (size_t)n, ": what is listed is estimated");
		put_item(out, "Sampling", text);
	}
	if (r->overhead.known) {
		snprintf(text, sizeof(text), "%.3g%% of the CPUs' time, %.3g%% allowed",
			 r->overhead.share * 100, r->overhead.most * 100);
		put_item(out, "Overhead", text);
	}
	if (r->scan.passes) {
		snprintf(text, sizeof(text),
			 "%" PRIu64 " pass%s; nothing refers to %" PRIu64 " of %" PRIu64 " objects",
			 r->scan.passes, r->scan.passes == 1 ? "" : "es", r->scan.unreferenced,
			 r->scan.objects);
		put_item(out, "Scan", text);
	}
}

/* The verdicts there are, with the bytes of their sites. */
static void put_verdicts(FILE *out, const struct report_verdict *verdicts)
{
	fputs("<ul class=\"verdicts\">\n", out);
	for (int v = VERDICTS - 1; v >= 0; v--)
		if (verdicts[v].sites)
			fprintf(out,
				"<li><span class=\"badge b%d\">%s</span> %s <small>%" PRIu64
				" site%s</small></li>\n",
				v, verdict__name(v),
				pen__human((double)verdicts[v].bytes, false).text,
				verdicts[v].sites, plural(verdicts[v].sites));
	fputs("</ul>\n", out);
}

/* The same as legend of the flame graph, whose script makes it buttons. */
static void put_legend(FILE *out, const struct report *r)
{
	struct report_verdict verdicts[VERDICTS] = {};

	count(r, verdicts);
	fputs("<ul class=\"verdicts keys\">\n", out);
	for (int v = VERDICTS - 1; v >= 0; v--)
		if (verdicts[v].sites)
			fprintf(out,
				"<li class=\"key\" data-name=\"%s\" title=\"mark %s\"><span "
				"class=\"badge b%d\">%s</span></li>\n",
				verdict__name(v), verdict__name(v), v, verdict__name(v));
	fputs("</ul>\n", out);
}

static int put_head(FILE *out, const struct report *r)
{
	struct report_verdict verdicts[VERDICTS] = {};
	char when[64] = "";
	struct tm tm;
	int err;

	count(r, verdicts);
	if (gmtime_r(&r->time.tv_sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	fputs("<header>\n<p class=\"name\">kleak <span>kernel memory</span></p>\n", out);
	err = put_answer(out, r);
	fputs("<dl class=\"facts\">\n", out);
	put_item(out, "Kernel", r->kernel);
	put_item(out, r->final ? "Final report" : "Report", when);
	put_item(out, "After", pen__duration(r->elapsed_s).text);
	put_filter(out, &r->filter);
	put_how(out, r);
	fputs("</dl>\n", out);
	if (r->note) {
		fputs("<p class=\"note\">", out);
		markup__text(out, r->note);
		fputs("</p>\n", out);
	}
	put_verdicts(out, verdicts);
	fputs("</header>\n", out);
	return err;
}

/* ---- the kernel's books ---- */

static void put_part(FILE *out, double bytes)
{
	fprintf(out, "<td>%s</td>", isnan(bytes) ? "–" : pen__human(bytes, true).text);
}

static void put_class(FILE *out, const struct coverage_class *c)
{
	fprintf(out, "<tr><th scope=\"row\">%s</th><td>%s</td>", meminfo__name(c->field),
		c->known ? pen__human((double)c->kernel_delta_bytes, true).text : "unknown");
	put_part(out, (double)c->traced_bytes);
	put_part(out, c->older_bytes);
	put_part(out, c->room_bytes);
	put_part(out, c->rest_bytes);
	fputs("</tr>\n", out);
}

/* A row that nothing is traced of. */
static void put_change(FILE *out, const char *name, double delta)
{
	fprintf(out,
		"<tr><th scope=\"row\">%s</th><td>%s</td><td>–</td><td>–</td><td>–</td>"
		"<td>–</td></tr>\n",
		name, pen__human(delta, true).text);
}

static void put_table(FILE *out, const struct report *r)
{
	static const enum meminfo_field fields[] = {MEMINFO_KERNEL_STACK, MEMINFO_PAGE_TABLES,
						    MEMINFO_MEM_FREE, MEMINFO_MEM_AVAILABLE};

	fputs("<div class=\"wide\"><table class=\"books\"><thead><tr><th scope=\"col\">since the "
	      "start</th><th scope=\"col\">kernel</th><th scope=\"col\">new</th><th "
	      "scope=\"col\">older</th><th scope=\"col\">room</th><th "
	      "scope=\"col\">rest</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < r->nr_ledger; i++)
		put_class(out, &r->ledger[i]);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (r->meminfo_known[fields[i]])
			put_change(out, meminfo__name(fields[i]),
				   (double)r->meminfo_delta[fields[i]]);
	fputs("</tbody></table></div>\n", out);
}

static void put_chart(FILE *out, const struct chronicle *c, const char *name,
		      const struct chart_line *lines, size_t nr)
{
	fprintf(out, "<figure><figcaption>%s</figcaption>\n", name);
	chart__print(out, name, c->clock.at, c->clock.nr, lines, nr);
	fputs("</figure>\n", out);
}

static void put_books(FILE *out, const struct report *r, const struct chronicle *c)
{
	fputs("<section>\n<h2>The kernel’s books</h2>\n", out);
	if (r->nr_ledger && c->clock.nr > 1) {
		fputs("<p class=\"legend\"><span class=\"line kernel\"></span> what the kernel "
		      "counts "
		      "<span class=\"line traced\"></span> what was traced of it</p>\n"
		      "<div class=\"charts\">\n",
		      out);
		for (size_t i = 0; i < r->nr_ledger && i < CHRONICLE_CLASSES; i++) {
			const struct chart_line lines[] = {{"kernel", c->kernel[i].value},
							   {"traced", c->traced[i].value}};

			if (r->ledger[i].known)
				put_chart(out, c, meminfo__name(r->ledger[i].field), lines, 2);
		}
		if (r->meminfo_known[MEMINFO_MEM_AVAILABLE])
			put_chart(out, c, meminfo__name(MEMINFO_MEM_AVAILABLE),
				  &(struct chart_line){"kernel", c->available.value}, 1);
		fputs("</div>\n", out);
	}
	put_table(out, r);
	fputs("</section>\n", out);
}

/* ---- sites ---- */

/* A site among those that get rows. */
struct row {
	const struct report_site *site;
};

static void put_rest(FILE *out, const struct report *r, const struct row *list, size_t rows)
{
	size_t more = r->nr_sites_all > rows ? r->nr_sites_all - rows : 0;
	uint64_t bytes = r->bytes_all;

	for (size_t i = 0; i < rows; i++)
		bytes -= list[i].site->bytes < bytes ? list[i].site->bytes : bytes;
	if (more)
		fprintf(out, "<p class=\"rest\">… and %zu more site%s with %s</p>\n", more,
			plural(more), pen__human((double)bytes, false).text);
}

static void put_sites_head(FILE *out, const struct report *r)
{
	fprintf(out,
		"<p class=\"lead\">%s outstanding in %zu site%s: the allocating call paths, from "
		"the "
		"first function outside the allocators.</p>\n<div class=\"filter\"></div>\n"
		"<table class=\"sites\">\n",
		pen__human((double)r->bytes_all, false).text, r->nr_sites_all,
		plural(r->nr_sites_all));
	html_site__head(out);
}

/* Worst first: no references, then by verdict; among equals as they are listed. */
static int compare_sites(const void *a, const void *b)
{
	const struct report_site *x = ((const struct row *)a)->site;
	const struct report_site *y = ((const struct row *)b)->site;

	return ORDER_DOWN(html_site__rank(x), html_site__rank(y)) ?: ORDER_UP(x, y);
}

/* The sites that get rows, in order.  How many. */
static size_t choose(const struct report *r, struct row *list)
{
	for (size_t i = 0; i < r->nr_sites; i++)
		list[i].site = &r->sites[i];
	qsort(list, r->nr_sites, sizeof(*list), compare_sites);
	return r->nr_sites < HTML_SITES ? r->nr_sites : HTML_SITES;
}

static int put_sites(FILE *out, const struct report *r)
{
	struct row *list = calloc(r->nr_sites + 1, sizeof(*list));
	size_t rows, opened = 0;
	uint64_t most = 0;

	if (!list)
		return -ENOMEM;
	fputs("<section>\n<h2>Sites</h2>\n", out);
	if (!r->nr_sites_all)
		fputs("<p>nothing outstanding</p>\n", out);
	else
		put_sites_head(out, r);
	rows = choose(r, list);
	for (size_t i = 0; i < rows; i++)
		most = list[i].site->bytes > most ? list[i].site->bytes : most;
	for (size_t i = 0; i < rows; i++) {
		bool leak = html_site__rank(list[i].site) >= VERDICT_LEAK;

		html_site__rows(out, r, list[i].site, most, leak && opened < OPEN);
		opened += leak;
	}
	if (r->nr_sites_all)
		fputs("</table>\n", out);
	put_rest(out, r, list, rows);
	fputs("</section>\n", out);
	free(list);
	return 0;
}

static int put_flame(FILE *out, const struct report *r, enum weight weight)
{
	int err;

	fprintf(out, "<section>\n<h2>Flame graph: %s</h2>\n", weight__title(weight));
	fputs("<p class=\"lead\">A box is a function, as wide as what it and the functions above "
	      "it hold; "
	      "on top stands the cache. The colour is the verdict of the most of it, pale where "
	      "there are several. Click to zoom.</p>\n",
	      out);
	put_legend(out, r);
	err = svg__element(r, weight, out);
	fputs("</section>\n", out);
	return err;
}

/* ---- losses and doubts ---- */

static void put_losses(FILE *out, const struct report *r)
{
	bool any = false;

	fputs("<div><h3>Losses</h3>\n<ul>\n", out);
	for (size_t i = 0; i < r->nr_losses; i++) {
		if (!r->losses[i].count)
			continue;
		fprintf(out, "<li><b>%" PRIu64 "</b> ", r->losses[i].count);
		markup__text(out, r->losses[i].text);
		fputs("</li>\n", out);
		any = true;
	}
	fputs(any ? "</ul></div>\n" : "<li>none</li></ul></div>\n", out);
}

static void put_blind_spots(FILE *out, const struct report *r)
{
	fputs("<div><h3>Blind spots</h3>\n<ul>\n", out);
	for (size_t i = 0; i < r->nr_blind_spots; i++) {
		fputs("<li>", out);
		markup__text(out, r->blind_spots[i]);
		fputs("</li>\n", out);
	}
	fputs(r->nr_blind_spots ? "</ul></div>\n" : "<li>none</li></ul></div>\n", out);
}

/* allocations = frees + implicit + found free + left out + live */
static void put_events(FILE *out, const struct report *r)
{
	const struct {
		const char *name;
		uint64_t n;
		bool always;
	} terms[] = {
		{"frees", r->events.frees, true},
		{"implicit frees", r->events.implicit_frees, true},
		{"found free", r->events.found_free, true},
		{"pages left out", r->events.evicted, false},
		{"left out by sampling", r->events.unsampled, false},
		{"live", r->events.live, true},
	};
	uint64_t sum = 0, off;

	fprintf(out,
		"<div class=\"events\"><h3>Events</h3>\n<table class=\"books\"><tbody><tr><th "
		"scope=\"row\">allocations</th><td>%" PRIu64 "</td></tr>\n",
		r->events.allocations);
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		if (__builtin_add_overflow(sum, terms[i].n, &sum))
			sum = UINT64_MAX;
		if (terms[i].always || terms[i].n)
			fprintf(out, "<tr><th scope=\"row\">− %s</th><td>%" PRIu64 "</td></tr>\n",
				terms[i].name, terms[i].n);
	}
	off = sum > r->events.allocations ? sum - r->events.allocations
					  : r->events.allocations - sum;
	fprintf(out,
		"<tr class=\"sum\"><th scope=\"row\">= difference</th><td>%" PRIu64 "</td></tr>\n"
		"</tbody></table>\n<p>",
		off);
	if (r->events.in_motion)
		fprintf(out, "%" PRIu64 " events while the tables were read. ",
			r->events.in_motion);
	fprintf(out, "%" PRIu64 " frees of what is older than the trace.", r->events.unknown_frees);
	if (r->events.unchecked)
		fprintf(out, " %" PRIu64 " objects are unchecked.", r->events.unchecked);
	fputs("</p></div>\n", out);
}

static void put_caches(FILE *out, const struct report *r)
{
	if (!r->nr_caches)
		return;
	fprintf(out,
		"<details class=\"caches\"><summary>%zu slab cache%s</summary><div class=\"wide\">"
		"<table class=\"books\"><thead><tr><th scope=\"col\">cache</th><th "
		"scope=\"col\">allocations"
		"</th><th scope=\"col\">frees</th><th scope=\"col\">implicit</th><th "
		"scope=\"col\">"
		"found free</th><th scope=\"col\">unknown</th><th "
		"scope=\"col\">live</th></tr></thead>"
		"<tbody>\n",
		r->nr_caches, plural(r->nr_caches));
	for (size_t i = 0; i < r->nr_caches; i++) {
		const struct report_cache *c = &r->caches[i];

		fputs("<tr><th scope=\"row\">", out);
		markup__text(out, c->name);
		if (*c->aliases) {
			fputs(" <small>= ", out);
			markup__text(out, c->aliases);
			fputs("</small>", out);
		}
		fprintf(out,
			"%s</th><td>%" PRIu64 "</td><td>%" PRIu64 "</td><td>%" PRIu64
			"</td><td>%" PRIu64 "</td><td>%" PRIu64 "</td><td>%" PRIu64 "</td></tr>\n",
			c->approximate ? " <small>approximate</small>" : "", c->allocations,
			c->frees, c->implicit_frees, c->found_free, c->unknown_frees, c->live);
	}
	fputs("</tbody></table></div></details>\n", out);
}

static void put_doubts(FILE *out, const struct report *r)
{
	fputs("<section>\n<h2>What was missed</h2>\n<div class=\"doubts\">\n", out);
	put_losses(out, r);
	put_blind_spots(out, r);
	put_events(out, r);
	fputs("</div>\n", out);
	put_caches(out, r);
	fputs("</section>\n", out);
}

int html__print(const struct report *r, const struct chronicle *chronicle,
		const struct diagnosis *diagnosis, enum weight weight, FILE *out)
{
	int err;

	fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
	      "<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>kleak: ",
	      out);
	markup__text(out, r->kernel);
	fputs("</title>\n<style>\n", out);
	svg__style(out);
	fputs(page_css, out);
	fputs("</style>\n</head>\n<body>\n", out);
	err = put_head(out, r);
	fputs("<main>\n", out);
	put_books(out, r, chronicle);
	if (diagnosis)
		html_lines__print(out, diagnosis, r->nr_sites <= HTML_SITES);
	if (!err)
		err = put_sites(out, r);
	if (!err)
		err = html_cgroups__print(out, r);
	if (!err)
		err = put_flame(out, r, weight);
	put_doubts(out, r);
	fputs("</main>\n<script>//<![CDATA[\n", out);
	svg__script(out);
	fputs(page_js, out);
	fputs("//]]></script>\n</body>\n</html>\n", out);
	if (err)
		return err;
	return fflush(out) || ferror(out) ? -EIO : 0;
}
