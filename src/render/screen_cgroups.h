/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of the interactive screen while it shows cgroups: whom what is listed is charged to. */
#ifndef KLEAK_RENDER_SCREEN_CGROUPS_H
#define KLEAK_RENDER_SCREEN_CGROUPS_H

#include "render/pen.h"
#include "render/screen_view.h"

#include <stdbool.h>

/* Does the filter let it pass: by its own name, or by a site of it that does? */
bool screen_cgroups__passes(const struct screen_view *view, const struct by_cgroup_row *row,
			    bool (*passes)(const char *filter, const struct report *report,
					   const struct report_site *site));

/* What stands in the last column of its row: the cgroup, and of how many sites. */
void screen_cgroups__name(const struct by_cgroup_row *row, const struct pen *pen);

/* Of the row that is expanded, its sites, and who allocates there. */
void screen_cgroups__details(const struct screen_view *view, const struct by_cgroup_row *row,
			     struct pen *pen);

#endif
