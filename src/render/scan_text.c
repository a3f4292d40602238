// SPDX-License-Identifier: GPL-2.0-only
#include "render/scan_text.h"

#include <inttypes.h>
#include <stdio.h>

static void put_under_way(struct pen *pen, const char *before, const char *which, double share)
{
	char item[PEN_HEAD_ITEM];

	snprintf(item, sizeof(item), "%s is under way, %.0f%%", which, 100 * share);
	pen__head_item(pen, before, PEN_PLAIN, item);
}

/* "scan: 3 passes, the last read 812 MB in 0.61 s; nothing refers to 12 of 40213 objects (1.5K),
 * 34% of the next one done" */
void scan_text__print(struct pen *pen, const struct report_scan *s)
{
	char item[PEN_HEAD_ITEM];

	if (!s->passes && !(s->under_way > 0))
		return;
	pen__head_begin(pen, PEN_PLAIN, "scan:", 1);
	if (!s->passes) {
		put_under_way(pen, "", "the first pass", s->under_way);
		pen__head_end(pen);
		return;
	}
	snprintf(item, sizeof(item), "%" PRIu64 " pass%s", s->passes, s->passes == 1 ? "" : "es");
	pen__head_item(pen, "", PEN_PLAIN, item);
	snprintf(item, sizeof(item), "the last read %.0f MB in %.2f s", (double)s->bytes / 1e6,
		 s->seconds);
	pen__head_item(pen, ",", PEN_PLAIN, item);
	if (s->passes < s->needed) {
		snprintf(item, sizeof(item), "%u are needed", s->needed);
	} else {
		snprintf(item, sizeof(item),
			 "nothing refers to %" PRIu64 " of %" PRIu64 " objects (%s)",
			 s->unreferenced, s->objects,
			 pen__human((double)s->unreferenced_bytes, false).text);
	}
	pen__head_item(pen, ";", s->unreferenced ? PEN_RED : PEN_PLAIN, item);
	pen__head_count(pen, s->acknowledged, "more acknowledged");
	pen__head_count(pen, s->unknown, "not to be told from free ones");
	if (s->under_way > 0)
		put_under_way(pen, ",", "the next pass", s->under_way);
	pen__head_end(pen);
}
