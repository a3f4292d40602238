// SPDX-License-Identifier: GPL-2.0-only
#include "render/html_cgroups.h"
#include "render/markup.h"
#include "render/pen.h"
#include "report/by_cgroup.h"

#include <inttypes.h>

#define ROWS 100 /* more than that nobody reads */

static void put_row(FILE *out, const struct by_cgroup_row *row)
{
	fputs("<tr><th scope=\"row\">", out);
	if (row->cgroup)
		markup__text(out, row->cgroup);
	else
		fprintf(out, "<small>%s</small>", by_cgroup__name(row->whom));
	fprintf(out, "</th><td>%s</td><td>%s</td>", pen__human((double)row->sum.bytes, false).text,
		pen__growth(row->sum.growth_bytes_per_min).text);
	fprintf(out, "<td>%" PRIu64 "</td><td>%zu</td><td>%s</td></tr>\n", row->sum.objects,
		row->nr,
		row->elsewhere_bytes ? pen__human((double)row->elsewhere_bytes, false).text : "–");
}

static void put_rows(FILE *out, const struct by_cgroup *groups)
{
	fprintf(out,
		"<section>\n<h2>Charged to</h2>\n<p class=\"lead\">Of what is listed: estimates, "
		"by %" PRIu64 " objects that were looked at.</p>\n"
		"<div class=\"wide\"><table class=\"books\"><thead><tr><th "
		"scope=\"col\">cgroup</th><th scope=\"col\">bytes</th><th "
		"scope=\"col\">growth/min</th><th scope=\"col\">objects</th><th "
		"scope=\"col\">sites</th><th scope=\"col\">allocated by others</th></tr></thead>"
		"<tbody>\n",
		groups->looked_at);
	for (size_t i = 0; i < groups->nr && i < ROWS; i++)
		put_row(out, &groups->rows[i]);
	fputs("</tbody></table></div>\n", out);
	if (groups->nr > ROWS)
		fprintf(out, "<p>%zu more have less</p>\n", groups->nr - ROWS);
	fputs("</section>\n", out);
}

int html_cgroups__print(FILE *out, const struct report *report)
{
	struct by_cgroup groups;
	int err = by_cgroup__find(&groups, report);

	if (err)
		return err;
	if (groups.nr)
		put_rows(out, &groups);
	by_cgroup__free(&groups);
	return 0;
}
