// SPDX-License-Identifier: GPL-2.0-only
#include "render/screen_cgroups.h"
#include "render/by_cgroup_text.h"
#include "render/screen_print.h"
#include "report/headline.h"

#include <string.h>

#define SITES_LISTED 20

bool screen_cgroups__passes(const struct screen_view *view, const struct by_cgroup_row *row,
			    bool (*passes)(const char *filter, const struct report *report,
					   const struct report_site *site))
{
	const struct report *r = &view->shown.report;
	const char *name = row->cgroup ? row->cgroup : by_cgroup__name(row->whom);

	if (strcasestr(name, view->filter))
		return true;
	for (size_t i = 0; i < row->nr; i++)
		if (passes(view->filter, r, &r->sites[view->cgroups.members[row->first + i].site]))
			return true;
	return false;
}

void screen_cgroups__name(const struct by_cgroup_row *row, const struct pen *pen)
{
	by_cgroup_text__name(pen, row->cgroup ? PEN_BOLD : PEN_PLAIN, row);
	pen__put(pen, PEN_DIM, "  %zu site%s", row->nr, row->nr == 1 ? "" : "s");
}

/* "    9.1M      37120  slab     kmalloc-256         kleak_leak_kmalloc ← kleak_write" */
static void put_site(const struct report *r, const struct by_cgroup_member *m,
		     const struct pen *pen)
{
	const struct report_site *s = &r->sites[m->site];

	screen_print__part(s, m->bytes, m->objects, pen);
	screen_print__functions(s, headline__alone(s->stack, s->nr_frames).first, pen);
	fputc('\n', pen->out);
	screen_print__who(s, pen);
}

void screen_cgroups__details(const struct screen_view *view, const struct by_cgroup_row *row,
			     struct pen *pen)
{
	pen__put(pen, PEN_DIM,
		 "          estimates, by a sample of the objects of each site; its verdict is the "
		 "worst one of these:");
	fputc('\n', pen->out);
	if (row->elsewhere_bytes)
		fprintf(pen->out, "          %s of it others have allocated\n",
			pen__human((double)row->elsewhere_bytes, false).text);
	for (size_t i = 0; i < row->nr && i < SITES_LISTED; i++)
		put_site(&view->shown.report, &view->cgroups.members[row->first + i], pen);
	if (row->nr > SITES_LISTED)
		fprintf(pen->out, "          … and %zu more (c lists sites)\n",
			row->nr - SITES_LISTED);
	fputc('\n', pen->out);
}
