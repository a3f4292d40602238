/* SPDX-License-Identifier: GPL-2.0-only */
/* A comparison for people. */
#ifndef KLEAK_RENDER_DIFF_TEXT_H
#define KLEAK_RENDER_DIFF_TEXT_H

#include "report/diff.h"

#include <stdbool.h>
#include <stdio.h>

/* Print it; sites that did not change are only counted.  0, or -EIO when `out` failed. */
int diff_text__print(const struct diff *diff, bool color, FILE *out);

#endif
