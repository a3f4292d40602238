// SPDX-License-Identifier: GPL-2.0-only
#include "render/charged_text.h"
#include "memory/object_sample.h"
#include "render/who_text.h"
#include "trace/origins.h"

#include <inttypes.h>

/* ---- the head ---- */

/* "not known: 3 sites with 12.0K ..." */
static void put_sites(const struct pen *pen, uint64_t sites, uint64_t bytes, const char *what)
{
	pen__put(pen, PEN_YELLOW, "not known: %" PRIu64 " site%s with %s%s", sites,
		 sites == 1 ? "" : "s", pen__human((double)bytes, false).text, what);
	fputc('\n', pen->out);
}

static void put_unknown(const struct pen *pen, const struct report_charged_to *c)
{
	char what[ORIGINS_TEXT + 64], origins[ORIGINS_TEXT];

	origins__print(origins, sizeof(origins), c->unknown_origins);
	snprintf(what, sizeof(what), " (%s): whom they are charged to cannot be told", origins);
	if (c->unknown_sites)
		put_sites(pen, c->unknown_sites, c->unknown_bytes, what);
	if (c->skipped_sites)
		put_sites(pen, c->skipped_sites, c->skipped_bytes,
			  " (not looked at: there are too many)");
}

void charged_text__head(struct pen *pen, const struct report *report)
{
	const struct report_charged_to *c = &report->charged_to;

	if (!c->known)
		return;
	fputs("charged to ", pen->out);
	pen__name(pen, PEN_BOLD, report->filter.charged_to ? report->filter.charged_to : "it");
	fprintf(pen->out,
		": about %s at %" PRIu64 " site%s; %" PRIu64 " objects were looked at, %d of a "
		"site at most\n",
		pen__human((double)c->bytes, false).text, c->sites, c->sites == 1 ? "" : "s",
		c->looked, OBJECT_SAMPLE);
	if (c->removed)
		pen__put(pen, PEN_YELLOW,
			 "it was removed: what is left of it is charged to the cgroup above it\n");
	put_unknown(pen, c);
}

/* ---- a site ---- */

static bool is_elsewhere(const struct report_charged *c)
{
	for (size_t i = 0; i < c->nr_groups; i++)
		if (c->groups[i].elsewhere == REPORT_ELSEWHERE_YES)
			return true;
	return false;
}

bool charged_text__is_told(const struct report *report, const struct report_site *site)
{
	return site->charged.looked_at &&
	       (report->charged_to.known || is_elsewhere(&site->charged));
}

/* ", no cgroup 4", if there are any. */
static void put_count(const struct pen *pen, const char *what, uint32_t nr, bool *any)
{
	if (nr)
		fprintf(pen->out, "%s%s %" PRIu32, *any ? ", " : "", what, nr);
	*any |= nr > 0;
}

static void put_groups(const struct pen *pen, const struct report_charged *c)
{
	bool any = false;

	for (size_t i = 0; i < c->nr_groups; i++) {
		fputs(any ? ", " : "", pen->out);
		pen__name(pen, PEN_PLAIN, c->groups[i].cgroup);
		fprintf(pen->out, " %" PRIu32, c->groups[i].objects);
		any = true;
	}
	put_count(pen, "other cgroups", c->others, &any);
	put_count(pen, "no cgroup", c->nobody, &any);
	put_count(pen, "not known", c->unknown, &any);
}

/* "60 of 64 objects looked at (/app 40, /app/a 20, no cgroup 4)" */
static void put_wanted(const struct pen *pen, const struct report_charged *c)
{
	fprintf(pen->out, "it: %" PRIu32 " of %" PRIu32 " object%s looked at", c->wanted,
		c->looked_at, c->looked_at == 1 ? "" : "s");
	if (c->wanted == c->looked_at && c->nr_groups == 1)
		return;
	fputs(" (", pen->out);
	put_groups(pen, c);
	fputc(')', pen->out);
}

/* "allocated by kworker 100%, charged to /app 60, no cgroup 4 of 64 objects looked at" */
void charged_text__site(const struct pen *pen, const struct report *report,
			const struct report_site *site, int indent)
{
	const struct report_charged *c = &site->charged;

	if (!charged_text__is_told(report, site))
		return;
	fprintf(pen->out, "%*s", indent, "");
	if (is_elsewhere(c) && site->nr_who) {
		fputs("allocated by ", pen->out);
		who_text__list(pen, site);
		fputs(", ", pen->out);
	} else if (is_elsewhere(c) && report->filter.cgroup) {
		fputs("allocated by processes of ", pen->out);
		pen__name(pen, PEN_PLAIN, report->filter.cgroup);
		fputs(", ", pen->out);
	}
	fputs("charged to ", pen->out);
	if (report->charged_to.known) {
		put_wanted(pen, c);
	} else {
		put_groups(pen, c);
		fprintf(pen->out, " of %" PRIu32 " object%s looked at", c->looked_at,
			c->looked_at == 1 ? "" : "s");
	}
	fputc('\n', pen->out);
}
