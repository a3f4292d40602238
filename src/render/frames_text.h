/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of a stack on one line, for people: "newque ← ipcget ← ksys_msgget" */
#ifndef KLEAK_RENDER_FRAMES_TEXT_H
#define KLEAK_RENDER_FRAMES_TEXT_H

#include "kernel/symbols.h"
#include "render/pen.h"

#include <stddef.h>

/* Print `nr` frames, the innermost one in this style; without a name an address. */
void frames_text__print(const struct pen *pen, const struct symbols_frame *frames, size_t nr,
			const char *style);

#endif
