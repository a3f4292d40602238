// SPDX-License-Identifier: GPL-2.0-only
#include "render/who_text.h"

#include <string.h>

void who_text__list(const struct pen *pen, const struct report_site *site)
{
	for (size_t i = 0; i < site->nr_who; i++) {
		const struct allocated_by_who *w = &site->who[i];

		if (i)
			fputs(", ", pen->out);
		if (w->comm[0])
			pen__name(pen, PEN_PLAIN, w->comm);
		else
			fputs("interrupts", pen->out);
		if (w->pid)
			fprintf(pen->out, "[%u]", w->pid);
		fprintf(pen->out, " %.0f%%", 100.0 * (double)w->times / (double)site->who_times);
		if (w->cgroup[0] && strcmp(w->cgroup, "/")) {
			fputs(" in ", pen->out);
			pen__name(pen, PEN_PLAIN, w->cgroup);
		}
	}
}
