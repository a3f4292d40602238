/* SPDX-License-Identifier: GPL-2.0-only */
/* A site as another report has it, too: by its origin, its cache and the names of its functions */
#ifndef KLEAK_REPORT_SITE_KEY_H
#define KLEAK_REPORT_SITE_KEY_H

#include "report/report.h"
#include "util/fnv.h"

/* Only where there was debug info a frame is inlined: such a frame says nothing. */
static inline uint64_t site_key__of(const struct report_site *site)
{
	uint64_t key = fnv__add_text(fnv__add_text(FNV_START, site->origin), site->cache);

	for (size_t i = 0; i < site->nr_frames; i++) {
		const struct symbols_frame *f = &site->stack[i];

		if (f->inlined)
			continue;
		key = fnv__add_text(fnv__add_text(key, f->symbol), f->module);
		if (!f->symbol)
			key = fnv__add(key, &f->address, sizeof(f->address));
	}
	return key;
}

#endif
