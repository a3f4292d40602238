/* SPDX-License-Identifier: GPL-2.0-only */
/* Who holds what, for people: "HELD BY python3[4711]: 775 open files, +10/s". */
#ifndef KLEAK_RENDER_HOLDER_TEXT_H
#define KLEAK_RENDER_HOLDER_TEXT_H

#include "judge/holders.h"
#include "render/pen.h"

/* The verdict, without a newline. */
void holder_text__print(const struct pen *pen, const char *style, const struct holder *holder);

/* The command that shows the handles, and what frees them; without a newline. */
void holder_text__show(const struct pen *pen, const struct holder *holder);
void holder_text__release(const struct pen *pen, const struct holder *holder);

#endif
