/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of a stack on one line of a page: "newque ← ipcget ← ksys_msgget" */
#ifndef KLEAK_RENDER_HTML_FRAMES_H
#define KLEAK_RENDER_HTML_FRAMES_H

#include "kernel/symbols.h"

#include <stddef.h>
#include <stdio.h>

/* Print `nr` frames, the innermost one first; without a name an address. */
void html_frames__print(FILE *out, const struct symbols_frame *frames, size_t nr);

#endif
