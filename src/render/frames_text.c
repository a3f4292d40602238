// SPDX-License-Identifier: GPL-2.0-only
#include "render/frames_text.h"

#include <inttypes.h>
#include <stdio.h>

void frames_text__print(const struct pen *pen, const struct symbols_frame *frames, size_t nr,
			const char *style)
{
	for (size_t i = 0; i < nr; i++) {
		if (i)
			fputs(" ← ", pen->out);
		if (frames[i].symbol)
			pen__name(pen, i ? PEN_PLAIN : style, frames[i].symbol);
		else
			fprintf(pen->out, "0x%" PRIx64, frames[i].address);
	}
}
