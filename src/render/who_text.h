/* SPDX-License-Identifier: GPL-2.0-only */
/* Who allocates at a site, for people: "kworker 80%, nginx[123] 20% in /system.slice/a"
 */
#ifndef KLEAK_RENDER_WHO_TEXT_H
#define KLEAK_RENDER_WHO_TEXT_H

#include "render/pen.h"
#include "report/report.h"

/* Those that the site lists, the most frequent first; without a line's end. */
void who_text__list(const struct pen *pen, const struct report_site *site);

#endif
