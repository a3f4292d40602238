/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of source that grow, each beside the stacks that were traced of it, for people */
#ifndef KLEAK_RENDER_LINES_TEXT_H
#define KLEAK_RENDER_LINES_TEXT_H

#include "render/pen.h"
#include "report/diagnosis.h"

/* Nothing where the kernel does not count by line; a diagnosis with `top` 0 lists all stacks. */
void lines_text__print(const struct pen *pen, const struct diagnosis *diagnosis);

#endif
