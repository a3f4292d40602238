// SPDX-License-Identifier: GPL-2.0-only
#include "render/by_cgroup_text.h"

#include <inttypes.h>

#define LISTED 10 /* rows, unless all sites are */

void by_cgroup_text__name(const struct pen *pen, const char *style, const struct by_cgroup_row *row)
{
	pen__name(pen, style, row->cgroup ? row->cgroup : by_cgroup__name(row->whom));
}

/* "    600.0K     +200.0K       4500      3  /app.slice, 450.0K of it allocated by others" */
static void put_row(const struct pen *pen, const struct by_cgroup_row *row)
{
	fprintf(pen->out, "%10s%12s%11" PRIu64 "%7zu  ",
		pen__human((double)row->sum.bytes, false).text,
		pen__growth(row->sum.growth_bytes_per_min).text, row->sum.objects, row->nr);
	by_cgroup_text__name(pen, row->cgroup ? PEN_BOLD : PEN_PLAIN, row);
	if (row->elsewhere_bytes)
		fprintf(pen->out, ", %s of it allocated by others",
			pen__human((double)row->elsewhere_bytes, false).text);
	fputc('\n', pen->out);
}

static void put_rest(const struct pen *pen, const struct by_cgroup *groups, size_t listed)
{
	double bytes = 0;

	if (listed == groups->nr)
		return;
	for (size_t i = listed; i < groups->nr; i++)
		bytes += (double)groups->rows[i].sum.bytes;
	fprintf(pen->out, "%10s  … %zu more (--top 0 lists all)\n", pen__human(bytes, false).text,
		groups->nr - listed);
}

static void put_rows(const struct pen *pen, const struct by_cgroup *groups, size_t most)
{
	size_t listed = groups->nr <= most + 1 ? groups->nr : most; /* "1 more" takes a line, too */

	pen__put(pen, PEN_DIM,
		 "%10s%12s%11s%7s  charged to: estimates, by %" PRIu64
		 " objects that were looked at",
		 "bytes", "growth/min", "objects", "sites", groups->looked_at);
	fputc('\n', pen->out);
	for (size_t i = 0; i < listed; i++)
		put_row(pen, &groups->rows[i]);
	put_rest(pen, groups, listed);
}

int by_cgroup_text__print(const struct pen *pen, const struct report *report)
{
	struct by_cgroup groups;
	int err;

	if (!report->by_cgroup || !report->nr_sites)
		return 0;
	err = by_cgroup__find(&groups, report);
	if (err)
		return err;
	if (groups.nr)
		put_rows(pen, &groups, report->all_listed ? SIZE_MAX - 1 : LISTED);
	else
		fputs("charged to: not known, no object was looked at\n", pen->out);
	fputc('\n', pen->out);
	by_cgroup__free(&groups);
	return 0;
}
