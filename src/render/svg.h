/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A flame graph as SVG, coloured by verdict: a picture that needs nothing else.  A script inside
 * zooms and searches; without it the picture stands as it is, with its tool tips.
 */
#ifndef KLEAK_RENDER_SVG_H
#define KLEAK_RENDER_SVG_H

#include "render/weight.h"
#include "report/report.h"

#include <stdio.h>

/* Print a file.  0, -ENOMEM, or -EIO when `out` failed. */
int svg__print(const struct report *report, enum weight weight, FILE *out);

/*
 * The same for a page: the element; and the style and the script that go with it, once a page.
 * 0 or -ENOMEM.
 */
int svg__element(const struct report *report, enum weight weight, FILE *out);
void svg__style(FILE *out);
void svg__script(FILE *out);

#endif
