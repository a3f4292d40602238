// SPDX-License-Identifier: GPL-2.0-only
#include "render/html_frames.h"
#include "render/markup.h"

#include <inttypes.h>

void html_frames__print(FILE *out, const struct symbols_frame *frames, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (i)
			fputs(" ← ", out);
		if (frames[i].symbol)
			markup__text(out, frames[i].symbol);
		else
			fprintf(out, "0x%" PRIx64, frames[i].address);
	}
}
